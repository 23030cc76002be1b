"""One's own account: name, password, sessions. Codes to sign in with: `desk/totp.py`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.errors import Forbidden, InvalidAccount, TooManyRequests, VestibuleError
from service.web.current import services
from service.web.desk.pages import SIGNED_IN, allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of

DONE = {
    "name": "Your name is changed.",
    "password": "Your password is changed. Everywhere else you are signed out.",
    "session": "That session has ended.",
    "others": "Everywhere else you are signed out.",
    "codes": "You sign in by password alone now.",
}


@dataclass(frozen=True, slots=True)
class ShownSession:
    family: str
    device: str
    network: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


@blueprint.get("/account")
@allow(SIGNED_IN)
def show_account() -> Response:
    return account_page(200, done=DONE.get(request.args.get("done", ""), ""))


@blueprint.post("/account/name")
@allow(SIGNED_IN)
def change_name() -> BaseResponse:
    try:
        services().people.account.rename(visit().moderator, g.form.get("name", ""))
    except InvalidAccount as error:
        return account_page(status_of(error), fault=error, at="name")
    return account_address("name")


@blueprint.post("/account/password")
@allow(SIGNED_IN)
def change_password() -> BaseResponse:
    form: dict[str, str] = g.form
    try:
        services().people.account.change_password(
            visit().moderator,
            form.get("present", ""),
            form.get("password", ""),
            family=visit().session.family,
        )
    except (InvalidAccount, Forbidden, TooManyRequests) as error:
        return account_page(status_of(error), fault=error, at="password")
    return account_address("password")


@blueprint.post("/account/sessions/<uuid:family>/end")
@allow(SIGNED_IN)
def end_session(family: UUID) -> BaseResponse:
    services().people.own_sessions.end(visit().moderator, str(family))
    return account_address("session")


@blueprint.post("/account/sessions/end-others")
@allow(SIGNED_IN)
def end_other_sessions() -> BaseResponse:
    services().people.own_sessions.end_others(visit().moderator, visit().session.family)
    return account_address("others")


def account_page(
    status: int, *, fault: VestibuleError | None = None, at: str = "", done: str = ""
) -> Response:
    """`at` is the form that the fault is about."""
    here, people = visit(), services().people
    sessions = [
        ShownSession(
            family=one.family,
            device=one.device or "A browser",
            network=people.find_session.network(one),
            created_at=one.created_at,
            seen_at=one.seen_at,
            is_this=one.family == here.session.family,
        )
        for one in people.own_sessions(here.moderator)
    ]
    return page(
        "account",
        status,
        sessions=sessions,
        has_totp=people.account.has_totp(here.moderator),
        codes_left=people.account.codes_left(here.moderator),
        fault=str(fault) if fault is not None else "",
        at=at,
        done=done,
    )


def account_address(done: str) -> BaseResponse:
    return redirect(url_for("desk.show_account", done=done), 303)
