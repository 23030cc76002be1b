"""Previewing: a comment as readers would see it, before it is sent. Nothing is stored.

The one door from text to HTML is on the server, so a preview is asked for rather than guessed.
"""

from flask import Blueprint, Response, jsonify, request

from service.web.api.access import admit, allow_reading, preflight
from service.web.api.comments import BODY_BASE_BYTES, BODY_BYTES_PER_CHARACTER
from service.web.current import request_body, services
from service.web.json_door import BodyTooLarge, MediaTypeRefused, is_json, read_json
from service.web.rendering import render_content
from service.web.schemas.submission import load_edit

blueprint = Blueprint("previewing", __name__, url_prefix="/v1/sites/<slug:slug>")
blueprint.after_request(allow_reading)


@blueprint.route("/preview", methods=["OPTIONS"])
def ask_first(slug: str) -> Response:
    """A browser's preflight."""
    admit(services().sites.latest(slug))
    return preflight()


@blueprint.post("/preview")
def preview(slug: str) -> Response:
    """`content` as `content_html`, refused for what it would be refused for as a comment."""
    site = admit(services().sites.latest(slug))
    if not is_json(request.content_type):
        raise MediaTypeRefused("Send application/json.")
    cap = BODY_BASE_BYTES + BODY_BYTES_PER_CHARACTER * site.settings.content_max_chars
    body = request_body(cap)
    if len(body) > cap:
        raise BodyTooLarge(cap)
    content = load_edit(site, read_json(body))
    response = jsonify({"content_html": str(render_content(content))})
    response.headers["Cache-Control"] = "no-store"
    return response
