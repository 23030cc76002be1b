"""What became of a comment, for whoever holds its status link: as data, and as a page for people.

The link's token opens nothing but this and an appeal. It stands in the address, since a link has no
other place for it; so nothing here is stored, framed, indexed, or told to pages that are linked.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request

from service.core.errors import NotFound
from service.core.languages import STATUS_WORDS, best_language
from service.core.own import Status
from service.usecases.status import read_status
from service.web.api.access import admit, allow_reading, preflight
from service.web.api.authors import is_author
from service.web.api.status_page import SHOWN_STATES, status_page
from service.web.current import services
from service.web.schemas.public import rfc3339

blueprint = Blueprint("status", __name__, url_prefix="/v1/sites/<slug:slug>/comments")
blueprint.after_request(allow_reading)


@blueprint.route("/<uuid:comment_id>/status", methods=["OPTIONS"])
def ask_first(slug: str, comment_id: UUID) -> Response:  # noqa: ARG001 (the path's)
    """A browser's preflight."""
    with services().store.read() as tx:
        admit(tx.site(slug))
    return preflight()


@blueprint.get("/<uuid:comment_id>/status")
def show_status(slug: str, comment_id: UUID) -> Response:
    """JSON, or a page for those who would rather have HTML, as browsers do that follow a link."""
    g.html_errors = _wants_page()
    token = request.args.get("token", "")
    with services().store.read() as tx:
        site = admit(tx.site(slug))
        if not is_author("status", token, site, comment_id):
            raise NotFound("This link leads to no comment.")
        status = read_status(tx, site.id, str(comment_id))
    language = language_asked_for()
    if g.html_errors:
        return status_page(status, token, language)
    response = jsonify(_as_json(status, language))
    response.headers["Cache-Control"] = "no-store"
    return response


def language_asked_for() -> str:
    """What the address names, else the browser's first that is one of ours, else English."""
    named = request.args.get("lang")
    if named:
        return best_language(named)
    ours = [tag for tag, _ in request.accept_languages if best_language(tag) == tag[:2].lower()]
    return best_language(ours[0]) if ours else best_language("")


def _wants_page() -> bool:
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]


def _as_json(status: Status, language: str) -> dict[str, Any]:
    comment, statement, words = status.comment, status.statement, STATUS_WORDS[language]
    return {
        "id": comment.id,
        "state": SHOWN_STATES[comment.state],
        "content": comment.content,
        "edit": SHOWN_STATES[comment.edit] if comment.edit is not None else None,
        "statement": statement
        and {
            "automated": statement.automated,
            "at": rfc3339(statement.at),
            "reason": status.reason(language) or words[statement.ground],
            "reported": statement.reported,
            "lang": language,
        },
        "can_appeal": status.can_appeal,
        "appeal": status.appeal,
    }
