"""What a file's row must have to be stored, and what is mended."""

from dataclasses import replace
from datetime import datetime, timedelta

from service.core.errors import InvalidURL
from service.core.form import TITLE_MAX_CHARS
from service.core.moved import SOURCE_ID_MAX_CHARS, Move, Moved, Row, Unread, clean
from service.core.site import CONTENT_MAX_CHARS_LIMIT, Site
from service.core.states import State
from service.core.urls import author_link, canonical_url, origin_of

NAME_MAX_CHARS = 100
EMAIL_MAX_CHARS = 254
_AHEAD = timedelta(days=1)


def checked(move: Move, row: Row, now: datetime) -> Moved | Unread:
    """The row as it can be stored, or why it cannot."""
    if isinstance(row, Unread):
        return row
    url, content = _page(move, clean(row.page_url).strip()), clean(row.content).strip()
    reason = _wrong_with_page(url, move.site) or _wrong_with(row, content, now)
    if reason:
        return Unread(row.source_id[:SOURCE_ID_MAX_CHARS], reason)
    return replace(
        row,
        page_url=canonical_url(url),
        page_title=" ".join(clean(row.page_title).split())[:TITLE_MAX_CHARS],
        content=content,
        author_name=" ".join(clean(row.author_name).split())[:NAME_MAX_CHARS],
        author_email=_address(row.author_email),
        author_url=_link(row.author_url),
    )


def _page(move: Move, url: str) -> str:
    for begin, other in move.pages:
        if url.startswith(begin):
            return other + url[len(begin) :]
    return url


def _wrong_with_page(url: str, site: Site) -> str:
    try:
        canonical_url(url)
        return "" if origin_of(url) in site.origins else "Its page is none of the site's."
    except InvalidURL:
        return "Its page has no address that can be read."


def _wrong_with(row: Moved, content: str, now: datetime) -> str:
    faults = (
        (len(row.source_id) > SOURCE_ID_MAX_CHARS, "Its id is too long."),
        (row.state is State.ERASED and not row.keeps_id, "It was erased."),
        (not content and row.state is not State.ERASED, "It has no text."),
        (len(content) > CONTENT_MAX_CHARS_LIMIT, "Its text is too long."),
        (
            not 0 < row.created_at.timestamp() <= (now + _AHEAD).timestamp(),
            "It is from a time that cannot be.",
        ),
    )
    return next((text for is_so, text in faults if is_so), "")


def _address(text: str | None) -> str | None:
    """An address by its looks; one that is none is left out, and the comment stays."""
    email = clean(text or "").strip()
    local, at, domain = email.rpartition("@")
    good = local and at and "." in domain and not any(one.isspace() for one in email)
    return email if good and len(email) <= EMAIL_MAX_CHARS else None


def _link(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return author_link(clean(text))
    except InvalidURL:
        return None
