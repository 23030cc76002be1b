"""Publish: what readers get of a thread, page by page."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from uuid import UUID

from service.core.comment import MAX_DEPTH, Page
from service.core.errors import FieldProblem, InvalidSubmission
from service.core.ports import Reads
from service.core.records import PageMark, ThreadPosition

PAGE_LIMIT_MAX = 200
_ID_BYTES = 16
_PATH_MAX_BYTES = MAX_DEPTH * _ID_BYTES


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`cursor` is the `next_cursor` of the page before, or None for the first page."""

    newest_first: bool = False
    cursor: str | None = None
    limit: int = 100


def read_page(reads: Reads, position: ThreadPosition, request: PageRequest) -> Page:
    """Approved comments of a thread in reading order. Raises `InvalidSubmission` on a bad cursor.

    A cursor says a place in the order of the ids; one of another thread finds nothing of it.
    """
    after = _decode(request.cursor) if request.cursor else None
    if position.thread is None or position.thread.off:
        return Page((), None, 0)
    found = reads.thread_page(
        position.thread,
        newest_first=request.newest_first,
        after=after,
        limit=request.limit + 1,
    )
    label = position.site.settings.staff_label
    shown = [
        (replace(one, staff=label) if one.staff and label else one, mark)
        for one, mark in found[: request.limit]
    ]
    more = len(found) > request.limit
    return Page(
        comments=tuple(comment for comment, _ in shown),
        next_cursor=_encode(shown[-1][1]) if more else None,
        total=position.thread.approved_count,
    )


def _encode(mark: PageMark) -> str:
    return urlsafe_b64encode(mark.path).decode("ascii").rstrip("=")


def _decode(cursor: str) -> PageMark:
    try:
        path = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error, UnicodeEncodeError):
        path = b""
    mark = PageMark(str(UUID(bytes=path[:_ID_BYTES].ljust(_ID_BYTES, b"\0"))), path)
    # Decoders of base64 skip what they do not know: only our own spelling is taken.
    if not path or len(path) % _ID_BYTES or len(path) > _PATH_MAX_BYTES or _encode(mark) != cursor:
        problem = FieldProblem("/cursor", "bad_cursor", "This is not a cursor of ours.")
        raise InvalidSubmission(problem)
    return mark
