"""Disqus' export: XML with all threads first, and then the posts that refer to them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

import defusedxml.ElementTree as DefusedET
from defusedxml.common import DefusedXmlException

from service.core.errors import BadFile
from service.core.moved import Moved, Row, Unread
from service.core.states import State
from service.formats.html_text import plain_text
from service.formats.packed import unpacked

_ID = "{http://disqus.com/disqus-internals}id"


def read(file: IO[bytes]) -> Iterator[Row]:
    """Every post of the file; only the threads' addresses are kept meanwhile. Raises `BadFile`."""
    threads: dict[str, tuple[str, str]] = {}
    root: Any = None
    depth = 0
    try:
        with unpacked(file) as plain:
            for event, element in DefusedET.iterparse(plain, ("start", "end"), forbid_dtd=True):
                if event == "start":
                    root = element if root is None else root
                    depth += 1
                    continue
                depth -= 1
                if depth != 1:
                    continue
                name = _name(element)
                if name == "thread":
                    told = _children(element)
                    threads[element.get(_ID, "")] = (_text(told, "link"), _text(told, "title"))
                elif name == "post":
                    yield _row(element, threads)
                root.remove(element)
    except DefusedXmlException:
        raise BadFile("It declares entities or a document type, which no export does.") from None
    except DefusedET.ParseError as error:
        line, column = error.position
        raise BadFile(f"It is no whole XML: line {line}, column {column}.") from None
    except (LookupError, ValueError):
        raise BadFile("It is not in the encoding that it names.") from None
    if root is None or _name(root) != "disqus":
        raise BadFile("It is no export by Disqus.")


def _row(element: Any, threads: dict[str, tuple[str, str]]) -> Row:
    told = _children(element)
    source_id = element.get(_ID, "")
    thread, parent = told.get("thread"), told.get("parent")
    page = threads.get(thread.get(_ID, "")) if thread is not None else None
    at = _time(_text(told, "createdAt"))
    if not source_id:
        return Unread("", "It has no id.")
    if page is None:
        return Unread(source_id, "Its thread is not in the file.")
    if at is None:
        return Unread(source_id, "It has no time.")
    author = _children(told["author"]) if "author" in told else {}
    return Moved(
        source_id=source_id,
        parent_id=(parent.get(_ID) or None) if parent is not None else None,
        page_url=page[0],
        page_id=None,
        page_title=page[1],
        author_name=_text(author, "name") or _text(author, "username"),
        author_email=_text(author, "email") or None,
        author_url=None,
        content=plain_text(_text(told, "message")),
        state=_state(told),
        created_at=at,
        ip=_text(told, "ipAddress") or None,
    )


def _state(told: dict[str, Any]) -> State:
    if _text(told, "isSpam") == "true":
        return State.SPAM
    if _text(told, "isDeleted") == "true":
        return State.DELETED
    # Older exports say so.
    return State.HELD if _text(told, "isApproved") == "false" else State.APPROVED


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _children(element: Any) -> dict[str, Any]:
    return {_name(child): child for child in element}


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(told: dict[str, Any], name: str) -> str:
    found = told.get(name)
    return (found.text or "").strip() if found is not None else ""
