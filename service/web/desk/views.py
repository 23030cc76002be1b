"""The desk's routes: sign in and out, the queue, a comment's record, a decision."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from service.core.decisions import Action
from service.core.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Overloaded,
    TooManyRequests,
    VestibuleError,
)
from service.core.people import Moderator
from service.core.ports import Reads
from service.core.records import QueuedComment
from service.core.states import State
from service.usecases.moderate import Judgement
from service.usecases.submit import network_of
from service.web.current import services
from service.web.desk import session
from service.web.desk.cards import Card, card
from service.web.desk.session import visit
from service.web.desk.sums import percent
from service.web.errors import status_of
from service.web.form_door import BadForm

PAGE_SIZE = 25
TABS = (State.HELD, State.PENDING, State.SPAM, State.REJECTED, State.APPROVED, State.DELETED)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Not `no-referrer`: under it browsers send `Origin: null` with the desk's own forms, which is
    # also what a hostile sandboxed frame sends. Other sites learn nothing either way.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Links in comments must not be looked up just because a moderator reads them.
    "X-DNS-Prefetch-Control": "off",
}

blueprint = Blueprint(
    "desk", __name__, url_prefix="/desk", template_folder="templates", static_folder="static"
)


@blueprint.before_request
def guard() -> BaseResponse | None:
    """Nobody passes without a session, and no form without its token, but to sign in."""
    if request.endpoint == "desk.static":
        return None
    g.html_errors = True
    g.visit = session.find_visit()
    if request.method == "POST":
        session.refuse_foreign_post()
    if request.endpoint == "desk.sign_in":
        return None
    if g.visit is None:
        # A page asked for just after signing in says that the browser did not keep the cookie.
        lost = "1" if "signed_in" in request.args else None
        return redirect(url_for("desk.sign_in", lost=lost), 303)
    if request.method == "POST":
        g.form = session.posted_form()
        session.refuse_without_token(g.form, visit())
    return None


@blueprint.after_request
def harden(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.endpoint != "desk.static":
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(VestibuleError)
def show_error(error: VestibuleError) -> Response:
    response = _page("problem", status_of(error), title=error.title, detail=str(error))
    if isinstance(error, Overloaded):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> Response:
    return _page("problem", error.code or 500, title=error.name, detail="")


# -- people ----------------------------------------------------------------------------------------


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> BaseResponse:
    if request.method == "GET":
        if g.visit is not None:
            return redirect(url_for("desk.show_queue"), 303)
        return _page("sign_in", 200, fault="", lost="lost" in request.args)
    form = session.posted_form()
    network = network_of(request.remote_addr or "")
    try:
        secret = services().sign_in(
            form.get("email", ""), form.get("password", ""), network=network
        )
    except (Forbidden, TooManyRequests) as error:
        response = _page("sign_in", status_of(error), fault=str(error), lost=False)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after_seconds)
        return response
    if g.visit is not None:
        # Signing in again ends the session before, so that no cookie outlives its replacement.
        services().sign_out(g.visit.secret)
    answer = make_response(redirect(url_for("desk.show_queue", signed_in="1"), 303))
    session.set_cookie(answer, secret)
    return answer


@blueprint.post("/sign-out")
def sign_out() -> BaseResponse:
    services().sign_out(visit().secret)
    answer = make_response(redirect(url_for("desk.sign_in"), 303))
    session.delete_cookie(answer)
    return answer


# -- comments --------------------------------------------------------------------------------------


@blueprint.get("/")
def show_queue() -> Response:
    state = _tab(request.args.get("state", State.HELD))
    after = _mark(request.args.get("after"))
    moderator = visit().moderator
    with services().store.read() as tx:
        sites = [site for site in tx.sites() if moderator.may_see(site.id)]
        found = tx.queue_page(sites=sites, state=state, after=after, limit=PAGE_SIZE + 1)
        counts = tx.queue_counts(sites)
        surges = tx.surges([site.id for site in sites])
    shown = found[:PAGE_SIZE]
    done = request.args.get("done")
    return _page(
        "queue",
        200,
        tabs=[(one, counts.get(one, 0)) for one in TABS],
        state=state,
        cards=[_card(comment) for comment in shown],
        after=after,
        next_mark=shown[-1].id if len(found) > PAGE_SIZE else None,
        many_sites=len(sites) > 1,
        flooded=[(site.name, surges[site.id].started_at) for site in sites if site.id in surges],
        done=done if done in set(State) else None,
    )


@blueprint.get("/comments/<uuid:site_id>/<uuid:comment_id>")
def show_record(site_id: UUID, comment_id: UUID) -> Response:
    moderator = visit().moderator
    with services().store.read() as tx:
        comment = _comment(tx, moderator, str(site_id), str(comment_id))
        decisions = tx.decisions(comment.site_id, comment.id)
        names = tx.moderator_names({one.moderator_id for one in decisions if one.moderator_id})
    return _page(
        "record",
        200,
        card=_card(comment),
        decisions=decisions,
        names=names,
        percent=percent,
    )


@blueprint.post("/comments/<uuid:site_id>/<uuid:comment_id>")
def decide(site_id: UUID, comment_id: UUID) -> BaseResponse:
    """Carry out a button. A stale one gets the comment as it is now, to decide anew."""
    form: dict[str, str] = g.form
    moderator = visit().moderator
    judgement = Judgement(
        site_id=str(site_id),
        comment_id=str(comment_id),
        action=_action(form.get("action")),
        seen_version=_number(form.get("version", "")),
        revision=_number(form.get("revision", "0")),
    )
    try:
        reached = services().decide(judgement, moderator)
    except Conflict as error:
        with services().store.read() as tx:
            comment = _comment(tx, moderator, judgement.site_id, judgement.comment_id)
        return _page(
            "stale",
            status_of(error),
            title=error.title,
            detail=str(error),
            card=_card(comment),
            back=form.get("back", ""),
        )
    back = form.get("back", "")
    if back in TABS:
        after = _mark(form.get("after"))
        where = url_for("desk.show_queue", state=back, after=after, done=reached)
    else:
        where = url_for("desk.show_record", site_id=site_id, comment_id=comment_id)
    return redirect(where, 303)


@blueprint.route("/<path:_rest>", methods=["GET", "POST"])
def show_nothing(_rest: str) -> BaseResponse:
    """Any other address, so that a typing error is answered by a page of the desk too."""
    raise NotFound


# -- parts -----------------------------------------------------------------------------------------


def _page(template: str, status: int, **values: Any) -> Response:
    return make_response(
        render_template(
            f"desk/{template}.html", visit=g.visit, exposed=session.is_exposed(), **values
        ),
        status,
    )


def _card(comment: QueuedComment) -> Card:
    return card(comment, visit().moderator, services().vault, now=services().clock())


def _comment(tx: Reads, moderator: Moderator, site_id: str, comment_id: str) -> QueuedComment:
    """One comment. Another site's does not exist for a moderator, whatever its id."""
    site = tx.sites_by_id([site_id]).get(site_id) if moderator.may_see(site_id) else None
    found = tx.queued(site, comment_id) if site is not None else None
    if found is None:
        raise NotFound
    return found


def _tab(name: str) -> State:
    if name not in TABS:
        raise NotFound
    return State(name)


def _mark(text: str | None) -> str | None:
    """A place in the queue: a comment's id. Raises `NotFound` for anything else."""
    if not text:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound from None


def _action(name: str | None) -> Action:
    try:
        return Action(name or "")
    except ValueError:
        raise BadForm("The form names no action that the desk knows.") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 (fits any INTEGER)
        raise BadForm("The form does not say which version it is about.")
    return int(text)
