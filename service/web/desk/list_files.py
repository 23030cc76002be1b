"""Lists as plain text, out of the desk and into it."""

from uuid import UUID

from flask import Response, g, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.audit import Entry, Event, by_moderator
from service.core.errors import InvalidSubmission, NotFound
from service.core.list_file import read_lines, written
from service.core.listing import EntryFilter
from service.core.lists import ALL_SITES, EFFECTS, ENTRIES_MAX
from service.core.people import Permission
from service.usecases.listing.edit import NewEntry
from service.web.current import services
from service.web.desk.list_forms import (
    EFFECT_LABELS,
    KIND_LABELS,
    problems_text,
    reach_of,
    read_effect,
    read_kind,
)
from service.web.desk.pages import allow, blueprint, page, takes
from service.web.desk.session import visit

IMPORT_MAX_BYTES = 512 * 1024


@blueprint.get("/lists/<uuid:site_id>/import")
@allow(Permission.LISTS)
def show_import(site_id: UUID) -> Response:
    with services().store.read() as tx:
        reach = reach_of(tx, visit().moderator, str(site_id))
    return page("list_import", 200, reach=reach, kinds=KIND_LABELS, effects=EFFECT_LABELS, typed={})


@blueprint.post("/lists/<uuid:site_id>/import")
@allow(Permission.LISTS)
@takes(IMPORT_MAX_BYTES)
def import_list(site_id: UUID) -> BaseResponse:
    """All of the lines, or none: the page names those that cannot be taken."""
    form: dict[str, str] = g.form
    moderator = visit().moderator
    with services().store.read() as tx:
        reach = reach_of(tx, moderator, str(site_id))
    kind, effect = read_kind(form.get("kind")), read_effect(form.get("effect"))
    try:
        if kind is None or effect is None or effect not in EFFECTS[kind]:
            raise NotFound
        new = [
            NewEntry(kind, effect, one.value, one.note, one.expires_at, one.number)
            for one in read_lines(form.get("lines", ""))
        ]
        added = services().lists.edit.add(reach.site_id, new, by_moderator(moderator))
    except InvalidSubmission as error:
        return page(
            "list_import",
            422,
            reach=reach,
            kinds=KIND_LABELS,
            effects=EFFECT_LABELS,
            typed=form,
            problems=problems_text(error),
        )
    where = url_for("desk.show_lists", site=reach.slug, kind=kind, effect=effect, done="imported")
    return redirect(f"{where}&added={len(added.entries)}", 303)


@blueprint.post("/lists/<uuid:site_id>/export")
@allow(Permission.LISTS)
def export_list(site_id: UUID) -> Response:
    """A POST, since that it was exported is recorded."""
    moderator = visit().moderator
    kind, effect = read_kind(g.form.get("kind")), read_effect(g.form.get("effect"))
    if kind is None or effect is None:
        raise NotFound
    with services().store.read() as tx:
        reach = reach_of(tx, moderator, str(site_id))
        asked = EntryFilter(reach.site_id, services().clock(), kind, effect)
        entries = tx.entry_page(asked, after=None, limit=ENTRIES_MAX)
    with services().store.write() as tx:
        recorded_at = None if reach.site_id == ALL_SITES else reach.site_id
        details = {"list": f"{effect} {kind}", "entries": len(entries)}
        by, now = by_moderator(moderator), services().clock()
        tx.record(Entry(recorded_at, Event.DATA_EXPORTED, by, now, details=details))
    response = Response(written(reversed(entries)), mimetype="text/plain")
    name = f"vestibule-{reach.slug}-{effect}-{kind}.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
