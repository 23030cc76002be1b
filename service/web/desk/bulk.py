"""Bulk actions at the desk: choose, see the number, confirm, watch, take back."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.bulk import DONE, ITEMS_MAX, BulkAction, BulkItem
from service.core.deciding import UNDO_WITHIN, Refusal
from service.core.decisions import TARGETS, Action
from service.core.desk_queue import QueueFilter
from service.core.errors import Conflict, NotFound
from service.core.people import Moderator, Permission
from service.usecases.bulk import Progress
from service.web.current import services
from service.web.desk.deciding import is_partial, read_action, read_note, read_number, read_reason
from service.web.desk.filters import (
    QUERY_MAX_CHARS,
    Filters,
    queue_address,
    queue_filter,
    read_back,
)
from service.web.desk.last_step import DONE as DONE_WORDS
from service.web.desk.last_step import offered_reasons
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.form_door import BadForm

RUN_FOR = timedelta(seconds=0.7)
"""So long one request works: a page that waits longer looks dead."""

SHOWN_MAX = 20
LISTED_MAX = 50
LISTED_FOR = timedelta(days=7)
PICK = "pick."
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PICK = re.compile(rf"pick\.({_UUID})\.({_UUID})\.([0-9]{{1,6}})")

OUTCOMES = {
    DONE: "done",
    Refusal.CHANGED: "changed meanwhile, and left as they are",
    Refusal.NOT_ALLOWED: "could not take that state",
    Refusal.GONE: "no longer there",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A bulk action as its page shows it. `left` are examples, by outcome, with their addresses."""

    progress: Progress
    title: str
    done: str
    counts: tuple[tuple[str, int], ...]
    left: tuple[tuple[str, tuple[str, ...]], ...]
    is_own: bool
    can_undo: bool

    @property
    def settled(self) -> int:
        return sum(number for _, number in self.counts)


@blueprint.post("/bulk")
@allow(Permission.DECIDE)
def prepare_bulk() -> BaseResponse:
    """Count and write down what was chosen: the comments that are ticked, or all that match."""
    moderator, form = visit().moderator, g.form
    action = read_action(form.get("bulk"))
    bulk = services().deciding.bulk
    try:
        if form.get("scope") == "all":
            filters = read_back(form.get("back", ""))
            if filters is None:
                raise BadForm("The form does not say which comments are meant.")
            with services().store.read() as tx:
                sites = [one for one in tx.sites() if moderator.may(Permission.DECIDE, one.id)]
            wanted = queue_filter(filters, sites, now=services().clock())
            _refuse_search_for_nothing(filters, wanted)
            bulk_id = bulk.prepare_all(wanted, action, moderator)
        else:
            bulk_id = bulk.prepare(_picked(form), action, moderator)
    except Conflict as error:
        return page("problem", 409, title="Nothing was chosen", detail=str(error))
    back = form.get("back", "")[:QUERY_MAX_CHARS]
    return redirect(url_for("desk.show_bulk", bulk_id=bulk_id, back=back), 303)


def _refuse_search_for_nothing(filters: Filters, wanted: QueueFilter) -> None:
    """The queue shows all comments then, and says so. Nobody means to decide about all of them."""
    if filters.q and not wanted.words:
        raise Conflict("There is no word in what you search for.")


@blueprint.get("/bulk")
@allow(Permission.DECIDE)
def list_bulk() -> Response:
    """Those of the last days, by anybody, with a way to stop them or to take them back."""
    moderator = visit().moderator
    since = services().clock() - LISTED_FOR
    with services().store.read() as tx:
        ids = [one.id for one in tx.sites() if moderator.may(Permission.DECIDE, one.id)]
        parts = tx.bulk_actions_at(ids, since=since, limit=LISTED_MAX)
        names = tx.moderator_names({one.moderator_id for one in parts})
    return page(
        "bulk_list",
        200,
        actions=[(one, _title([one], one.total)) for one in parts],
        names=names,
    )


@blueprint.get("/bulk/<uuid:bulk_id>")
@allow(Permission.DECIDE)
def show_bulk(bulk_id: UUID) -> Response:
    return _page(services().deciding.bulk.progress(str(bulk_id), visit().moderator))


