"""WordPress' export (WXR): RSS 2.0 whose items carry the comments of their posts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

import defusedxml.ElementTree as DefusedET
from defusedxml.common import DefusedXmlException

from service.core.errors import BadFile
from service.core.moved import Moved, Row, Unread
from service.core.states import State
from service.formats.html_text import plain_text

_STATES = {
    "1": State.APPROVED,
    "approve": State.APPROVED,
    # What waits for a moderator there waits for one here: no program shows it.
    "0": State.HELD,
    "hold": State.HELD,
    "spam": State.SPAM,
    "trash": State.DELETED,
    "post-trashed": State.DELETED,
}
_EXPORT = "wordpress.org/export/"


def read(file: IO[bytes]) -> Iterator[Row]:
    """Every comment of the file, in constant memory. Raises `BadFile`."""
    posts = _Posts()
    try:
        for event, element in DefusedET.iterparse(file, ("start", "end"), forbid_dtd=True):
            if event == "start":
                posts.begin(element)
            elif (row := posts.end(element)) is not None:
                yield row
    except DefusedXmlException:
        raise BadFile("It declares entities or a document type, which no export does.") from None
    except DefusedET.ParseError as error:
        line, column = error.position
        raise BadFile(f"It is no whole XML: line {line}, column {column}.") from None
    except (LookupError, ValueError):
        raise BadFile("It is not in the encoding that it names.") from None
    if posts.channel is None:
        raise BadFile("There is no channel in it, as an export by WordPress has.")


class _Posts:
    """The post that is being read. What has been read of the file is dropped again."""

    def __init__(self) -> None:
        self.channel: Any = None
        self._item: Any = None
        self._post: dict[str, str] = {}

    def begin(self, element: Any) -> None:
        if element.tag == "item":
            self._item, self._post = element, {}
        elif element.tag == "channel":
            self.channel = element

    def end(self, element: Any) -> Row | None:
        """The comment that ends here, if one does."""
        namespace, name = _name(element.tag)
        if name == "comment" and _EXPORT in namespace:
            row = _row(element, self._post)
            if self._item is not None:
                self._item.remove(element)
            return row
        if element.tag in {"link", "title"} and self._item is not None:
            self._post[name] = (element.text or "").strip()
        elif element.tag == "item":
            self._item = None
            if self.channel is not None:
                self.channel.remove(element)
        return None


def _row(element: Any, post: dict[str, str]) -> Row:
    told: dict[str, str] = {}
    for child in element:
        _, name = _name(child.tag)
        told[name.removeprefix("comment_")] = child.text or ""
    source_id = told.get("id", "").strip()
    kind = told.get("type", "").strip()
    state = _STATES.get(told.get("approved", "").strip())
    at = _time(told.get("date_gmt", "")) or _time(told.get("date", ""))
    reason = ""
    if not source_id:
        reason = "It has no id."
    elif kind not in {"", "comment"}:
        reason = f"It is a {kind}." if kind in {"pingback", "trackback"} else "It is no comment."
    elif state is None:
        reason = "Its state is not known."
    elif at is None:
        reason = "It has no time."
    if reason or state is None or at is None:
        return Unread(source_id, reason)
    parent = told.get("parent", "").strip()
    return Moved(
        source_id=source_id,
        parent_id=parent if parent not in {"", "0"} else None,
        page_url=post.get("link", ""),
        # Themes name threads by ids of their own, which no export knows: the address does.
        page_id=None,
        page_title=post.get("title", ""),
        author_name=told.get("author", ""),
        author_email=told.get("author_email") or None,
        author_url=told.get("author_url") or None,
        content=plain_text(told.get("content", "")),
        state=state,
        created_at=at,
        ip=told.get("author_IP") or None,
    )


def _time(text: str) -> datetime | None:
    """The times of WordPress, which are UTC where they are `_gmt`; zeros stand for none."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _name(tag: str) -> tuple[str, str]:
    namespace, _, name = tag.rpartition("}")
    return namespace, name
