"""Errors on their way out: the only place that knows which HTTP status a domain error has.

Services get RFC 9457 problem+json, people with a browser a page. Neither repeats what was sent.
"""

import logging
import traceback
from typing import Any

from flask import Flask, Response, g, json, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from service.core.errors import (
    Conflict,
    Forbidden,
    InvalidAccount,
    InvalidPolicy,
    InvalidSubmission,
    InvalidURL,
    KeyReused,
    MailFailed,
    NotFound,
    Overloaded,
    TooManyRequests,
    VestibuleError,
)
from service.web.bodies import BodyTooSlow
from service.web.json_door import BadBody, BodyTooLarge, MediaTypeRefused
from service.web.problems import POLICY

log = logging.getLogger("vestibule.web")

# The first class that fits counts, so a subclass stands before its base.
STATUSES: tuple[tuple[type[VestibuleError], int], ...] = (
    (BodyTooSlow, 408),
    (BodyTooLarge, 413),
    (MediaTypeRefused, 415),
    (BadBody, 400),
    (InvalidURL, 422),
    (InvalidAccount, 422),
    (InvalidPolicy, 422),
    (InvalidSubmission, 422),
    (KeyReused, 422),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooManyRequests, 429),
    (Overloaded, 503),
    (MailFailed, 503),
)


def register(app: Flask) -> None:
    app.register_error_handler(VestibuleError, answer_domain_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_unexpected)


def status_of(error: VestibuleError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def answer_domain_error(error: VestibuleError) -> Response:
    status = status_of(error)
    if status >= 500:  # noqa: PLR2004 (where server errors begin)
        log.warning("%s: %s", request.endpoint, error.code)
    body: dict[str, Any] = {"type": f"/problems/{error.code}", "title": error.title}
    detail = "" if isinstance(error, InvalidSubmission) else str(error)
    if detail:
        body["detail"] = detail
    if isinstance(error, InvalidSubmission):
        body["errors"] = [
            {"pointer": one.pointer, "code": one.code, "message": one.message}
            for one in error.problems
        ]
    elif getattr(error, "pointer", None) is not None:
        body["errors"] = [
            {"pointer": error.pointer, "code": error.code, "message": detail}  # type: ignore[attr-defined]
        ]
    body |= _more_about(error)
    response = _answer(status, body)
    if isinstance(error, (TooManyRequests, Overloaded)):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, BodyTooSlow):
        # What may still come of this body is no request (RFC 9110, 15.5.9).
        response.headers["Connection"] = "close"
    return response


def _more_about(error: VestibuleError) -> dict[str, int]:
    """Extension members (RFC 9457, 3.2) of errors that know more."""
    if isinstance(error, BodyTooLarge):
        return {"max_bytes": error.cap}
    if isinstance(error, BadBody) and error.line is not None and error.column is not None:
        return {"line": error.line, "column": error.column}
    return {}


def answer_http_error(error: HTTPException) -> Response:
    """Routing's own errors: a wrong path, a wrong method."""
    if error.response is not None:
        return make_response(error.response)
    code = (error.name or "error").lower().replace(" ", "_")
    response = _answer(error.code or 500, {"type": f"/problems/{code}", "title": error.name})
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def answer_unexpected(error: Exception) -> Response:
    # An exception's text may carry a visitor's words or address: only its class and place
    # are logged.
    places = traceback.extract_tb(error.__traceback__)
    trail = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places[-6:]))
    log.error("%s failed: %s at %s", request.endpoint, type(error).__name__, trail)
    return _answer(500, {"type": "/problems/unexpected", "title": "Something went wrong here"})


def _answer(status: int, body: dict[str, Any]) -> Response:
    if g.get("html_errors"):
        response = make_response(
            render_template("problem.html", problem=body, status=status, back=g.get("back_url"))
        )
        response.headers["Content-Security-Policy"] = POLICY
    else:
        response = make_response(json.dumps({**body, "status": status}, ensure_ascii=False))
        response.content_type = "application/problem+json"
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
