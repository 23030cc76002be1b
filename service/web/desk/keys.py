"""Whether single keys do anything at the desk: WCAG 2.1.4 asks for a way to turn them off."""

from flask import g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from service.web.desk import session
from service.web.desk.pages import SIGNED_IN, allow, blueprint
from service.web.desk.themes import KEPT_SECONDS, page_of_the_desk
from service.web.form_door import BadForm

COOKIE = "vestibule-keys"
ON, OFF = "on", "off"


def keys() -> str:
    """This browser's choice."""
    return OFF if request.cookies.get(COOKIE) == OFF else ON


@blueprint.post("/keys")
@allow(SIGNED_IN)
def choose_keys() -> BaseResponse:
    """Remember a choice, and lead back to where it was made."""
    chosen = g.form.get("keys")
    if chosen not in (ON, OFF):
        raise BadForm("Single keys can be on or off.")
    answer = redirect(page_of_the_desk(g.form.get("back", "")), 303)
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=KEPT_SECONDS if chosen == OFF else 0,
        secure=session.is_guarded(),
        httponly=True,
        samesite="Lax",
        path="/desk/",
    )
    return answer


blueprint.context_processor(lambda: {"keys": keys()})
