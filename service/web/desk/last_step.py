"""What a moderator did last, and how to take it back: shown above the queue."""

from dataclasses import dataclass

from flask import g, url_for
from markupsafe import Markup

from service.core import bulk
from service.core.deciding import UNDO_WITHIN
from service.core.decisions import Decision
from service.core.people import Moderator, Permission
from service.core.reasons import Reason, offered, site_reasons
from service.core.states import State
from service.web.current import services
from service.web.desk.cards import age
from service.web.desk.evidence import visible
from service.web.desk.pages import blueprint

DONE = {
    State.APPROVED: "approved",
    State.SPAM: "marked as spam",
    State.REJECTED: "rejected",
    State.DELETED: "deleted",
    State.HELD: "sent back to wait",
    State.PENDING: "sent back to the checks",
}


@dataclass(frozen=True, slots=True)
class LastStep:
    """`key` names it on the page. `count` is how many comments it is about."""

    key: str
    author_name: Markup
    done: str
    reason: str
    undo_address: str
    count: int = 1
    detail_address: str | None = None


def last_step(moderator: Moderator) -> LastStep | None:
    """The latest that this moderator can take back, of the sites where they still decide."""
    since = services().clock() - UNDO_WITHIN
    with services().store.read() as tx:
        sites = [one.id for one in tx.sites() if moderator.may(Permission.DECIDE, one.id)]
        found = tx.last_decision_by(moderator.id, sites, since=since)
        if found is None:
            return None
        site = tx.sites_by_id([found.site_id]).get(found.site_id)
        comment = tx.queued(site, found.comment_id) if site is not None else None
        done = tx.bulk_counts(sites, found.bulk_id).get(bulk.DONE, 0) if found.bulk_id else 0
    name = visible(comment.author_name) if comment is not None else Markup("somebody")
    if found.bulk_id and done:
        return LastStep(
            key=found.bulk_id,
            author_name=name,
            done=DONE.get(found.to_state, found.to_state),
            reason=reason_label(found),
            undo_address=url_for("desk.undo_bulk", bulk_id=found.bulk_id),
            count=done,
            detail_address=url_for("desk.show_bulk", bulk_id=found.bulk_id),
        )
    return LastStep(
        key=found.id,
        author_name=name,
        done=DONE.get(found.to_state, found.to_state),
        reason=reason_label(found),
        undo_address=url_for("desk.undo", site_id=found.site_id, decision_id=found.id),
    )


def reasons_at(site_id: str) -> dict[str, Reason]:
    """All reasons of a site, asked for once in a request."""
    known: dict[str, dict[str, Reason]] = g.setdefault("reasons", {})
    if site_id not in known:
        with services().store.read() as tx:
            own = tx.own_reasons([site_id]).get(site_id, ())
        known[site_id] = dict(site_reasons(own))
    return known[site_id]


def offered_reasons(site_id: str) -> list[Reason]:
    return list(offered(reasons_at(site_id)))


def reason_label(decision: Decision) -> str:
    """What moderators call a decision's reason; "" where it has none."""
    if not decision.reason:
        return ""
    found = reasons_at(decision.site_id).get(decision.reason)
    return found.label if found is not None else decision.reason


blueprint.context_processor(
    lambda: {
        "offered_reasons": offered_reasons,
        "reason_label": reason_label,
        "done_words": DONE,
        "age_of": _age_of,
    }
)


def _age_of(decision: Decision) -> str:

    return age(services().clock() - decision.at)
