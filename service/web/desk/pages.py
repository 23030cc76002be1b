"""What every page of the desk goes through: the guard, the headers, errors, the rendering.

Each route says who may use it by `@allow(...)`: a permission, or `ANYONE` or `SIGNED_IN`. One that
says nothing is refused to everybody. A route about one site names that as `<uuid:site_id>`, and the
permission counts there; any other is open to whoever has the permission at one site at least, and
keeps to the sites for which `visit().moderator.may(permission, site_id)` holds by itself.
"""

from collections.abc import Callable
from enum import Enum
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from service.core.errors import Forbidden, NotFound, Overloaded, VestibuleError
from service.core.people import REFUSAL, Moderator, Permission
from service.web.desk import session
from service.web.desk.navigation import places_for
from service.web.desk.scripts import HTMX, HTMX_SETTINGS
from service.web.desk.session import visit
from service.web.errors import status_of

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        # htmx fetches parts of pages.
        "connect-src 'self'; "
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


View = TypeVar("View", bound=Callable[..., Any])


class Access(Enum):
    """Who may use a route that asks for no permission."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"


ANYONE, SIGNED_IN = Access
WITHOUT_CODES = frozenset(
    {"desk.show_totp", "desk.start_totp", "desk.sign_out", "desk.choose_theme"}
)
"""All that is open to somebody who has no codes yet and works where everybody needs them."""

Rule = Permission | Access


def allow(rule: Rule) -> Callable[[View], View]:
    """Declare who may use a route."""

    def declare(view: View) -> View:
        view.rule = rule  # type: ignore[attr-defined]  # on it, so that decorators above keep it
        return view

    return declare


def takes(max_bytes: int) -> Callable[[View], View]:
    """Declare that a route takes forms of another size than others."""

    def declare(view: View) -> View:
        view.max_bytes = max_bytes  # type: ignore[attr-defined]  # as above
        return view

    return declare


def asked_by_itself(view: View) -> View:
    """Declare that pages ask for this themselves, now and then, whether or not anybody is there."""
    view.by_itself = True  # type: ignore[attr-defined]
    return view


def rule_of(view: Callable[..., Any]) -> Rule | None:
    found: Rule | None = getattr(view, "rule", None)
    return found


@blueprint.before_request
def guard() -> BaseResponse | None:
    """Nobody passes without a session and the right to, and no form without its token."""
    if request.endpoint == "desk.static":
        return None
    g.html_errors = True
    view = current_app.view_functions[request.endpoint or ""]
    g.visit = session.find_visit(by_itself=getattr(view, "by_itself", False))
    if request.method == "POST":
        session.refuse_foreign_post()
    rule = rule_of(view)
    if rule is ANYONE:
        return None
    if g.visit is None:
        # A page asked for just after signing in says that the browser did not keep the cookie.
        lost = "1" if "signed_in" in request.args else None
        return redirect(url_for("desk.sign_in", lost=lost), 303)
    if visit().session.lacks_totp and request.endpoint not in WITHOUT_CODES:
        return redirect(url_for("desk.show_totp"), 303)
    _refuse_without_right(visit().moderator, rule)
    if request.method == "POST":
        g.form = session.posted_form(getattr(view, "max_bytes", session.FORM_MAX_BYTES))
        session.refuse_without_token(g.form, visit())
    return None


def _refuse_without_right(moderator: Moderator, rule: Rule | None) -> None:
    if rule is SIGNED_IN:
        return
    if not isinstance(rule, Permission):
        raise Forbidden("Nobody may use this page, since it does not say who may.")
    site_id = (request.view_args or {}).get("site_id")
    if site_id is not None:
        moderator.require(rule, str(site_id))
    elif not moderator.may_somewhere(rule):
        raise Forbidden(REFUSAL)


@blueprint.after_request
def harden(response: Response) -> Response:
    response.headers.update(HEADERS)
    if g.get("visit") is not None and g.visit.new_secret is not None:
        session.set_cookie(response, g.visit.new_secret)
    if request.endpoint != "desk.static":
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(VestibuleError)
def show_error(error: VestibuleError) -> Response:
    response = page("problem", status_of(error), title=error.title, detail=str(error))
    if isinstance(error, Overloaded):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> Response:
    return page("problem", error.code or 500, title=error.name, detail="")


@blueprint.route("/<path:_rest>", methods=["GET", "POST"])
@allow(SIGNED_IN)
def show_nothing(_rest: str) -> BaseResponse:
    """Any other address, so that a typing error is answered by a page of the desk too."""
    raise NotFound


def page(template: str, status: int, **values: Any) -> Response:
    return make_response(
        render_template(
            f"desk/{template}.html",
            visit=g.visit,
            back_here=_address_of(status),
            exposed=session.is_exposed(),
            places=places_for(g.visit.moderator) if g.visit else (),
            htmx=HTMX,
            htmx_settings=HTMX_SETTINGS,
            **values,
        ),
        status,
    )


def _address_of(status: int) -> str:
    """This page's address, for forms in its frame that lead back to it.

    What it says is repeated only where it said something that is there, and not what it tells of
    a deed just done.
    """
    if request.method != "GET" or status != HTTPStatus.OK:
        return ""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in {"done", "signed_in"}]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
