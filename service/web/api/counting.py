"""How many comments pages have: one request for a whole list of articles."""

from flask import Blueprint, Response, jsonify, request
from marshmallow import fields

from service.core.errors import FieldProblem, InvalidSubmission, InvalidURL
from service.core.form import THREAD_ID_MAX_CHARS
from service.core.urls import URL_MAX_CHARS, page_key
from service.web.api.access import admit, allow_reading, preflight
from service.web.current import request_body, services
from service.web.json_door import BodyTooLarge, MediaTypeRefused, is_json, read_json
from service.web.schemas.faults import StrictSchema
from service.web.schemas.text import Line, Text

blueprint = Blueprint("counting", __name__, url_prefix="/v1/sites/<slug:slug>")
blueprint.after_request(allow_reading)

THREADS_MAX = 100
BODY_MAX_BYTES = 512 * 1024


class PageSchema(StrictSchema):
    url = Text(required=False, max_chars=URL_MAX_CHARS)
    id = Line(required=False, max_chars=THREAD_ID_MAX_CHARS)


class CountsSchema(StrictSchema):
    threads = fields.List(
        fields.Nested(PageSchema),
        required=True,
        error_messages={"required": "missing", "null": "missing", "invalid": "list"},
    )


_SCHEMA = CountsSchema()


@blueprint.route("/counts", methods=["OPTIONS"])
def ask_first(slug: str) -> Response:
    """A browser's preflight."""
    admit(services().sites.latest(slug))
    return preflight()


@blueprint.post("/counts")
def count(slug: str) -> Response:
    """The number of approved comments of each page, in the order that they were asked for."""
    site = admit(services().sites.latest(slug))
    if not is_json(request.content_type):
        raise MediaTypeRefused("Send application/json.")
    body = request_body(BODY_MAX_BYTES)
    if len(body) > BODY_MAX_BYTES:
        raise BodyTooLarge(BODY_MAX_BYTES)
    data = read_json(body)
    asked = data.get("threads")
    if isinstance(asked, list) and len(asked) > THREADS_MAX:
        problem = f"At most {THREADS_MAX} pages are counted at once."
        raise InvalidSubmission(FieldProblem("/threads", "too_many", problem))
    pages = [(_key(one["url"]), one["id"]) for one in _SCHEMA.load_strictly(data)["threads"]]
    with services().store.look() as tx:
        counts = tx.thread_counts(site.id, pages) if pages else []
    response = jsonify({"counts": list(counts)})
    response.headers["Cache-Control"] = "no-store"
    return response


def _key(url: str | None) -> str | None:
    """The key of a page; None for what is no address, so that one odd link takes no other along."""
    try:
        return page_key(url) if url else None
    except InvalidURL:
        return None
