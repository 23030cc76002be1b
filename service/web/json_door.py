"""The door for request bodies: bounded reading, and strict JSON (`form_door` takes HTML forms).

What the JSON standard leaves open is closed here, since each opening has been a hole somewhere:
other encodings, duplicate keys, NaN, numbers without bounds, NUL and lone surrogates, deep nesting.
Faults are told by place (a pointer, or line and column) and never by repeating what was sent.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from werkzeug.http import parse_options_header

from service.core.errors import VestibuleError

MAX_DEPTH = 8

_CHUNK_BYTES = 65_536
_MAX_NUMBER_CHARS = 40
_MAX_INTEGER = 2**63 - 1
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Possessive, so that no input makes it try twice: a string (closed or not), or a bracket.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_STRING_OR_SIGN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},:]', re.DOTALL)


class BadBody(VestibuleError):
    """A request body that cannot be read; its text names the fault.

    Where the structure is known `pointer` (RFC 6901) leads to it, else `line` and `column` may.
    """

    code = "bad_body"
    title = "The request cannot be read"

    def __init__(
        self,
        detail: str,
        *,
        pointer: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.pointer = pointer
        self.line = line
        self.column = column


class BadJSON(BadBody):
    code = "bad_json"
    title = "The request is not the JSON that is taken here"


class BodyTooLarge(VestibuleError):
    code = "body_too_large"
    title = "The request is too large"

    def __init__(self, cap: int) -> None:
        super().__init__(f"A request may have at most {cap} bytes here.")
        self.cap = cap


class MediaTypeRefused(VestibuleError):
    code = "media_type_refused"
    title = "This kind of content is not taken here"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_body(stream: Readable, cap: int, *, declared: int | None = None) -> bytes:
    """The whole body of a WSGI input, at most `cap` bytes. Raises `BodyTooLarge`.

    It reads on until the stream ends or `cap` is passed, so that a chunked body is neither cut
    nor trusted. `declared` is the Content-Length of a body that is not chunked: some servers wait
    for ever behind it, and a body that ends before it was cut on its way (`BadBody`).
    """
    if declared is not None and declared > cap:
        raise BodyTooLarge(cap)
    wanted = cap + 1 if declared is None else declared
    parts: list[bytes] = []
    while wanted > 0:
        part = stream.read(min(wanted, _CHUNK_BYTES))
        if not part:
            break
        parts.append(part)
        wanted -= len(part)
    body = b"".join(parts)
    if len(body) > cap:
        raise BodyTooLarge(cap)
    if declared is not None and len(body) < declared:
        raise BadBody("The request ended before its announced length.")
    return body


def pointer_part(key: str | int) -> str:
    """One step of a JSON pointer; a key that is not plain shows as `?`, for visitors make keys."""
    return str(key) if isinstance(key, int) or _PLAIN_KEY.fullmatch(key) else "?"


# -- JSON ------------------------------------------------------------------------------------------


def is_json(content_type: str | None) -> bool:
    """Whether a Content-Type announces JSON in the one encoding that JSON has (RFC 8259, 8.1)."""
    media_type, options = parse_options_header(content_type)
    return media_type.lower() == "application/json" and is_utf8(options)


def is_utf8(options: Mapping[str, str]) -> bool:
    """Whether the parameters of a Content-Type name UTF-8, or no encoding at all."""
    return options.get("charset", "utf-8").lower() in {"utf-8", "utf8"}


def read_json(body: bytes, *, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """The object that `body` holds. Raises `BadJSON` for everything else."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJSON(f"The body is not UTF-8 (byte {error.start + 1}).") from None
    if not text.strip(" \t\r\n"):
        raise BadJSON("The body is empty.")
    if text[0] == "\ufeff":
        raise BadJSON("The body starts with a byte order mark.", line=1, column=1)
    if text.count("[") + text.count("{") > max_depth:
        _check_depth(text, max_depth)
    try:
        raw = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_Fault,
        )
    except json.JSONDecodeError as error:
        # The decoder's own message is left out: some versions repeat a piece of the input.
        raise BadJSON(
            f"The body is not JSON (line {error.lineno}, column {error.colno}).",
            line=error.lineno,
            column=error.colno,
        ) from None
    if not isinstance(raw, _Pairs):
        raise BadJSON("The body must be one JSON object.", pointer="")
    loaded: dict[str, Any] = _checked(raw, "")
    return loaded


class _Pairs(list[tuple[str, Any]]):
    """An object's members as they stand, before duplicates would be lost."""


class _Fault:
    """Stands for a number that is refused, until the walk knows where it is."""

    def __init__(self, _text: str) -> None: ...


def _integer(text: str) -> int | _Fault:
    # The length comes first: Python's int() is quadratic, and raises above 4,300 digits.
    if len(text) > _MAX_NUMBER_CHARS or abs(int(text)) > _MAX_INTEGER:
        return _Fault(text)
    return int(text)


def _real(text: str) -> float | _Fault:
    value = float(text)
    # Infinity is what too large an exponent gives.
    return _Fault(text) if value in {float("inf"), float("-inf")} else value


def _checked(value: Any, pointer: str) -> Any:
    """`value` with its objects as dicts. Recursion is bounded by the depth that was checked."""
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise BadJSON(
                "A text has characters that cannot be stored (NUL or half a surrogate pair).",
                pointer=pointer,
            )
    elif isinstance(value, _Pairs):
        members: dict[str, Any] = {}
        for key, member in value:
            place = f"{pointer}/{pointer_part(key)}"
            if _UNSTORABLE.search(key):
                raise BadJSON("A key has characters that cannot be stored.", pointer=place)
            if key in members:
                raise BadJSON("A key stands twice in one object.", pointer=place)
            members[key] = _checked(member, place)
        return members
    elif isinstance(value, list):
        return [_checked(item, f"{pointer}/{index}") for index, item in enumerate(value)]
    elif isinstance(value, _Fault):
        raise BadJSON("A number is out of range.", pointer=pointer)
    return value


def _check_depth(text: str, max_depth: int) -> None:
    """Refuse deep nesting before the decoder recurses into it."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        first = text[match.start()]
        if first in "[{":
            depth += 1
            if depth > max_depth:
                line = text.count("\n", 0, match.start()) + 1
                column = match.start() - text.rfind("\n", 0, match.start())
                raise BadJSON(
                    f"The body is nested more than {max_depth} deep.",
                    pointer=_pointer_to(text, match.start()),
                    line=line,
                    column=column,
                )
        elif first in "]}":
            depth -= 1


def _pointer_to(text: str, place: int) -> str:
    """Where the value that begins at `place` stands, if what comes before it is JSON."""
    steps: list[str | int] = []
    last = ""
    for match in _STRING_OR_SIGN.finditer(text, 0, place):
        sign = match[0]
        if sign == "[":
            steps.append(0)
        elif sign == "{":
            steps.append("")
        elif sign in "]}":
            del steps[-1:]
        elif sign == ":" and steps:
            steps[-1] = last
        elif sign == ",":
            if steps and isinstance(steps[-1], int):
                steps[-1] += 1
        else:
            last = sign[1:-1]
    return "".join(f"/{pointer_part(step)}" for step in steps)