@blueprint.post("/bulk/<uuid:bulk_id>/run")
@allow(Permission.DECIDE)
def run_bulk(bulk_id: UUID) -> BaseResponse:
    """Confirm it where the form says so, and carry it on for a moment."""
    bulk, moderator, form = services().deciding.bulk, visit().moderator, g.form
    if "confirm" in form:
        reason, note = read_reason(form), read_note(form)
        bulk.confirm(str(bulk_id), moderator, reason=reason, note=note)
    progress = bulk.run(str(bulk_id), moderator, for_=RUN_FOR)
    if is_partial():
        values = {"shown": _shown(progress, moderator), "back": form.get("back", "")}
        return make_response(render_template("desk/_bulk_progress.html", visit=visit(), **values))
    return _to_page(str(bulk_id))


@blueprint.post("/bulk/<uuid:bulk_id>/stop")
@allow(Permission.DECIDE)
def stop_bulk(bulk_id: UUID) -> BaseResponse:
    services().deciding.bulk.stop(str(bulk_id), visit().moderator)
    return _to_page(str(bulk_id))


@blueprint.post("/bulk/<uuid:bulk_id>/undo")
@allow(Permission.DECIDE)
def undo_bulk(bulk_id: UUID) -> BaseResponse:
    """Begin to take it back, which is a bulk action of its own, and do the beginning of it."""
    bulk, moderator = services().deciding.bulk, visit().moderator
    new_id = bulk.undo(str(bulk_id), moderator)
    bulk.run(new_id, moderator, for_=RUN_FOR)
    return _to_page(new_id)


def _to_page(bulk_id: str) -> BaseResponse:
    back = g.form.get("back", "")[:QUERY_MAX_CHARS]
    return redirect(url_for("desk.show_bulk", bulk_id=bulk_id, back=back), 303)


def _page(progress: Progress) -> Response:
    moderator = visit().moderator
    back = read_back(request.args.get("back", ""))
    sites = [one.site_id for one in progress.parts]
    shown = _shown(progress, moderator)
    codes = [offered_reasons(one) for one in sites]
    # A reason must be one at each of the sites.
    common = [one for one in codes[0] if all(one.code in {r.code for r in c} for c in codes)]
    action = progress.parts[0].action
    return page(
        "bulk",
        200,
        shown=shown,
        back=request.args.get("back", ""),
        back_address=queue_address(back) if back is not None else url_for("desk.show_queue"),
        reasons=common if action in {Action.SPAM, Action.REJECT, Action.DELETE} else [],
        capped=ITEMS_MAX if progress.total >= ITEMS_MAX else None,
        site_names=_site_names(sites) if len(sites) > 1 else [],
    )


def _site_names(ids: list[str]) -> list[str]:
    with services().store.read() as tx:
        return sorted(one.name for one in tx.sites_by_id(ids).values())


def _shown(progress: Progress, moderator: Moderator) -> Shown:
    counts = tuple(
        (label, progress.counts[outcome])
        for outcome, label in OUTCOMES.items()
        if progress.counts.get(outcome)
    )
    first = progress.parts[0]
    with services().store.read() as tx:
        is_undone = tx.bulk_undoing([one.site_id for one in progress.parts], progress.id)
    recent = services().clock() - first.created_at < UNDO_WITHIN
    return Shown(
        progress=progress,
        title=_title(progress.parts, progress.total),
        done=DONE_WORDS[TARGETS[first.action]] if first.action in TARGETS else "changed back",
        counts=counts,
        left=() if progress.is_going_on else tuple(_left(progress)),
        is_own=first.moderator_id == moderator.id,
        can_undo=bool(first.action and progress.counts.get(DONE) and is_undone is None and recent),
    )


def _left(progress: Progress) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Examples of what was not done."""
    for outcome in (Refusal.CHANGED, Refusal.NOT_ALLOWED):
        if progress.counts.get(outcome):
            with services().store.read() as tx:
                found = [
                    url_for("desk.show_record", site_id=part.site_id, comment_id=one.comment_id)
                    for part in progress.parts
                    for one in tx.bulk_items(part.site_id, part.id, outcome, limit=SHOWN_MAX)
                ]
            yield OUTCOMES[outcome], tuple(found[:SHOWN_MAX])


def _title(parts: tuple[BulkAction, ...] | list[BulkAction], total: int) -> str:
    number = "1 comment" if total == 1 else f"{total:,} comments"
    action = parts[0].action
    if action is None:
        return f"Take back what was done to {number}"
    if action is Action.SPAM:
        return f"Mark {number} as spam"
    return f"{action.value.capitalize()} {number}"


def _picked(form: Mapping[str, str]) -> Iterator[tuple[str, BulkItem]]:
    for name, version in form.items():
        if name.startswith(PICK):
            match = _PICK.fullmatch(name)
            if match is None:
                raise NotFound
            yield match[1], BulkItem(match[2], int(match[3]), read_number(version))
