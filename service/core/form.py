"""The comment form as data: one list of fields for the schema, the asterisks and `/form`."""

from dataclasses import dataclass

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
"""Names that no visitor may use on any site (compared folded, see `submit`)."""


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
