"""Light or dark: what the browser prefers, or what the moderator has chosen, kept in a cookie."""

from enum import StrEnum
from urllib.parse import urlsplit

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.web.desk import session
from service.web.desk.pages import SIGNED_IN, allow, blueprint
from service.web.form_door import BadForm

COOKIE = "vestibule-theme"
KEPT_SECONDS = 365 * 24 * 3600


class Theme(StrEnum):
    AUTOMATIC = "automatic"
    LIGHT = "light"
    DARK = "dark"


def theme() -> Theme:
    """This browser's; anything odd in the cookie stands for no choice."""
    try:
        return Theme(request.cookies.get(COOKIE, ""))
    except ValueError:
        return Theme.AUTOMATIC


@blueprint.post("/theme")
@allow(SIGNED_IN)
def choose_theme() -> BaseResponse:
    """Remember a choice, and lead back to where it was made."""
    try:
        chosen = Theme(g.form.get("theme", ""))
    except ValueError:
        raise BadForm("There is a light and a dark theme, and an automatic choice.") from None
    answer = redirect(page_of_the_desk(g.form.get("back", "")), 303)
    answer.set_cookie(
        COOKIE,
        chosen,
        max_age=KEPT_SECONDS if chosen is not Theme.AUTOMATIC else 0,
        secure=session.is_guarded(),
        httponly=True,
        samesite="Lax",
        path="/desk/",
    )
    return answer


def page_of_the_desk(address: str) -> str:
    """The address if it is one of the desk here, else the queue's: nobody is led elsewhere."""
    home = url_for("desk.show_queue")
    # Browsers read a backslash as a slash, and drop line breaks.
    if not address.isprintable() or "\\" in address:
        return home
    parts = urlsplit(address)
    is_here = not parts.scheme and not parts.netloc and parts.path.startswith(home)
    return address if is_here else home


blueprint.context_processor(lambda: {"theme": theme(), "themes": Theme})
