"""A comment's record: what it is now, and who decided what about it."""

from uuid import UUID

from flask import Response

from service.core.people import Permission
from service.web.current import services
from service.web.desk.claims import others_at
from service.web.desk.finding import card_of, find_comment
from service.web.desk.flags import shown_flags
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.desk.sums import percent


@blueprint.get("/comments/<uuid:site_id>/<uuid:comment_id>")
@allow(Permission.LOOK)
def show_record(site_id: UUID, comment_id: UUID) -> Response:
    moderator = visit().moderator
    with services().store.read() as tx:
        comment = find_comment(tx, moderator, str(site_id), str(comment_id))
        flags = {comment.id: shown_flags(tx.flags_of(comment.site_id, comment.id))}
        decisions = tx.decisions(comment.site_id, comment.id)
        names = tx.moderator_names({one.moderator_id for one in decisions if one.moderator_id})
    services().deciding.claims.claim((comment.site_id, comment.id), moderator)
    return page(
        "record",
        200,
        card=card_of(comment),
        flags=flags,
        claims=others_at([comment]),
        decisions=decisions,
        names=names,
        percent=percent,
    )
