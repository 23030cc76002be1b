"""What every page of the desk goes through: the guard, the headers, errors, the rendering.

The pages themselves are one module a subject: `signing_in`, `queue`, `deciding`.
"""

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from service.core.errors import NotFound, Overloaded, VestibuleError
from service.web.desk import session
from service.web.desk.session import visit
from service.web.errors import status_of

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
    response = page("problem", status_of(error), title=error.title, detail=str(error))
    if isinstance(error, Overloaded):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


@blueprint.errorhandler(HTTPException)
def show_http_error(error: HTTPException) -> Response:
    return page("problem", error.code or 500, title=error.name, detail="")


@blueprint.route("/<path:_rest>", methods=["GET", "POST"])
def show_nothing(_rest: str) -> BaseResponse:
    """Any other address, so that a typing error is answered by a page of the desk too."""
    raise NotFound


def page(template: str, status: int, **values: Any) -> Response:
    return make_response(
        render_template(
            f"desk/{template}.html", visit=g.visit, exposed=session.is_exposed(), **values
        ),
        status,
    )
