"""Small bodies of requests, as JSON or as HTML forms post them."""

from typing import Any

from flask import g, request

from service.web.current import request_body
from service.web.form_door import is_form, read_form
from service.web.json_door import BodyTooLarge, MediaTypeRefused, is_json, read_json


def read_small_body(cap: int) -> dict[str, Any]:
    """The members of a JSON object, or the fields of an HTML form. Raises what the doors raise."""
    g.html_errors = is_form(request.content_type)
    body = request_body(cap)
    if len(body) > cap:
        raise BodyTooLarge(cap)
    if g.html_errors:
        return dict(read_form(body, request.content_type))
    if not is_json(request.content_type):
        raise MediaTypeRefused("Send application/json, or post an HTML form.")
    return dict(read_json(body))
