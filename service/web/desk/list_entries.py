"""One entry of a list: where it was met, and ending it, changing it, putting it in force again."""

from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.audit import Event, by_moderator
from service.core.errors import InvalidSubmission, NotFound
from service.core.list_file import day_of, end_of, noted
from service.core.lists import EntryKind, ListEntry
from service.core.people import Permission
from service.web.current import services
from service.web.desk.finding import read_mark
from service.web.desk.list_forms import (
    EFFECT_LABELS,
    KIND_LABELS,
    problems_text,
    reach_of,
    shown,
)
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.form_door import BadForm

PAGE_SIZE = 50


@blueprint.get("/lists/<uuid:site_id>/<uuid:entry_id>")
@allow(Permission.LISTS)
def show_entry(site_id: UUID, entry_id: UUID) -> Response:
    return _page(str(site_id), str(entry_id), 200)


@blueprint.post("/lists/<uuid:site_id>/<uuid:entry_id>")
@allow(Permission.LISTS)
def change_entry(site_id: UUID, entry_id: UUID) -> BaseResponse:
    form: dict[str, str] = g.form
    moderator = visit().moderator
    by, edit = by_moderator(moderator), services().lists.edit
    with services().store.read() as tx:
        reach = reach_of(tx, moderator, str(site_id))
    match form.get("action"):
        case "end":
            edit.end(reach.site_id, [str(entry_id)], by, event=_event(reach.site_id, str(entry_id)))
        case "restore":
            edit.restore(reach.site_id, str(entry_id), by)
        case "change":
            try:
                note, expires_at = noted(form.get("note", "")), end_of(form.get("expires", ""))
                edit.change(reach.site_id, str(entry_id), by, note=note, expires_at=expires_at)
            except InvalidSubmission as error:
                return _page(reach.site_id, str(entry_id), 422, problems=problems_text(error))
        case _:
            raise BadForm("The form names no action that the desk knows.")
    where = url_for("desk.show_entry", site_id=site_id, entry_id=entry_id, done=form["action"])
    return redirect(where, 303)


def _event(site_id: str, entry_id: str) -> Event:
    is_author = _found(site_id, entry_id).kind is EntryKind.ADDRESS
    return Event.AUTHOR_CHANGED if is_author else Event.LIST_CHANGED


def _found(site_id: str, entry_id: str) -> ListEntry:
    with services().store.read() as tx:
        entry = tx.entry(site_id, entry_id)
    if entry is None:
        raise NotFound
    return entry


def _page(site_id: str, entry_id: str, status: int, *, problems: object = ()) -> Response:
    moderator, before = visit().moderator, read_mark(request.args.get("after"))
    entry = _found(site_id, entry_id)
    with services().store.read() as tx:
        reach = reach_of(tx, moderator, site_id)
        seen = [site.id for site in reach.sites]
        met = tx.fired_at(seen, entry_id, before=before, limit=PAGE_SIZE + 1)
        excerpts = tx.excerpts(met[:PAGE_SIZE])
        people = {one for one in (entry.created_by, entry.ended_by) if one}
        names = tx.moderator_names(people)
    return page(
        "list_entry",
        status,
        reach=reach,
        entry=entry,
        in_force=entry.is_in_force(services().clock()),
        excerpts=shown(excerpts),
        slugs={site.id: site.slug for site in reach.sites},
        names=names,
        day_of=day_of,
        kinds=KIND_LABELS,
        effects=EFFECT_LABELS,
        after=before,
        next_mark=met[PAGE_SIZE - 1][1] if len(met) > PAGE_SIZE else None,
        problems=problems,
        done=request.args.get("done"),
    )
