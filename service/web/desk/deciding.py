"""What the buttons at a comment do."""

from uuid import UUID

from flask import g, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.decisions import Action
from service.core.errors import Conflict
from service.core.people import Permission
from service.usecases.moderate import Judgement
from service.web.current import services
from service.web.desk.filters import queue_address, read_back
from service.web.desk.finding import card_of, find_comment
from service.web.desk.flags import open_flags_on
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of
from service.web.form_door import BadForm


@blueprint.post("/comments/<uuid:site_id>/<uuid:comment_id>")
@allow(Permission.DECIDE)
def decide(site_id: UUID, comment_id: UUID) -> BaseResponse:
    """Carry out a button. A stale one gets the comment as it is now, to decide anew."""
    form: dict[str, str] = g.form
    moderator = visit().moderator
    back = read_back(form.get("back", ""))
    judgement = Judgement(
        site_id=str(site_id),
        comment_id=str(comment_id),
        action=_action(form.get("action")),
        seen_version=_number(form.get("version", "")),
        revision=_number(form.get("revision", "0")),
    )
    try:
        reached = services().decide(judgement, moderator)
    except Conflict as error:
        with services().store.read() as tx:
            comment = find_comment(tx, moderator, judgement.site_id, judgement.comment_id)
            flags = open_flags_on(tx, [comment])
        return page(
            "stale",
            status_of(error),
            title=error.title,
            detail=str(error),
            card=card_of(comment),
            flags=flags,
            back=form.get("back", ""),
        )
    if back is not None:
        where = queue_address(back, done=reached)
    else:
        where = url_for("desk.show_record", site_id=site_id, comment_id=comment_id)
    return redirect(where, 303)


def _action(name: str | None) -> Action:
    try:
        return Action(name or "")
    except ValueError:
        raise BadForm("The form names no action that the desk knows.") from None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 (fits any INTEGER)
        raise BadForm("The form does not say which version it is about.")
    return int(text)
