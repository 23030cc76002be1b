"""Lists: a page of entries, and adding one, with or without trying it first."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.audit import by_moderator
from service.core.errors import InvalidSubmission, NotFound
from service.core.list_file import day_of
from service.core.listing import EntryFilter
from service.core.lists import ALL_SITES, ListEntry
from service.core.people import Permission
from service.usecases.listing.trial import Trial, mark_from
from service.web.current import services
from service.web.desk.finding import read_mark
from service.web.desk.list_forms import (
    EFFECT_LABELS,
    KIND_LABELS,
    Reach,
    new_entry,
    problems_text,
    reach_of,
    reaches,
    read_effect,
    read_kind,
    shown,
)
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page, takes
from service.web.desk.session import visit

PAGE_SIZE = 50
TEXT_MAX_CHARS = 200
FORM_MAX_BYTES = 32 * 1024
"""A note in any script, percent-encoded, and the mark of a trial."""

_FIELDS = ("kind", "effect", "value", "note", "expires")

add_place(
    Place(
        "Lists",
        "desk.show_lists",
        order=40,
        within=frozenset({"desk.show_entry", "desk.try_entry", "desk.add_entry"}),
        needs=Permission.LISTS,
    )
)


@blueprint.get("/lists")
@allow(Permission.LISTS)
def show_lists() -> Response:
    return _page(request.args, 200)


@blueprint.post("/lists/<uuid:site_id>")
@allow(Permission.LISTS)
@takes(FORM_MAX_BYTES)
def add_entry(site_id: UUID) -> BaseResponse:
    """Save an entry. One that is there already stays as it is."""
    form: dict[str, str] = g.form
    moderator = visit().moderator
    with services().store.read() as tx:
        reach = reach_of(tx, moderator, str(site_id))
    try:
        added = services().lists.edit.add(reach.site_id, [new_entry(form)], by_moderator(moderator))
    except InvalidSubmission as error:
        return _page({"site": reach.slug}, 422, typed=form, problems=problems_text(error))
    done = "added" if added.entries else "known"
    return redirect(url_for("desk.show_lists", site=reach.slug, done=done), 303)


@blueprint.post("/lists/<uuid:site_id>/trial")
@allow(Permission.LISTS)
@takes(FORM_MAX_BYTES)
def try_entry(site_id: UUID) -> Response:
    """What an entry would have caught; a POST, since an address must not stand in an address."""
    form: dict[str, str] = g.form
    with services().store.read() as tx:
        reach = reach_of(tx, visit().moderator, str(site_id))
    try:
        entry = services().lists.edit.made(reach.site_id, new_entry(form))
    except InvalidSubmission as error:
        return _page({"site": reach.slug}, 422, typed=form, problems=problems_text(error))
    trial = services().lists.attempt(entry, reach.sites, mark_from(form.get("mark", "")))
    return _trial_page(reach, entry, trial, form)


def _trial_page(reach: Reach, entry: ListEntry, trial: Trial, form: Mapping[str, str]) -> Response:
    slugs = {site.id: site.slug for site in reach.sites}
    # The mark comes from a form, so only what belongs to these sites is shown.
    sample = [key for key in trial.mark.sample if key[0] in slugs]
    with services().store.read() as tx:
        excerpts = tx.excerpts(sample)
    return page(
        "list_trial",
        200,
        reach=reach,
        entry=entry,
        trial=trial,
        caught=sum(trial.mark.caught.values()),
        excerpts=shown(excerpts),
        slugs=slugs,
        fields={name: form.get(name, "") for name in _FIELDS},
        kinds=KIND_LABELS,
        effects=EFFECT_LABELS,
    )


def _page(
    asked: Mapping[str, str],
    status: int,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[str] = (),
) -> Response:
    moderator = visit().moderator
    now, after = services().clock(), read_mark(asked.get("after"))
    kind, effect = read_kind(asked.get("kind")), read_effect(asked.get("effect"))
    text, ended = asked.get("text", "").strip()[:TEXT_MAX_CHARS], asked.get("ended") == "1"
    with services().store.read() as tx:
        known = reaches(tx, moderator)
        reach = _chosen(known, asked.get("site"))
        wanted = EntryFilter(reach.site_id, now, kind, effect, text, ended)
        found = tx.entry_page(wanted, after=after, limit=PAGE_SIZE + 1)
        counts = tx.entry_counts(reach.site_id, now=now)
        names = tx.moderator_names({one.created_by for one in found if one.created_by})
    listed = found[:PAGE_SIZE]
    arguments: dict[str, Any] = {
        "site": reach.slug, "kind": kind, "effect": effect, "text": text or None,
        "ended": "1" if ended else None,
    }  # fmt: skip
    return page(
        "lists",
        status,
        reaches=known,
        reach=reach,
        entries=listed,
        counts=counts,
        total=sum(counts.values()),
        names=names,
        day_of=day_of,
        arguments=arguments,
        after=after,
        next_mark=listed[-1].id if len(found) > PAGE_SIZE else None,
        typed=typed or {},
        problems=problems,
        kinds=KIND_LABELS,
        effects=EFFECT_LABELS,
        done=asked.get("done"),
        today=now.date().isoformat(),
        for_all=reach.site_id == ALL_SITES,
    )


def _chosen(known: Sequence[Reach], slug: str | None) -> Reach:
    for one in known:
        if slug in (None, "", one.slug):
            return one
    raise NotFound
