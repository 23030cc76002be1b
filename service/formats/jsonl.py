"""JSON Lines: one comment a line, as `vestibule export` writes them, or as other systems can.

A line is an object with `id`, `page` (`url`, and `id` and `title` where there are such),
`content`, `created_at` (ISO 8601 with its offset), and where there are such `parent_id`,
`author_name`, `author_email`, `author_url`, `state`, `ip` and `edited_at`. A first line
`{"vestibule": 1}` says that the ids are ours, so that comments keep them.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, Any

from service.core.errors import BadFile
from service.core.moved import Moved, Row, Unread, is_id
from service.core.states import State

VERSION = 1
LINE_MAX_BYTES = 1_000_000

Open = Callable[[str, str], str | None]
"""Makes an address of an encrypted one and its comment's id; None where it does not open."""

_KNOWN = frozenset(
    {
        "id", "parent_id", "page", "author_name", "author_email", "author_url", "content", "state",
        "created_at", "edited_at", "ip", "contact",
    }
)  # fmt: skip
_PAGE = frozenset({"url", "id", "title"})


class _Odd(ValueError):
    """What is wrong with a line, in words."""


def read(file: IO[bytes], opens: Open | None = None) -> Iterator[Row]:
    """Every line but the first, if that is a header. Raises `BadFile`.

    A line that cannot be read is one row that is skipped; a file without any that can is refused.
    """
    ours = False
    good = False
    number = 0
    while line := file.readline(LINE_MAX_BYTES + 1):
        number += 1
        if len(line) > LINE_MAX_BYTES:
            raise BadFile(f"Line {number} is longer than {LINE_MAX_BYTES} bytes.")
        if not line.strip():
            continue
        try:
            data = _object(line)
            if "vestibule" in data and not good and not ours:
                if data["vestibule"] != VERSION:
                    raise BadFile("It was written by another version of Vestibule.")
                ours = good = True
                continue
            row: Row = _moved(data, opens, ours=ours)
            good = True
        except _Odd as error:
            row = Unread(f"line {number}", str(error))
        yield row
    if number and not good:
        raise BadFile("No line of it is a comment.")


def _object(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise _Odd("It is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise _Odd("It is no JSON, or only a part of it.") from None
    if not isinstance(data, dict):
        raise _Odd("It is no object.")
    return data


def _moved(data: dict[str, Any], opens: Open | None, *, ours: bool) -> Moved:
    page = data.get("page")
    if not isinstance(page, dict):
        raise _Odd("It has no page.")
    if data.keys() - _KNOWN or page.keys() - _PAGE:
        raise _Odd("It has keys that are not known.")
    source_id = _text(data, "id")
    if source_id is None:
        raise _Odd("It has no id.")
    at = _time(data, "created_at")
    if at is None:
        raise _Odd("It has no time.")
    email, sealed = _text(data, "author_email"), _text(data, "contact")
    if email is None and sealed is not None and opens is not None:
        email = opens(sealed, source_id)
        if email is None:
            raise _Odd("Its address was not encrypted to this key.")
    return Moved(
        source_id=source_id,
        parent_id=_text(data, "parent_id"),
        page_url=_text(page, "url") or "",
        page_id=_text(page, "id"),
        page_title=_text(page, "title") or "",
        author_name=_text(data, "author_name") or "",
        author_email=email,
        author_url=_text(data, "author_url"),
        content=_text(data, "content") or "",
        state=_state(data),
        created_at=at,
        ip=_text(data, "ip"),
        edited_at=_time(data, "edited_at"),
        keeps_id=ours and is_id(source_id),
    )


def _text(data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise _Odd(f"Its {key} is no text.")
    return value or None


def _state(data: dict[str, Any]) -> State:
    try:
        return State(data.get("state", State.APPROVED))
    except ValueError:
        raise _Odd("Its state is not known.") from None


def _time(data: dict[str, Any], key: str) -> datetime | None:
    text = _text(data, key)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _Odd(f"Its {key} is no time.") from None
    if at.tzinfo is None:
        raise _Odd(f"Its {key} has no offset from UTC.")
    return at.astimezone(UTC)
