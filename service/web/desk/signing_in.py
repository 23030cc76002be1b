"""Signing in, by password and where there is one by code; signing out; taking an invitation."""

from flask import Response, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.addresses import masked
from service.core.errors import Conflict, Forbidden, InvalidAccount, TooManyRequests, VestibuleError
from service.usecases.sign_in import CodeNeeded, SignedIn
from service.web.current import services
from service.web.desk import session
from service.web.desk.pages import ANYONE, SIGNED_IN, allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of


@blueprint.route("/sign-in", methods=["GET", "POST"])
@allow(ANYONE)
def sign_in() -> BaseResponse:
    if request.method == "GET":
        if g.visit is not None:
            return redirect(url_for("desk.show_queue"), 303)
        return page("sign_in", 200, fault="", lost="lost" in request.args)
    form = session.posted_form()
    try:
        done = services().people.sign_in(
            form.get("email", ""), form.get("password", ""), session.place()
        )
    except (Forbidden, TooManyRequests) as error:
        return _refused("sign_in", error, lost=False)
    if isinstance(done, CodeNeeded):
        return page("sign_in_code", 200, fault="", ticket=done.ticket)
    return enter(done)


@blueprint.post("/sign-in/code")
@allow(ANYONE)
def sign_in_by_code() -> BaseResponse:
    """The second step. What proves the first one is in the form, and good for five minutes."""
    form = session.posted_form()
    ticket = form.get("ticket", "")
    try:
        done = services().people.sign_in.by_code(ticket, form.get("code", ""), session.place())
    except (Forbidden, TooManyRequests) as error:
        return _refused("sign_in_code", error, ticket=ticket)
    return enter(done)


@blueprint.post("/sign-out")
@allow(SIGNED_IN)
def sign_out() -> BaseResponse:
    services().people.sign_out(visit().secret)
    return leave()


@blueprint.get("/join/<token>")
@allow(ANYONE)
def show_invitation(token: str) -> Response:
    """What the invitation is for; opening the link takes nothing yet."""
    return _invited(token, 200)


@blueprint.post("/join/<token>")
@allow(ANYONE)
def join(token: str) -> BaseResponse:
    """Take it: with a new account, or with the one that is signed in."""
    invitations = services().people.invitations
    form = session.posted_form()
    try:
        if invitations.welcome(token).has_account:
            if g.visit is None:
                return redirect(url_for("desk.sign_in"), 303)
            session.refuse_without_token(form, visit())
            invitations.take(token, visit().moderator)
            return redirect(url_for("desk.show_queue"), 303)
        moderator = invitations.join(token, form.get("name", ""), form.get("password", ""))
    except (InvalidAccount, Forbidden, Conflict) as error:
        return _invited(token, status_of(error), fault=str(error), name=form.get("name", ""))
    return enter(services().people.sign_in.let_in(moderator, session.place()))


def enter(done: SignedIn) -> BaseResponse:
    """To the queue, with the new session's cookie."""
    if g.visit is not None:
        # Signing in again ends the session before, so that no cookie outlives its replacement.
        services().people.sign_out(g.visit.secret)
    answer = make_response(redirect(url_for("desk.show_queue", signed_in="1"), 303))
    session.let_in(answer, done)
    g.visit = None
    return answer


def leave() -> BaseResponse:
    """To the sign-in page, without a session."""
    answer = make_response(redirect(url_for("desk.sign_in"), 303))
    session.delete_cookie(answer)
    g.visit = None
    return answer


def _invited(token: str, status: int, *, fault: str = "", name: str = "") -> Response:
    welcome = services().people.invitations.welcome(token)
    site_id = welcome.membership.site_id
    with services().store.read() as tx:
        sites = tx.sites_by_id([site_id]) if site_id is not None else {}
    site = sites.get(site_id or "")
    return page(
        "join",
        status,
        token=token,
        email=masked(welcome.email),
        welcome=welcome,
        where=site.name if site is not None else "all sites",
        fault=fault,
        name=name,
    )


def _refused(template: str, error: VestibuleError, **values: object) -> Response:
    response = page(template, status_of(error), fault=str(error), **values)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response
