"""What has come to the queue since a page of it was loaded."""

from datetime import UTC, datetime

from flask import Response, make_response, request

from service.core.errors import NotFound
from service.core.people import Permission
from service.web.current import services
from service.web.desk.filters import queue_filter, read_filters
from service.web.desk.pages import allow, asked_by_itself, blueprint
from service.web.desk.queue import own_sites

COUNTED_MAX = 100


@blueprint.get("/arrivals")
@allow(Permission.LOOK)
@asked_by_itself
def show_arrivals() -> Response:
    """A short text, "3 new", or nothing; 304 where it is what the page has been told already."""
    filters = read_filters(request.args)
    since = _moment(request.args.get("since", ""))
    with services().store.read() as tx:
        wanted = queue_filter(filters, own_sites(tx), now=services().clock())
        number = tx.arrived(wanted, since=since, at_most=COUNTED_MAX)
    text = "" if not number else f"{number}{'+' if number >= COUNTED_MAX else ''} new"
    response = make_response(text)
    response.mimetype = "text/plain"
    response.set_etag(f"{request.args['since']}-{number}")
    response.make_conditional(request)
    return response


def _moment(text: str) -> datetime:
    """Milliseconds since 1970, as a page of the queue names the moment of its making."""
    if not (text.isascii() and text.isdigit() and len(text) <= 14):  # noqa: PLR2004 (until 5138)
        raise NotFound
    return datetime.fromtimestamp(int(text) / 1000, UTC)
