"""Comments as an Atom feed (RFC 4287), and what they answer (RFC 4685)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from service.core.feeds import FeedEntry
from service.web.rendering import render_content, safe_author_url
from service.web.schemas.public import rfc3339

MEDIA_TYPE = "application/atom+xml"

_ATOM = "http://www.w3.org/2005/Atom"
_THREADING = "http://purl.org/syndication/thread/1.0"
ET.register_namespace("", _ATOM)
ET.register_namespace("thr", _THREADING)

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was last updated: it must say a time."""

# What XML 1.0 has no way to write, escaped or not.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Feed:
    """`url` is the feed's own address, `page` what it is about; `id` never changes."""

    id: str
    title: str
    url: str
    page: str | None
    entries: Sequence[FeedEntry]


def written(feed: Feed) -> bytes:
    """The feed as XML, the same for the same entries."""
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", rfc3339(max(map(_updated, feed.entries), default=_NEVER)))
    _add(root, "link", rel="self", type=MEDIA_TYPE, href=feed.url)
    if feed.page is not None:
        _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    _add(root, "generator", "Vestibule")
    for entry in feed.entries:
        _add_entry(root, entry)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _add_entry(root: ET.Element, entry: FeedEntry) -> None:
    made = _add(root, "entry")
    name = entry.author_name or "Anonymous"
    _add(made, "id", f"urn:uuid:{entry.id}")
    _add(made, "title", f"{name}: {entry.thread_title or entry.thread_url}")
    _add(made, "published", rfc3339(entry.created_at))
    _add(made, "updated", rfc3339(_updated(entry)))
    author = _add(made, "author")
    _add(author, "name", name)
    uri = safe_author_url(entry.author_url)
    if uri is not None:
        _add(author, "uri", uri)
    page = entry.thread_url
    _add(made, "link", rel="alternate", type="text/html", href=f"{page}#vestibule-{entry.id}")
    if entry.parent_id is not None:
        answered = ET.SubElement(made, f"{{{_THREADING}}}in-reply-to")
        answered.set("ref", f"urn:uuid:{entry.parent_id}")
        answered.set("href", f"{page}#vestibule-{entry.parent_id}")
    # As escaped HTML, through the one door; the XML escapes it once more.
    _add(made, "content", str(render_content(entry.content)), type="html")


def _add(parent: ET.Element, name: str, text: str = "", /, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{_ATOM}}}{name}")
    for key, value in attributes.items():
        made.set(key, _NOT_XML.sub("", value))
    if text:
        made.text = _NOT_XML.sub("", text)
    return made


def _updated(entry: FeedEntry) -> datetime:
    return entry.edited_at or entry.created_at
