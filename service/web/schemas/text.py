"""Fields for text as visitors type it: strict types, trimmed, blank counted as missing."""

import re
import unicodedata
from typing import Any

from email_validator import EmailNotValidError, validate_email
from marshmallow import fields

from service.core.comment import normalise_newlines
from service.core.errors import InvalidURL
from service.core.form import is_reserved
from service.core.urls import author_link, canonical_url
from service.web.schemas.faults import (
    ADDRESS_IN_NAME,
    CONTROL_CHARACTERS,
    INVALID_EMAIL,
    INVALID_ID,
    INVALID_URL,
    MISSING,
    RESERVED,
    WRONG_TYPE_TEXT,
    refuse,
    too_long,
)

_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")
# A name has at most some hundred characters, so what this may try again is bounded.
_ADDRESS = re.compile(r"[^\s@]@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
_SPACES = " \t\u00a0\u3000"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_EMPTY_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
_EMPTY_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]+"
)
"""Letters and marks that show nothing (Hangul fillers, blank Braille, variation selectors ...)."""


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing: white space, controls and invisible characters only."""
    return all(
        unicodedata.category(character) in _EMPTY_CATEGORIES
        for character in _EMPTY_LETTERS.sub("", text)
    )


class Text(fields.Field[str | None]):
    """A text of at most `max_chars` code points. Blank or null is missing where it is required."""

    def __init__(self, *, required: bool, max_chars: int, empty: str | None = None) -> None:
        # marshmallow loads a default as it is, so an absent optional field ends like a blank one.
        options: dict[str, Any] = {} if required else {"load_default": empty}
        super().__init__(
            required=required,
            allow_none=True,
            error_messages={"required": "missing", "null": "missing"},
            **options,
        )
        self.max_chars = max_chars
        self.empty = empty

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str | None:
        # marshmallow lets null pass without asking the field; here it means the same as blank.
        return super().deserialize("" if value is None else value, *args, **kwargs)

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | None:
        if not isinstance(value, str):
            raise refuse(WRONG_TYPE_TEXT)
        text = self.normalised(value)
        # The length goes first, so that what follows works on bounded text.
        if len(text) > self.max_chars:
            raise refuse(too_long(self.max_chars))
        if is_blank(text):
            if self.required:
                raise refuse(MISSING)
            return self.empty
        return self.checked(text)

    def normalised(self, text: str) -> str:
        # Spaces at the ends come from keyboards and are nobody's intent; a line break is.
        return text.strip(_SPACES)

    def checked(self, text: str) -> str:
        """The text to keep; raises by `refuse`."""
        return text


class Line(Text):
    """One line, without control characters."""

    def checked(self, text: str) -> str:
        if _CONTROLS.search(text):
            raise refuse(CONTROL_CHARACTERS)
        return text


class Name(Line):
    """A name that an author may sign with: not one of the staff's, and no e-mail address."""

    reserved_names: tuple[str, ...] = ()

    def checked(self, text: str) -> str:
        line = super().checked(text)
        if _ADDRESS.search(unicodedata.normalize("NFKC", line)):
            raise refuse(ADDRESS_IN_NAME)
        if is_reserved(line, self.reserved_names):
            raise refuse(RESERVED)
        return line


class Title(Text):
    """A page's title, squeezed and cut: who comments cannot mend it, so it is never refused."""

    def normalised(self, text: str) -> str:
        return _CONTROLS.sub("", " ".join(text.split()))[: self.max_chars]


class Content(Text):
    """A comment's text, kept as typed but for its line ends."""

    def normalised(self, text: str) -> str:
        return normalise_newlines(text)


class Email(Line):
    """An address by its syntax alone; what comes out is normalised (NFC, lower-case domain)."""

    def checked(self, text: str) -> str:
        try:
            return validate_email(
                super().checked(text),
                check_deliverability=False,
                strict=True,
                allow_display_name=False,
                allow_quoted_local=False,
                allow_domain_literal=False,
            ).normalized
        except EmailNotValidError:
            # Its text repeats parts of the address.
            raise refuse(INVALID_EMAIL) from None


class AuthorURL(Text):
    """What an author typed as their site, made absolute."""

    def checked(self, text: str) -> str:
        try:
            return author_link(text)
        except InvalidURL:
            raise refuse(INVALID_URL) from None


class PageURL(Text):
    """A page's address, kept as sent once it is known to be one."""

    def checked(self, text: str) -> str:
        try:
            canonical_url(text)
        except InvalidURL:
            raise refuse(INVALID_URL) from None
        return text


class Id(Text):
    """A UUID in its canonical spelling (RFC 9562, lower case)."""

    def checked(self, text: str) -> str:
        if not _UUID.fullmatch(text):
            raise refuse(INVALID_ID)
        return text
