"""The public routes by which readers report comments and authors appeal against decisions."""

from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    g,
    jsonify,
    make_response,
    redirect,
    request,
    url_for,
)

from service.core.errors import InvalidSubmission
from service.core.flags import FLAG_TEXT_MAX_CHARS
from service.core.languages import FAULT_WORDS, best_language
from service.core.site import Site
from service.usecases.status import read_status
from service.web.api.access import admit, allow_reading, preflight
from service.web.api.articles import back_to_article, require_article
from service.web.api.authors import bearer_token, require_author
from service.web.api.bodies import read_small_body
from service.web.api.status_page import Typed, status_page
from service.web.current import services
from service.web.schemas.flags import load_appeal, load_report

blueprint = Blueprint("flags", __name__, url_prefix="/v1/sites/<slug:slug>/comments")
blueprint.after_request(allow_reading)

# As percent-encoded text of a form, a character has up to twelve bytes.
BODY_MAX_BYTES = 4 * 1024 + 12 * FLAG_TEXT_MAX_CHARS


@blueprint.route("/<uuid:comment_id>/reports", methods=["OPTIONS"])
@blueprint.route("/<uuid:comment_id>/appeals", methods=["OPTIONS"])
def ask_first(slug: str, comment_id: UUID) -> Response:  # noqa: ARG001 (the path's)
    """A browser's preflight."""
    with services().store.read() as tx:
        admit(tx.site(slug))
    return preflight()


@blueprint.post("/<uuid:comment_id>/reports")
def report(slug: str, comment_id: UUID) -> Response:
    """Take a reader's report: 202, also for one that this network has sent before."""
    given = read_small_body(BODY_MAX_BYTES)
    with services().store.read() as tx:
        site = admit(tx.site(slug), from_own_pages=bool(g.html_errors))
    article = str(given.pop("thread_url", "")) if g.html_errors else ""
    loaded = load_report(given)
    if g.html_errors:
        require_article(site, article)
    services().flags.report(
        site, str(comment_id), loaded.reason, loaded.text, ip=request.remote_addr or ""
    )
    if g.html_errors:
        return back_to_article(site, article, "reported")
    return _taken({"id": str(comment_id), "reported": True})


@blueprint.post("/<uuid:comment_id>/appeals")
def appeal(slug: str, comment_id: UUID) -> Response:
    """Take an author's appeal: 202, or 303 back to the status page for its form."""
    given = read_small_body(BODY_MAX_BYTES)
    written = given.pop("token", "")
    token = written if isinstance(written, str) and written else bearer_token()
    with services().store.read() as tx:
        # The form stands on our own page, which is not among the site's origins; and who knows the
        # token needs no page to be trusted.
        site = tx.site(slug) if g.html_errors else admit(tx.site(slug))
    site = require_author("status", token, site, comment_id)
    if g.html_errors:
        return _appeal_by_form(site, comment_id, token, given)
    services().flags.appeal(site, str(comment_id), load_appeal(given), ip=request.remote_addr or "")
    return _taken({"id": str(comment_id), "appealed": True})


def _appeal_by_form(site: Site, comment_id: UUID, token: str, given: dict[str, Any]) -> Response:
    """Back to the status page; with what was written, where that cannot be taken."""
    language = best_language(str(given.pop("lang", "")))
    try:
        text = load_appeal(given)
    except InvalidSubmission as error:
        fault = FAULT_WORDS[language].get(error.problems[0].code, error.problems[0].message)
        with services().store.read() as tx:
            status = read_status(tx, site.id, str(comment_id))
        return status_page(status, token, language, Typed(str(given.get("text", "")), fault))
    services().flags.appeal(site, str(comment_id), text, ip=request.remote_addr or "")
    where = url_for(
        "status.show_status",
        slug=site.slug,
        comment_id=comment_id,
        token=token,
        lang=language,
    )
    response = make_response(redirect(where, code=303))
    response.headers["Cache-Control"] = "no-store"
    return response


def _taken(body: dict[str, object]) -> Response:
    response = jsonify(body)
    response.status_code = 202
    response.headers["Cache-Control"] = "no-store"
    return response
