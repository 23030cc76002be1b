"""The comment form as data: one list of fields for the schema, the asterisks and `/form`; and the
names that nobody may write into it.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from service.core.site import SiteSettings

NAME_MAX_CHARS = 100
EMAIL_MAX_CHARS = 254
AUTHOR_URL_MAX_CHARS = 2_000
TITLE_MAX_CHARS = 300
THREAD_ID_MAX_CHARS = 200

HONEYPOT_FIELD = "subject"
"""A field that people never see; what fills it in is a program."""

RESERVED_NAMES = frozenset(
    {"admin", "administrator", "moderator", "editor", "staff", "webmaster", "root", "system"}
)
"""Names that no visitor may use on any site (compared by `folded_name`)."""

_HANGUL_FILLERS = "\u115f\u1160"
"""Letters by their category that show nothing; the other two become these by NFKC."""


@dataclass(frozen=True, slots=True)
class FormField:
    """`name` is the submission's JSON key, `type` an HTML input type or `textarea`."""

    name: str
    label: str
    type: str
    required: bool
    max_length: int
    autocomplete: str


HEADING = "Leave a Reply"
NOTE = "Your email address will not be published. Required fields are marked *"
SUBMIT_LABEL = "Post Comment"


def form_fields(settings: SiteSettings) -> tuple[FormField, ...]:
    """The fields of a site's form in the order they are shown."""
    return (
        FormField("content", "Comment", "textarea", True, settings.content_max_chars, "off"),  # noqa: FBT003
        FormField("author_name", "Name", "text", settings.require_name, NAME_MAX_CHARS, "name"),
        FormField(
            "author_email", "Email", "email", settings.require_email, EMAIL_MAX_CHARS, "email"
        ),
        FormField("author_url", "Website", "url", False, AUTHOR_URL_MAX_CHARS, "url"),  # noqa: FBT003
    )


def is_reserved(name: str, site_names: tuple[str, ...]) -> bool:
    """Whether a name is the staff's: one of ours, or of `SiteSettings.reserved_names`."""
    # Names of signs alone fold to nothing, which must not reserve all others of their kind.
    return (folded_name(name) or None) in _reserved(site_names)


@lru_cache(maxsize=64)
def _reserved(site_names: tuple[str, ...]) -> frozenset[str]:
    return RESERVED_NAMES | {folded_name(name) for name in site_names}


def folded_name(name: str) -> str:
    """A name for comparing: compatibility forms folded, visible letters and digits only."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(
        character
        for character in folded
        if character.isalnum() and character not in _HANGUL_FILLERS
    )
