"""What the buttons at a comment do, and how a decision is taken back."""

from uuid import UUID

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.deciding import Judgement
from service.core.decisions import Action
from service.core.errors import Conflict, NotFound
from service.core.people import Permission
from service.core.reasons import CODE, NOTE_MAX_CHARS
from service.core.states import State
from service.web.current import services
from service.web.desk.filters import ALL, queue_address, read_back
from service.web.desk.finding import card_of, find_comment
from service.web.desk.flags import open_flags_on
from service.web.desk.last_step import last_step
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of
from service.web.form_door import BadForm


@blueprint.post("/comments/<uuid:site_id>/<uuid:comment_id>")
@allow(Permission.DECIDE)
def decide(site_id: UUID, comment_id: UUID) -> BaseResponse:
    """Carry out a button. A stale one gets the comment as it is now, to decide anew."""
    form: dict[str, str] = g.form
    back = read_back(form.get("back", ""))
    judgement = Judgement(
        site_id=str(site_id),
        comment_id=str(comment_id),
        action=read_action(form.get("action", form.get("with"))),
        seen_version=read_number(form.get("version", "")),
        note=read_note(form),
        revision=read_number(form.get("revision", "0")),
        reason=read_reason(form),
    )
    try:
        reached = services().decide(judgement, visit().moderator)
    except Conflict as error:
        return _stale(judgement, error)
    if is_partial():
        return make_response(render_template("desk/_decided.html", visit=visit(), **_after()))
    if back is not None:
        where = queue_address(back, done=reached)
    else:
        where = url_for("desk.show_record", site_id=site_id, comment_id=comment_id)
    return redirect(where, 303)


@blueprint.post("/undo/<uuid:site_id>/<uuid:decision_id>")
@allow(Permission.DECIDE)
def undo(site_id: UUID, decision_id: UUID) -> BaseResponse:
    """Take a decision back, and show the comment where it was."""
    moderator = visit().moderator
    back = read_back(g.form.get("back", ""))
    with services().store.read() as tx:
        decision = tx.decision(str(site_id), str(decision_id))
    if decision is None:
        raise NotFound
    reached = services().deciding.undo(decision.site_id, decision.id, moderator)
    if is_partial():
        with services().store.read() as tx:
            comment = find_comment(tx, moderator, decision.site_id, decision.comment_id)
            flags = open_flags_on(tx, [comment])
        # A part of the page has no place for an edit that waits: the next page shows it.
        belongs = back is not None and back.state in (reached, ALL) and not decision.revision
        return make_response(
            render_template(
                "desk/_undone.html",
                visit=visit(),
                card=card_of(comment) if belongs else None,
                flags=flags,
                site_named=True,
                **_after(),
            )
        )
    if back is not None:
        where = queue_address(back, done=reached)
    else:
        where = url_for("desk.show_record", site_id=site_id, comment_id=decision.comment_id)
    return redirect(where, 303)


def is_partial() -> bool:
    """Whether a script asked, which puts a part of a page into the one that is shown."""
    return request.headers.get("HX-Request") == "true"


def read_action(name: str | None) -> Action:
    try:
        return Action(name or "")
    except ValueError:
        raise BadForm("The form names no action that the desk knows.") from None


def read_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 (fits any INTEGER)
        raise BadForm("The form does not say which version it is about.")
    return int(text)


def read_note(form: dict[str, str]) -> str:
    note = form.get("note", "").strip()
    if len(note) > NOTE_MAX_CHARS:
        raise BadForm(f"A note has at most {NOTE_MAX_CHARS} characters.", pointer="/note")
    return note


def read_reason(form: dict[str, str]) -> str:
    reason = form.get("reason", "")
    if reason and not CODE.fullmatch(reason):
        raise BadForm("The form names no reason that the desk knows.", pointer="/reason")
    return reason


def _after() -> dict[str, object]:
    return {"last_step": last_step(visit().moderator), "back": g.form.get("back", "")}


def _stale(judgement: Judgement, error: Conflict) -> Response:
    moderator = visit().moderator
    with services().store.read() as tx:
        comment = find_comment(tx, moderator, judgement.site_id, judgement.comment_id)
        flags = open_flags_on(tx, [comment])
        record = tx.decisions(comment.site_id, comment.id)
        names = tx.moderator_names({one.moderator_id for one in record[-1:] if one.moderator_id})
    values = {
        "title": error.title,
        "detail": str(error),
        "card": card_of(comment),
        "back": g.form.get("back", ""),
        "flags": flags,
        "last": record[-1] if record else None,
        "names": names,
        "states": State,
    }
    if is_partial():
        part = render_template("desk/_card.html", visit=visit(), site_named=True, **values)
        return make_response(part, status_of(error))
    return page("stale", status_of(error), **values)
