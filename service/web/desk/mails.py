"""Mails: whether one wants them, and the page that the link in a mail leads to."""

from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.errors import NotFound
from service.web.current import services
from service.web.desk.pages import ANYONE, SIGNED_IN, allow, blueprint, page
from service.web.desk.session import visit

TOKEN_MAX_CHARS = 100


@blueprint.get("/mails")
@allow(SIGNED_IN)
def show_mails() -> Response:
    return page(
        "mails",
        200,
        wanted=services().delivering.mails.wants(visit().moderator.id),
        is_set_up=services().mailer.is_set_up,
        done="done" in request.args,
    )


@blueprint.post("/mails")
@allow(SIGNED_IN)
def choose_mails() -> BaseResponse:
    form: dict[str, str] = g.form
    wanted = form.get("digests") == "on"
    services().delivering.mails.choose(visit().moderator.id, wanted=wanted)
    return redirect(url_for("desk.show_mails", done=1), 303)


@blueprint.get("/mails/off/<uuid:moderator_id>/<token>")
@allow(ANYONE)
def ask_about_mails(moderator_id: UUID, token: str) -> Response:
    """Asks, and changes nothing: programs that read mails open their links."""
    _checked(moderator_id, token)
    return page("mails_off", 200, ended=False)


@blueprint.post("/mails/off/<uuid:moderator_id>/<token>")
@allow(ANYONE)
def end_mails(moderator_id: UUID, token: str) -> Response:
    """From the page that asks, or from a mail program's own button (RFC 8058)."""
    services().delivering.mails.choose(_checked(moderator_id, token), wanted=False)
    return page("mails_off", 200, ended=True)


def _checked(moderator_id: UUID, token: str) -> str:
    found = str(moderator_id)
    if len(token) > TOKEN_MAX_CHARS or not services().delivering.mails.is_link(found, token):
        raise NotFound
    return found
