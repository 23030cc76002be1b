"""Answering a comment as the site's staff."""

from uuid import UUID

from flask import g, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.comment import normalise_newlines
from service.core.people import Permission
from service.usecases.answer import StaffReply
from service.web.current import services
from service.web.desk.finding import find_comment, read_mark
from service.web.desk.pages import allow, blueprint, takes
from service.web.desk.session import visit
from service.web.form_door import BadForm
from service.web.schemas.text import is_blank

REPLY_MAX_CHARS = 5_000


@blueprint.post("/comments/<uuid:site_id>/<uuid:comment_id>/reply")
@allow(Permission.DECIDE)
@takes(12 * REPLY_MAX_CHARS + 1_024)
def answer(site_id: UUID, comment_id: UUID) -> BaseResponse:
    """Publish a reply under the moderator's name, and show its record."""
    once = read_mark(g.form.get("once"))
    content = normalise_newlines(g.form.get("content", "")).strip("\n")
    if once is None:
        raise BadForm("The form is not complete. Load the page again.")
    if is_blank(content):
        raise BadForm("Nothing is written in the reply.", pointer="/content")
    if len(content) > REPLY_MAX_CHARS:
        raise BadForm(f"A reply has at most {REPLY_MAX_CHARS:,} characters.", pointer="/content")
    with services().store.read() as tx:
        comment = find_comment(tx, visit().moderator, str(site_id), str(comment_id))
    reply = StaffReply(comment.site_id, comment.id, content, once)
    reply_id = services().deciding.answer(reply, visit().moderator)
    return redirect(url_for("desk.show_record", site_id=site_id, comment_id=reply_id), 303)


blueprint.context_processor(
    lambda: {"new_once": lambda: services().new_id(), "reply_max": REPLY_MAX_CHARS}
)
