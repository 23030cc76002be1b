"""Reading: the approved comments of a thread, the hottest answer there is."""

import hashlib
import json
import re
from typing import Any

from flask import Blueprint, Response, request

from service.core.errors import FieldProblem, InvalidSubmission, InvalidURL, NotFound
from service.core.ports import Reads
from service.core.records import ThreadPosition
from service.core.urls import page_key
from service.usecases.publish import PAGE_LIMIT_MAX, PageRequest, read_page
from service.web.api.access import admit, allow_reading
from service.web.api.page_cache import PageCache
from service.web.api.shortcut import Question, keep, stamp_of
from service.web.current import services
from service.web.schemas.public import public_page

blueprint = Blueprint("reading", __name__, url_prefix="/v1/sites/<slug:slug>")
blueprint.after_request(allow_reading)

DEFAULT_PAGE_LIMIT = 100

_LIMIT = re.compile(r"[0-9]{1,9}")

_pages = PageCache(max_bytes=32 * 1024 * 1024)


@blueprint.get("/comments")
def read_comments(slug: str) -> Response:
    """Approved comments of a thread; answers 304 while nothing has changed for readers."""
    with services().store.look() as tx:
        question, position = position_asked_for(tx, slug)
    page = page_asked_for()
    etag = _etag(position, page)
    # Weakly, as RFC 9110 (13.1.2) says: a proxy that compresses makes our tags weak.
    if request.if_none_match.contains_weak(etag):
        keep(request, question, position)
        return _revalidated(Response(status=304), etag)
    body = _pages.get(etag)
    if body is None:
        with services().store.read() as tx:
            # Asked again, so that the tag and the page are of one moment.
            question, position = position_asked_for(tx, slug)
            found = read_page(tx, position, page)
        etag = _etag(position, page)
        body = _to_bytes(
            public_page(found) | {"closed": is_closed(position), "off": is_off(position)}
        )
        if page.cursor is None and found.comments:
            # First pages are asked for again and again; cursors and empty threads can be made up.
            _pages.put(etag, body)
    keep(request, question, position)
    return _revalidated(Response(body, content_type="application/json"), etag)


def position_asked_for(tx: Reads, slug: str) -> tuple[Question, ThreadPosition]:
    """The thread that a query names by `thread` (an address) and `thread_id`, if it exists yet."""
    url, external_id = request.args.get("thread"), request.args.get("thread_id")
    try:
        key = page_key(url) if url else None
    except InvalidURL as error:
        # Before the refusal, so that the site's own page may read it.
        admit(tx.site(slug))
        problem = FieldProblem("/thread", "invalid_url", str(error))
        raise InvalidSubmission(problem) from None
    question = (slug, key, external_id or None)
    position = tx.thread_position(*question)
    if position is None:
        raise NotFound("There is no such site.")
    admit(position.site)
    return question, position


def is_closed(position: ThreadPosition) -> bool:
    thread = position.thread
    is_shut = thread is not None and (thread.closed or thread.off)
    return position.site.settings.closed or is_shut


def is_off(position: ThreadPosition) -> bool:
    return position.thread is not None and position.thread.off


def page_asked_for() -> PageRequest:
    """What a query asks of a thread. Raises `InvalidSubmission` naming what is odd."""
    if not (request.args.get("thread") or request.args.get("thread_id")):
        problem = FieldProblem("/thread", "missing", "Say which page: thread=URL or thread_id=ID.")
        raise InvalidSubmission(problem)
    sort = request.args.get("sort", "oldest")
    limit = request.args.get("limit", str(DEFAULT_PAGE_LIMIT))
    problems = []
    if sort not in {"oldest", "newest"}:
        problems.append(FieldProblem("/sort", "unknown", "Sort by oldest or newest."))
    # The pattern goes first: int() takes other scripts' digits, and raises above 4,300 of them.
    if not (_LIMIT.fullmatch(limit) and 1 <= int(limit) <= PAGE_LIMIT_MAX):
        text = f"A page has 1 to {PAGE_LIMIT_MAX} comments."
        problems.append(FieldProblem("/limit", "out_of_range", text))
    if problems:
        raise InvalidSubmission(*problems)
    return PageRequest(
        newest_first=sort == "newest", cursor=request.args.get("cursor"), limit=int(limit)
    )


def _etag(position: ThreadPosition, page: PageRequest) -> str:
    """Changes with everything that the answer depends on."""
    what = (*stamp_of(position), page.newest_first, page.limit, page.cursor)
    return hashlib.blake2b(repr(what).encode(), digest_size=12).hexdigest()


def _revalidated(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    # Stored by browsers, but asked about each time: a decision shows at once.
    response.headers["Cache-Control"] = "no-cache"
    return response


def _to_bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
