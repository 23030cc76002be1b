"""Remark42's backup: JSON Lines, usually packed, whose first line tells of users and posts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from service.core.errors import BadFile
from service.core.moved import Moved, Row, Unread
from service.core.states import State
from service.formats.html_text import plain_text
from service.formats.packed import unpacked

HEADER_MAX_BYTES = 200_000_000
LINE_MAX_BYTES = 1_000_000


def read(file: IO[bytes]) -> Iterator[Row]:
    """Every comment of the backup. Raises `BadFile`."""
    with unpacked(file) as plain:
        header = _data(plain.readline(HEADER_MAX_BYTES))
        if header is None or "version" not in header:
            raise BadFile("It is no backup by Remark42: its first line is no header.")
        number = 1
        while line := plain.readline(LINE_MAX_BYTES + 1):
            number += 1
            if len(line) > LINE_MAX_BYTES:
                raise BadFile(f"Line {number} is longer than {LINE_MAX_BYTES} bytes.")
            if line.strip():
                data = _data(line)
                if data is None:
                    raise BadFile(f"Line {number} is no JSON, or only a part of it.")
                yield _row(data, number)


def _row(data: dict[str, Any], number: int) -> Row:
    user, place = _part(data, "user"), _part(data, "locator")
    source_id, at = _text(data, "id"), _time(_text(data, "time"))
    if not source_id:
        return Unread(f"line {number}", "It has no id.")
    if at is None:
        return Unread(source_id, "It has no time.")
    return Moved(
        source_id=source_id,
        parent_id=_text(data, "pid") or None,
        page_url=_text(place, "url"),
        page_id=None,
        page_title=_text(data, "title"),
        author_name=_text(user, "name"),
        # Addresses are in another of its files, under ids that are hashes.
        author_email=None,
        author_url=None,
        content=_text(data, "orig") or plain_text(_text(data, "text")),
        state=State.DELETED if data.get("delete") is True else State.APPROVED,
        created_at=at,
        edited_at=_time(_text(_part(data, "edit"), "time")),
    )


def _data(line: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _text(data: dict[str, Any], name: str) -> str:
    found = data.get(name)
    return found if isinstance(found, str) else ""


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None and at.year > 1 else None
    except (ValueError, OverflowError):
        return None
