"""The comment form as data: one list of fields for the schema, the asterisks and `/form`; and the
names that nobody may write into it.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from service.core.languages import DEFAULT_LANGUAGE, FORM_WORDS
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


def form_fields(settings: SiteSettings, language: str = DEFAULT_LANGUAGE) -> tuple[FormField, ...]:
    """The fields of a site's form in the order they are shown, labelled in a language of ours."""
    labels = FORM_WORDS[language].fields

    def field(name: str, kind: str, max_chars: int, autocomplete: str) -> FormField:
        required = {
            "content": True,
            "author_name": settings.require_name,
            "author_email": settings.require_email,
        }.get(name, False)
        return FormField(name, labels[name], kind, required, max_chars, autocomplete)

    return (
        field("content", "textarea", settings.content_max_chars, "off"),
        field("author_name", "text", NAME_MAX_CHARS, "name"),
        field("author_email", "email", EMAIL_MAX_CHARS, "email"),
        field("author_url", "url", AUTHOR_URL_MAX_CHARS, "url"),
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
