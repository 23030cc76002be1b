"""A comment as it comes in, from JSON or from an HTML form: one schema for both.

Which fields are required, and their limits, come from `core.form.form_fields` alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from marshmallow import fields, post_load, validates_schema

from service.core.addresses import mentions_address
from service.core.comment import ThreadRef
from service.core.form import (
    HONEYPOT_FIELD,
    THREAD_ID_MAX_CHARS,
    TITLE_MAX_CHARS,
    FormField,
    form_fields,
)
from service.core.proofs import PROOF_MAX_CHARS
from service.core.site import Site
from service.core.urls import URL_MAX_CHARS
from service.web.schemas.faults import (
    OWN_ADDRESS_IN_CONTENT,
    OWN_ADDRESS_IN_LINK,
    Fault,
    StrictSchema,
    refuse,
)
from service.web.schemas.text import (
    AuthorURL,
    Content,
    Email,
    Id,
    Line,
    Name,
    PageURL,
    Text,
    Title,
)

_ID_CHARS = 36
_TOKEN_MAX_CHARS = 1_000
_HONEYPOT_MAX_CHARS = 100_000

_KINDS: dict[str, type[Text]] = {
    "content": Content,
    "author_name": Name,
    "author_email": Email,
    "author_url": AuthorURL,
}

FORM_NAMES = {"thread_url": "url", "thread_id": "id", "thread_title": "title"}
"""The flat names of an HTML form for the members of `thread`; all others are the same."""


@dataclass(frozen=True, slots=True)
class LoadedSubmission:
    """A submission whose every field is well formed. `author_email` is normalised."""

    thread: ThreadRef
    content: str
    author_name: str
    author_email: str | None
    author_url: str | None
    parent_id: str | None
    token: str | None
    altcha: str | None
    honeypot_filled: bool

    def __repr__(self) -> str:
        # It holds an address, which must not reach a log by way of a repr.
        return "<LoadedSubmission>"


class ThreadSchema(StrictSchema):
    url = PageURL(required=True, max_chars=URL_MAX_CHARS)
    id = Line(required=False, max_chars=THREAD_ID_MAX_CHARS)
    title = Title(required=False, max_chars=TITLE_MAX_CHARS)

    @post_load
    def _thread(self, data: dict[str, Any], **_: Any) -> ThreadRef:
        return ThreadRef(url=data["url"], external_id=data["id"], title=data["title"])


class SubmissionSchema(StrictSchema):
    """What is the same on every site; `submission_schema` adds the form's fields."""

    thread = fields.Nested(
        ThreadSchema, required=True, error_messages={"required": "missing", "null": "missing"}
    )
    parent_id = Id(required=False, max_chars=_ID_CHARS)
    token = Text(required=False, max_chars=_TOKEN_MAX_CHARS)
    # As ALTCHA's own widget names its field.
    altcha = Text(required=False, max_chars=PROOF_MAX_CHARS)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _keep_address_private(self, data: dict[str, Any], original: Any, **_: Any) -> None:
        """An author may publish addresses, but hardly means to publish the one typed as theirs."""
        known = data.get("author_email")
        if not known:
            return
        # As it was typed, too: normalising may have changed the domain's spelling.
        addresses = {known, str(original["author_email"]).strip()}
        faults: dict[str, list[Fault]] = {
            name: [fault]
            for name, fault in (
                ("content", OWN_ADDRESS_IN_CONTENT),
                ("author_url", OWN_ADDRESS_IN_LINK),
            )
            if any(mentions_address(data.get(name) or "", one) for one in addresses)
        }
        if faults:
            raise refuse(faults)

    @post_load
    def _submission(self, data: dict[str, Any], **_: Any) -> LoadedSubmission:
        honeypot = data.pop(HONEYPOT_FIELD)
        return LoadedSubmission(**data, honeypot_filled=honeypot is not None)


def submission_schema(site: Site) -> StrictSchema:
    """The schema for a site's comments; sites that ask for the same share one."""
    return _schema(form_fields(site.settings), site.settings.reserved_names)


@lru_cache(maxsize=256)
def _schema(form: tuple[FormField, ...], reserved_names: tuple[str, ...]) -> StrictSchema:
    members: dict[str, fields.Field[Any]] = {
        # An absent name is an empty text, which pages show in their own words.
        field.name: _KINDS[field.name](
            required=field.required,
            max_chars=field.max_length,
            empty="" if field.name == "author_name" else None,
        )
        for field in form
    }
    name = members["author_name"]
    if isinstance(name, Name):
        name.reserved_names = reserved_names
    # A trap that refuses long bait would tell a program what it has run into.
    members[HONEYPOT_FIELD] = Text(required=False, max_chars=_HONEYPOT_MAX_CHARS)
    made: type[StrictSchema] = type("SiteSubmissionSchema", (SubmissionSchema,), members)
    return made()


def load_edit(site: Site, data: Mapping[str, Any]) -> str:
    """The new text of a comment. Raises `InvalidSubmission` as for a new one."""
    content: str = _edit_schema(site.settings.content_max_chars).load_strictly(data)["content"]
    return content


@lru_cache(maxsize=256)
def _edit_schema(content_max_chars: int) -> StrictSchema:
    members = {"content": Content(required=True, max_chars=content_max_chars)}
    made: type[StrictSchema] = type("EditSchema", (StrictSchema,), members)
    return made()


def load_submission(site: Site, data: Mapping[str, Any]) -> LoadedSubmission:
    """Check decoded JSON. Raises `InvalidSubmission` naming every bad field."""
    loaded: LoadedSubmission = submission_schema(site).load_strictly(data)
    return loaded


def load_form(site: Site, form: Mapping[str, str]) -> LoadedSubmission:
    """Check an HTML form's fields. Raises `InvalidSubmission` with pointers as for JSON."""
    thread = {FORM_NAMES[name]: value for name, value in form.items() if name in FORM_NAMES}
    others = {name: value for name, value in form.items() if name not in FORM_NAMES}
    # A plain field called `thread` stays, and is refused as text where an object is due.
    return load_submission(site, {"thread": thread} | others)
