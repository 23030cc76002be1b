"""What a problem's `type` leads to: a page that says in words what the code means."""

from collections.abc import Iterator

from flask import Blueprint, Response, make_response, render_template

from service.core.errors import NotFound, VestibuleError

blueprint = Blueprint("problems", __name__)

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy of pages that tell of an error: text and one style sheet."""

# Not raised by the domain but by the routing, or by nobody on purpose (see `web.errors`).
_OF_HTTP = {
    "unexpected": "Something went wrong in the service itself; its log says where.",
    "method_not_allowed": "This address does not take that method; the Allow header names those.",
    "bad_request": "The request could not be read as HTTP.",
}


def _all_of(kind: type[VestibuleError]) -> Iterator[type[VestibuleError]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _all_of(sub)


@blueprint.get("/problems/<code>")
def show_problem(code: str) -> Response:
    """Explains one code."""
    for kind in _all_of(VestibuleError):
        if kind.code == code:
            return _page(kind.title, kind.__doc__ or "")
    if code in _OF_HTTP:
        return _page(_OF_HTTP[code], "")
    raise NotFound


def _page(title: str, text: str) -> Response:
    response = make_response(render_template("explained.html", title=title, text=text))
    response.headers["Content-Security-Policy"] = POLICY
    return response
