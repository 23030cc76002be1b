"""Comments and form as HTML, for server-side inclusion, `<noscript>` and search engines.

`comments.html` is a fragment with the widget's own markup, which the widget takes over where it
starts. What it links to (further comments, a reply, a report) is the same as a whole page.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, render_template, request, url_for

from service.core.comment import Page
from service.core.errors import FieldProblem, InvalidSubmission, OriginRefused
from service.core.flags import ReportReason
from service.core.form import (
    HONEYPOT_FIELD,
    THREAD_ID_MAX_CHARS,
    TITLE_MAX_CHARS,
    form_fields,
)
from service.core.languages import (
    FORM_WORDS,
    RIGHT_TO_LEFT,
    STATUS_WORDS,
    WIDGET_WORDS,
    plural,
)
from service.core.ports import Reads
from service.core.records import ThreadPosition
from service.core.site import Site
from service.core.states import State
from service.usecases.publish import PageRequest, read_page
from service.web.api.access import allow_reading
from service.web.api.articles import article_of
from service.web.api.page_cache import PageCache
from service.web.api.reading import is_closed, is_off, page_asked_for, position_asked_for
from service.web.api.rendered import Links, tree_of
from service.web.api.shortcut import stamp_of
from service.web.api.status import language_asked_for
from service.web.current import services

blueprint = Blueprint("pages", __name__, url_prefix="/v1/sites/<slug:slug>")
blueprint.after_request(allow_reading)

TOKEN_FRESH = timedelta(hours=6)
"""The form has a token, which is good for a day: copies of the page, ours too, are old sooner."""

_kept = PageCache(max_bytes=16 * 1024 * 1024)
_VERSION = "1"
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@blueprint.get("/comments.html")
def show_comments(slug: str) -> Response:
    """The thread and its form; answers 304 while nothing has changed for readers."""
    whole = request.args.get("whole") == "1"
    g.html_errors = whole
    page = page_asked_for()
    with services().store.read() as tx:
        _, position = position_asked_for(tx, slug)
        article = _article(position)
        answered = _comment_named(tx, position, "reply")
        reported = _comment_named(tx, position, "report") if whole else None
        etag = _etag(position, page, services().clock())
        if request.if_none_match.contains_weak(etag):
            return _headed(Response(status=304), etag, position.site, whole=whole)
        key = f"{etag} {'included_here' in g}"
        body = _kept.get(key)
        found = read_page(tx, position, page) if body is None else None
    if found is not None:
        shown = _Shown(position, page, article, answered, reported)
        body = _rendered(shown, found, whole=whole).encode()
        if page.cursor is None and found.comments and not (answered or reported):
            # First pages are asked for again and again; cursors and empty threads can be made up.
            _kept.put(key, body)
    return _headed(Response(body, mimetype="text/html"), etag, position.site, whole=whole)


# -- parts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page shows: the thread at `article`, and the comment that is answered or reported."""

    position: ThreadPosition
    page: PageRequest
    article: str
    answered: str | None
    reported: str | None


def _rendered(shown: _Shown, found: Page, *, whole: bool) -> str:
    position, language = shown.position, language_asked_for()
    links = Links(
        "" if whole or "included_here" in g else services().settings.public_url,
        url_for("pages.show_comments", slug=position.site.slug),
        _query(shown.article, language, shown.page),
    )
    return render_template(
        f"comments/{'whole' if whole else 'thread'}.html",
        site=position.site,
        article=shown.article,
        external_id=_text("thread_id", THREAD_ID_MAX_CHARS),
        title=_text("title", TITLE_MAX_CHARS),
        heading=_heading(position, found.total, language),
        comments=tree_of(found),
        total=found.total,
        next=found.next_cursor,
        newest_first=shown.page.newest_first,
        closed=is_closed(position) or request.args.get("form") == "0",
        says_closed=is_closed(position) and not is_off(position),
        links=links,
        answered=shown.answered,
        reported=shown.reported,
        reasons=tuple(ReportReason),
        fields=form_fields(position.site.settings, language),
        form=FORM_WORDS[language],
        honeypot=HONEYPOT_FIELD,
        token=services().signer.form_token(position.site.id, services().clock()),
        words=WIDGET_WORDS[language],
        status=STATUS_WORDS[language],
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
    )


def _article(position: ThreadPosition) -> str:
    """The address of the page that this is about. Raises `OriginRefused` for another site's."""
    url = request.args.get("thread") or (position.thread.url if position.thread else "")
    article = article_of(position.site, url)
    if article is None:
        if not url:
            problem = FieldProblem("/thread", "missing", "Say which page: thread=URL.")
            raise InvalidSubmission(problem)
        raise OriginRefused("The page's address does not belong to this site.")
    return article


def _comment_named(tx: Reads, position: ThreadPosition, name: str) -> str | None:
    """The id that the query gives for a reply or a report, if that comment is shown here."""
    try:
        comment_id = str(UUID(request.args.get(name, "")))
    except ValueError:
        return None
    found = tx.parent(position.site.id, comment_id)
    if found is None or position.thread is None or found.thread_id != position.thread.id:
        return None
    return comment_id if found.state is State.APPROVED else None


def _text(name: str, max_chars: int) -> str:
    return " ".join(request.args.get(name, "").split())[:max_chars]


def _query(article: str, language: str, page: PageRequest) -> dict[str, str]:
    named = {
        "thread_id": _text("thread_id", THREAD_ID_MAX_CHARS),
        "title": _text("title", TITLE_MAX_CHARS),
        "sort": "newest" if page.newest_first else "",
    }
    return {
        "thread": article,
        **{name: value for name, value in named.items() if value},
        "lang": language,
    }


def _heading(position: ThreadPosition, total: int, language: str) -> str:
    words: Any = WIDGET_WORDS[language]
    if is_off(position):
        return str(words["off"])
    return plural(words["count"], total, language) if total else str(words["none"])


def _etag(position: ThreadPosition, page: PageRequest, now: datetime) -> str:
    """Changes with everything that the answer depends on, and before the form's token is old."""
    asked = sorted(request.args.items(multi=True))
    period = int(now.timestamp() // TOKEN_FRESH.total_seconds())
    what = (_VERSION, *stamp_of(position), page, asked, language_asked_for(), period)
    return hashlib.blake2b(repr(what).encode(), digest_size=12).hexdigest()


def _headed(response: Response, etag: str, site: Site, *, whole: bool) -> Response:
    """A 304 has what the page had: browsers put its headers in the place of those they kept."""
    if whole:
        # Browsers also hold the redirect after a form to this: it leads back to the article.
        forms = " ".join(("'self'", *site.origins))
        response.headers["Content-Security-Policy"] = f"{_POLICY}; form-action {forms}"
        # Without a referrer browsers say `Origin: null` with the form, which is refused.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(etag, weak=True)
    # Stored, but asked about each time: a decision shows at once.
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response
