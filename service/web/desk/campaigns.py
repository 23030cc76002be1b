"""Campaigns: groups of near copies, deciding about one as a whole, and what was decided so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.core.decisions import Action
from service.core.errors import Conflict, InvalidSubmission, NotFound
from service.core.list_file import noted
from service.core.people import Permission
from service.core.ports import Reads
from service.core.reasons import Reason, offered, site_reasons
from service.core.ruling import CampaignLine, ItemOutcome
from service.core.rulings import RULINGS, Ruling
from service.core.site import Site
from service.core.states import State
from service.usecases.rule import Wanted
from service.web.current import services
from service.web.desk.finding import read_mark
from service.web.desk.list_forms import ShownExcerpt, problems_text, shown
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.errors import status_of
from service.web.form_door import BadForm

PAGE_SIZE = 25
MEMBERS_SHOWN = 50
ARRIVALS_MAX = 1_000
"""So many that met a ruling are counted; more are `1,000 or more`."""

add_place(
    Place(
        "Campaigns",
        "desk.show_campaigns",
        order=20,
        within=frozenset({"desk.show_campaign", "desk.rule_on_campaign", "desk.show_ruling"}),
        needs=Permission.LOOK,
    )
)


@dataclass(frozen=True, slots=True)
class ShownCampaign:
    line: CampaignLine
    states: Mapping[State, int]
    sample: ShownExcerpt | None
    first_seen: datetime | None
    last_seen: datetime | None
    ruling: Ruling | None


@blueprint.get("/campaigns")
@allow(Permission.LOOK)
def show_campaigns() -> Response:
    moderator, before = visit().moderator, read_mark(request.args.get("after"))
    slug = request.args.get("site")
    with services().store.read() as tx:
        sites = [site for site in tx.sites() if moderator.may_see(site.id)]
        chosen = [site for site in sites if slug in (None, "", site.slug)]
        if slug and not chosen:
            raise NotFound
        lines, next_mark = _latest(tx, chosen, before)
        campaigns = _shown(tx, lines)
        standing = tx.rulings(
            [site.id for site in chosen], ended=False, before=None, limit=MEMBERS_SHOWN
        )
    return page(
        "campaigns",
        200,
        campaigns=campaigns,
        standing=standing,
        sites=sites,
        slug=slug or "",
        slugs={site.id: site.slug for site in sites},
        after=before,
        next_mark=next_mark,
    )


@blueprint.get("/campaigns/<uuid:site_id>/<uuid:campaign_id>")
@allow(Permission.LOOK)
def show_campaign(site_id: UUID, campaign_id: UUID) -> BaseResponse:
    return _campaign_page(str(site_id), str(campaign_id), 200)


@blueprint.post("/campaigns/<uuid:site_id>/<uuid:campaign_id>")
@allow(Permission.DECIDE)
def rule_on_campaign(site_id: UUID, campaign_id: UUID) -> BaseResponse:
    form: dict[str, str] = g.form
    try:
        wanted = Wanted(
            site_id=str(site_id),
            campaign_id=str(campaign_id),
            action=_action(form.get("action")),
            seen_at=_moment(form.get("seen_at", "")),
            reason=_reason(str(site_id), form),
            note=noted(form.get("note", "")),
            with_decided=form.get("with_decided") == "1",
        )
        ruling = services().lists.rule(wanted, visit().moderator)
    except InvalidSubmission as error:
        return _campaign_page(str(site_id), str(campaign_id), 422, problems=problems_text(error))
    except Conflict as error:
        return _campaign_page(
            str(site_id), str(campaign_id), status_of(error), problems=[str(error)]
        )
    return redirect(url_for("desk.show_ruling", site_id=site_id, ruling_id=ruling.id), 303)


@blueprint.get("/rulings/<uuid:site_id>/<uuid:ruling_id>")
@allow(Permission.LOOK)
def show_ruling(site_id: UUID, ruling_id: UUID) -> Response:
    before = read_mark(request.args.get("after"))
    with services().store.read() as tx:
        ruling = tx.ruling(str(site_id), str(ruling_id))
        if ruling is None:
            raise NotFound
        site = tx.sites_by_id([ruling.site_id])[ruling.site_id]
        counts = tx.ruling_counts(ruling.site_id, ruling.id)
        met = tx.fired_at([site.id], ruling.id, before=before, limit=MEMBERS_SHOWN + 1)
        excerpts = tx.excerpts(met[:MEMBERS_SHOWN])
        arrived = tx.arrivals(site.id, ruling.id, at_most=ARRIVALS_MAX)
        names = tx.moderator_names({ruling.ended_by} if ruling.ended_by else set())
        campaign_id = tx.campaign_ids_of(site.id, ruling.campaign_id)
        reasons = _reasons(tx, site)
    waiting = ItemOutcome.TO_UNDO if ruling.taken_back else ItemOutcome.WAITING
    return page(
        "ruling",
        200,
        ruling=ruling,
        site=site,
        counts=counts,
        total=sum(counts.values()),
        left=counts.get(waiting, 0),
        arrived=arrived,
        arrivals_max=ARRIVALS_MAX,
        excerpts=shown(excerpts),
        slugs={},
        names=names,
        campaign_id=campaign_id,
        reason=next((one.label for one in reasons if one.code == ruling.reason), ""),
        may_decide=visit().moderator.may(Permission.DECIDE, site.id),
        after=before,
        next_mark=met[MEMBERS_SHOWN - 1][1] if len(met) > MEMBERS_SHOWN else None,
    )


@blueprint.post("/rulings/<uuid:site_id>/<uuid:ruling_id>")
@allow(Permission.DECIDE)
def change_ruling(site_id: UUID, ruling_id: UUID) -> BaseResponse:
    """Go on with it, end it, or take it back."""
    lists, moderator = services().lists, visit().moderator
    match g.form.get("action"):
        case "go_on":
            lists.carry_out(str(site_id), str(ruling_id), moderator)
        case "end":
            lists.end_ruling(str(site_id), str(ruling_id), moderator, take_back=False)
        case "take_back":
            lists.end_ruling(str(site_id), str(ruling_id), moderator, take_back=True)
        case _:
            raise BadForm("The form names no action that the desk knows.")
    return redirect(url_for("desk.show_ruling", site_id=site_id, ruling_id=ruling_id), 303)


def _campaign_page(
    site_id: str, campaign_id: str, status: int, *, problems: Sequence[str] = ()
) -> BaseResponse:
    after = read_mark(request.args.get("after"))
    with services().store.read() as tx:
        line = tx.campaign_line(site_id, campaign_id)
        if line is None:
            # Campaigns that grow together have one name: that of the comment it had is still there.
            now = tx.campaign_ids_of(site_id, campaign_id)
            if now is None or now == campaign_id:
                raise NotFound
            where = url_for("desk.show_campaign", site_id=site_id, campaign_id=now)
            return redirect(where, 303)
        site = tx.sites_by_id([site_id])[site_id]
        [campaign] = _shown(tx, [line])
        members = tx.campaign_comments(site_id, campaign_id, after=after, limit=MEMBERS_SHOWN + 1)
        excerpts = tx.excerpts([(site_id, one.comment_id) for one in members[:MEMBERS_SHOWN]])
        reasons = _reasons(tx, site)
    values: dict[str, Any] = {
        "campaign": campaign,
        "site": site,
        "excerpts": shown(excerpts),
        "slugs": {},
        "seen_at": services().clock().isoformat(),
        "reasons": reasons,
        "actions": RULINGS,
        "may_decide": visit().moderator.may(Permission.DECIDE, site_id),
        "after": after,
        "next_mark": (
            members[MEMBERS_SHOWN - 1].comment_id if len(members) > MEMBERS_SHOWN else None
        ),
        "problems": problems,
    }
    return page("campaign", status, **values)


def _latest(
    tx: Reads, sites: Sequence[Site], before: str | None
) -> tuple[Sequence[CampaignLine], str | None]:
    """The latest campaigns of several sites together, and where the next page begins."""
    found: list[CampaignLine] = []
    marks: list[str] = []
    for site in sites:
        lines, mark = tx.campaign_lines(site.id, before=before, limit=PAGE_SIZE)
        found += lines
        marks += [mark] if mark is not None else []
    # What one site has to say ends where another one may still have something later than that.
    bound = max(marks, default="")
    found = sorted(
        (one for one in found if one.last_id >= bound), key=lambda one: one.last_id, reverse=True
    )
    if len(found) > PAGE_SIZE:
        return found[:PAGE_SIZE], found[PAGE_SIZE - 1].last_id
    return found, bound or None


def _shown(tx: Reads, lines: Sequence[CampaignLine]) -> Sequence[ShownCampaign]:
    """In a fixed number of questions a site, but for the rulings."""
    ends = [(one.site_id, key) for one in lines for key in (one.first_id, one.last_id)]
    excerpts = {one.excerpt.id: one for one in shown(tx.excerpts(ends))}
    states: dict[str, Mapping[State, int]] = {}
    for site_id in {one.site_id for one in lines}:
        ids = [one.id for one in lines if one.site_id == site_id]
        states |= tx.campaign_states(site_id, ids)
    found = []
    for line in lines:
        first, last = excerpts.get(line.first_id), excerpts.get(line.last_id)
        found.append(
            ShownCampaign(
                line,
                states.get(line.id, {}),
                last or first,
                first.excerpt.created_at if first else None,
                last.excerpt.created_at if last else None,
                tx.ruling_of(line.site_id, line.id),
            )
        )
    return found


def _reasons(tx: Reads, site: Site) -> Sequence[Reason]:
    return offered(site_reasons(tx.own_reasons([site.id]).get(site.id, ())))


def _action(name: str | None) -> Action:
    if name not in {one.value for one in RULINGS}:
        raise BadForm("The form names no action that the desk knows.")
    return Action(name)


def _reason(site_id: str, form: Mapping[str, str]) -> str:
    code = form.get("reason", "")
    if not code or form.get("action") == Action.APPROVE:
        return ""
    with services().store.read() as tx:
        site = tx.sites_by_id([site_id]).get(site_id)
        known = {one.code for one in _reasons(tx, site)} if site is not None else set()
    if code not in known:
        raise BadForm("The form names no reason that the site knows.")
    return code


def _moment(text: str) -> datetime:
    """When the moderator was shown the campaign. Raises `BadForm`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    now = services().clock()
    if found is None or found.tzinfo is None:
        raise BadForm("The form does not say when the campaign was shown.")
    return min(found, now)
