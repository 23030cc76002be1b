"""Who looks at what right now: asked by a script while a page of comments is open."""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import Response, g, jsonify

from service.core.errors import NotFound
from service.core.people import Permission
from service.core.records import QueuedComment
from service.usecases.claims import SHOWN_MAX, Place
from service.web.current import services
from service.web.desk.pages import allow, blueprint
from service.web.desk.session import visit

_PLACE = re.compile(r"([0-9a-f-]{36})\.([0-9a-f-]{36})")


def others_at(comments: Iterable[QueuedComment]) -> Mapping[str, str]:
    """By comment, who else looks at it."""
    places = [(one.site_id, one.id) for one in comments]
    return services().deciding.claims.others(places, visit().moderator)


@blueprint.post("/claims")
@allow(Permission.DECIDE)
def claim() -> Response:
    """Take note of the comment that is looked at (`at`), and say who looks at those `shown`."""
    claims, moderator = services().deciding.claims, visit().moderator
    at = g.form.get("at", "")
    if at:
        claims.claim(_place(at), moderator)
    shown = g.form.get("shown", "")
    places = [_place(one) for one in shown.split(",", SHOWN_MAX)[:SHOWN_MAX] if one]
    return jsonify(claims.others(places, moderator))


def _place(text: str) -> Place:
    match = _PLACE.fullmatch(text)
    if match is None:
        raise NotFound
    try:
        return str(UUID(match[1])), str(UUID(match[2]))
    except ValueError:
        raise NotFound from None
