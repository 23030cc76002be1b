"""Commento's and Comentario's exports: one JSON object, version 1 or 3, usually packed.

Pages are a host and a path in version 1, and paths only in version 3: there a rule has to say where
they are, `/=https://news.example/`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

import ijson

from service.core.errors import BadFile
from service.core.moved import Moved, Row, Unread
from service.core.states import State
from service.formats.html_text import plain_text
from service.formats.packed import unpacked

_STATES = {"approved": State.APPROVED, "unapproved": State.HELD, "flagged": State.SPAM}
DEPTH_MAX = 50
_AT_ONCE_BYTES = 8192
_BEGINS = frozenset({"start_map", "start_array"})
_ENDS = frozenset({"end_map", "end_array"})
_NOBODY = frozenset({"", "root", "anonymous", "00000000-0000-0000-0000-000000000000"})


def read(file: IO[bytes]) -> Iterator[Row]:
    """Every comment; only commenters and pages are kept meanwhile. Raises `BadFile`."""
    people = {_id(one, "commenterHex"): one for one in _items(file, "commenters")}
    pages = {_id(one, "pageHex"): one for one in _items(file, "pages")}
    for one in _items(file, "comments"):
        yield _row(one, people, pages)


def _items(file: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    file.seek(0)
    version = None
    with unpacked(file) as plain:
        try:
            for prefix, event, value in _told(plain, name):
                if prefix == "version":
                    version = value
                elif event == "item":
                    yield value
        except (ijson.JSONError, UnicodeDecodeError, RecursionError):
            raise BadFile("It is no JSON, or only a part of it.") from None
    if version not in (1, 3):
        raise BadFile("It is no export by Commento or Comentario, of version 1 or 3.")


def _told(plain: IO[bytes], name: str) -> Iterator[tuple[str, str, Any]]:
    """The version, wherever it stands, and each object of a list."""
    builder, depth, whole = None, 0, 0
    item = f"{name}.item"
    for prefix, event, value in ijson.parse(plain, use_float=True, buf_size=_AT_ONCE_BYTES):
        deeper = (event in _BEGINS) - (event in _ENDS)
        whole += deeper
        if whole > DEPTH_MAX:
            # Each level makes the parser's names longer.
            raise BadFile("It is nested deeper than any export.")
        if prefix == "version" and event == "number":
            yield prefix, event, value
        if prefix == item and event == "start_map" and builder is None:
            builder, depth = ijson.ObjectBuilder(), 0
        if builder is None:
            continue
        builder.event(event, value)
        depth += deeper
        if depth == 0:
            yield "", "item", builder.value
            builder = None


def _row(one: dict[str, Any], people: dict[str, Any], pages: dict[str, Any]) -> Row:
    source_id, at = _id(one, "commentHex"), _time(one)
    if not source_id:
        return Unread("", "It has no id.")
    if at is None:
        return Unread(source_id, "It has no time.")
    author = people.get(_text(one, "commenterHex") or _text(one, "userCreated"), {})
    parent = _text(one, "parentHex") or _text(one, "parentId")
    page = pages.get(_text(one, "pageId"), one)
    return Moved(
        source_id=source_id,
        parent_id=None if parent in _NOBODY else parent,
        page_url=_page(page),
        page_id=None,
        page_title=_text(page, "title"),
        author_name=_text(author, "name") or _text(one, "authorName"),
        author_email=_text(author, "email") or None,
        author_url=_text(author, "websiteUrl") or _text(author, "link") or None,
        content=_text(one, "markdown") or plain_text(_text(one, "html")),
        state=_state(one),
        created_at=at,
        ip=_text(one, "authorIp") or None,
    )


def _page(page: dict[str, Any]) -> str:
    url = _text(page, "url")
    if url.startswith(("http://", "https://")):
        return url
    host, path = _text(page, "host") or _text(page, "domain"), _text(page, "path") or url
    return f"https://{host}/{path.lstrip('/')}" if host else path


def _state(one: dict[str, Any]) -> State:
    if one.get("deleted") is True or one.get("isDeleted") is True:
        return State.DELETED
    if "isApproved" in one:
        if one.get("isPending") is True:
            return State.HELD
        return State.APPROVED if one["isApproved"] is True else State.REJECTED
    # What is in a state that nobody knows is shown to nobody.
    return _STATES.get(_text(one, "state"), State.HELD)


def _id(one: dict[str, Any], old: str) -> str:
    return _text(one, old) or _text(one, "id")


def _text(one: dict[str, Any], name: str) -> str:
    found = one.get(name)
    return found if isinstance(found, str) else ""


def _time(one: dict[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(one, "creationDate") or _text(one, "createdTime"))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
