"""Signing in and out."""

from flask import g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.errors import Forbidden, TooManyRequests
from service.usecases.submit import network_of
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
    network = network_of(request.remote_addr or "")
    try:
        secret = services().sign_in(
            form.get("email", ""), form.get("password", ""), network=network
        )
    except (Forbidden, TooManyRequests) as error:
        response = page("sign_in", status_of(error), fault=str(error), lost=False)
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
@allow(SIGNED_IN)
def sign_out() -> BaseResponse:
    services().sign_out(visit().secret)
    answer = make_response(redirect(url_for("desk.sign_in"), 303))
    session.delete_cookie(answer)
    return answer
