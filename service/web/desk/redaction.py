"""Taking personal data out of a comment: mark, look at what will be left, and do it for good."""

import re
from collections.abc import Mapping
from uuid import UUID

from flask import Response, g, redirect, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as BaseResponse

from service.core.comment import normalise_newlines
from service.core.errors import Conflict
from service.core.people import Permission
from service.core.records import QueuedComment
from service.core.redaction import MARK, PERSONAL, places, redacted
from service.usecases.redact import Redaction, check_quotes
from service.web.current import services
from service.web.desk.deciding import read_number
from service.web.desk.evidence import visible
from service.web.desk.finding import find_comment
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of

WORDS_MAX_CHARS = 4_000
_FOUND = re.compile(r"found\.([0-9]{1,6})\.([0-9]{1,6})")


@blueprint.get("/comments/<uuid:site_id>/<uuid:comment_id>/redact")
@allow(Permission.DECIDE)
def show_redaction(site_id: UUID, comment_id: UUID) -> Response:
    return _page(_comment(site_id, comment_id), 200)


@blueprint.post("/comments/<uuid:site_id>/<uuid:comment_id>/redact")
@allow(Permission.DECIDE)
def redact(site_id: UUID, comment_id: UUID) -> BaseResponse:
    """Without `confirm`, what would be left; with it, do it."""
    comment, form = _comment(site_id, comment_id), g.form
    quotes = _quotes(comment, form)
    try:
        if "confirm" in form:
            wanted = Redaction(
                comment.site_id, comment.id, read_number(form.get("version", "")), quotes
            )
            services().deciding.redact(wanted, visit().moderator)
            return redirect(
                url_for("desk.show_record", site_id=comment.site_id, comment_id=comment.id), 303
            )
        check_quotes(quotes)
    except Conflict as error:
        return _page(_comment(site_id, comment_id), status_of(error), problem=str(error))
    return _page(comment, 200, preview=_preview(comment.content, quotes))


def _comment(site_id: UUID, comment_id: UUID) -> QueuedComment:
    with services().store.read() as tx:
        return find_comment(tx, visit().moderator, str(site_id), str(comment_id))


def _page(
    comment: QueuedComment, status: int, *, problem: str = "", preview: Markup | None = None
) -> Response:
    form: Mapping[str, str] = getattr(g, "form", {})
    found = [
        (f"found.{start}.{end}", visible(comment.content[start:end]))
        for start, end in _personal(comment)
    ]
    return page(
        "redact",
        status,
        comment=comment,
        author_name=visible(comment.author_name),
        content=visible(comment.content),
        found=found,
        chosen={name for name in form if _FOUND.fullmatch(name)},
        words=form.get("words", "")[:WORDS_MAX_CHARS],
        words_max=WORDS_MAX_CHARS,
        problem=problem,
        preview=preview,
        nothing=preview is not None and "<ins>" not in preview,
    )


def _personal(comment: QueuedComment) -> list[tuple[int, int]]:
    """Where the checks have seen personal data."""
    seen = {
        span
        for part in comment.contributions
        if part.signal.symbol in PERSONAL
        for span in part.signal.spans
    }
    return sorted(one for one in seen if 0 <= one[0] < one[1] <= len(comment.content))


def _quotes(comment: QueuedComment, form: Mapping[str, str]) -> tuple[str, ...]:
    """What is ticked, and each line of what was typed."""
    chosen = [one for one in map(_FOUND.fullmatch, form) if one is not None]
    ticked = [comment.content[int(one[1]) : int(one[2])] for one in chosen]
    typed = normalise_newlines(form.get("words", "")[:WORDS_MAX_CHARS]).split("\n")
    quotes = [*ticked, *(line.strip() for line in typed)]
    return tuple(dict.fromkeys(one for one in quotes if one))


def _preview(content: str, quotes: tuple[str, ...]) -> Markup:
    left = redacted(content, places(content, quotes))
    mark = Markup("<ins>{}</ins>").format(escape(MARK))
    return mark.join(visible(piece) for piece in left.split(MARK))
