"""Writes exports: JSON Lines that can be imported again, and WXR that WordPress imports."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape as as_html
from xml.sax.saxutils import escape

from service.core.leaving import Leaving
from service.core.states import State
from service.formats.jsonl import VERSION

Contact = Callable[[Leaving], str | None]
"""The envelope with a comment's address."""

_WXR_STATES = {State.APPROVED: "1", State.HELD: "0", State.PENDING: "0", State.SPAM: "spam"}
# What XML 1.0 has no way to write, escaped or not.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def json_lines(
    comments: Iterable[Leaving], site: str, now: datetime, contact: Contact | None = None
) -> Iterator[str]:
    """A header, then a line for each comment. Erased ones are in it, since others answer them."""
    yield _line({"vestibule": VERSION, "site": site, "exported_at": now.isoformat()})
    for one in comments:
        row: dict[str, object] = {
            "id": one.id,
            "parent_id": one.parent_id,
            "page": {"url": one.page_url, "title": one.page_title},
            "author_name": one.author_name,
            "author_url": one.author_url,
            "content": one.content,
            "state": str(one.state),
            "created_at": one.created_at.isoformat(),
            "edited_at": one.edited_at.isoformat() if one.edited_at else None,
        }
        sealed = contact(one) if contact is not None else None
        if sealed is not None:
            row["contact"] = sealed
        yield _line(row)


def wxr(pages: Iterable[Iterable[Leaving]], site: str, url: str) -> Iterator[str]:
    """WXR 1.2 with an item for each page. What was refused or deleted is in the trash there."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/">\n<channel>\n'
        f"<title>{_xml(site)}</title>\n<link>{_xml(url)}</link>\n"
        "<wp:wxr_version>1.2</wp:wxr_version>\n"
    )
    number = 0
    for post, comments in enumerate(pages, 1):
        numbers: dict[str, int] = {}
        for one in comments:
            if not numbers:
                yield (
                    f"<item>\n<title>{_xml(one.page_title)}</title>\n"
                    f"<link>{_xml(one.page_url)}</link>\n<wp:post_id>{post}</wp:post_id>\n"
                    "<wp:post_type>post</wp:post_type>\n<wp:status>publish</wp:status>\n"
                )
            number += 1
            numbers[one.id] = number
            if one.state is not State.ERASED:
                yield _comment(one, number, numbers.get(one.parent_id or "", 0))
        if numbers:
            yield "</item>\n"
    yield "</channel>\n</rss>\n"


def _comment(one: Leaving, number: int, parent: int) -> str:
    at = one.created_at.strftime("%Y-%m-%d %H:%M:%S")
    told = {
        "id": str(number),
        "author": one.author_name,
        "author_email": "",
        "author_url": one.author_url or "",
        "date": at,
        "date_gmt": at,
        # WordPress takes comments as HTML.
        "content": as_html(one.content, quote=False),
        "approved": _WXR_STATES.get(one.state, "trash"),
        "type": "comment",
        "parent": str(parent),
    }
    inside = "".join(
        f"<wp:comment_{key}>{_xml(text)}</wp:comment_{key}>\n" for key, text in told.items()
    )
    return f"<wp:comment>\n{inside}</wp:comment>\n"


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _line(data: dict[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"
