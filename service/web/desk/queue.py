"""The queue, and a comment's record."""

from uuid import UUID

from flask import Response, request

from service.core.people import Permission
from service.core.states import State
from service.web.current import services
from service.web.desk.filters import TABS, read_filters
from service.web.desk.finding import card_of, find_comment
from service.web.desk.flags import open_flags_on, shown_flags
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.desk.sums import percent

PAGE_SIZE = 25

add_place(
    Place(
        "Queue",
        "desk.show_queue",
        order=10,
        within=frozenset({"desk.show_record"}),
        needs=Permission.LOOK,
    ),
)


@blueprint.get("/")
@allow(Permission.LOOK)
def show_queue() -> Response:
    filters = read_filters(request.args)
    state, after = filters.state, filters.after
    moderator = visit().moderator
    with services().store.read() as tx:
        sites = [site for site in tx.sites() if moderator.may_see(site.id)]
        found = tx.queue_page(sites=sites, state=state, after=after, limit=PAGE_SIZE + 1)
        counts = tx.queue_counts(sites)
        flags = open_flags_on(tx, found)
        surges = tx.surges([site.id for site in sites])
    shown = found[:PAGE_SIZE]
    done = request.args.get("done")
    return page(
        "queue",
        200,
        tabs=[(one, counts.get(one, 0)) for one in TABS],
        filters=filters,
        state=state,
        flags=flags,
        cards=[card_of(comment) for comment in shown],
        after=after,
        next_mark=shown[-1].id if len(found) > PAGE_SIZE else None,
        many_sites=len(sites) > 1,
        flooded=[(site.name, surges[site.id].started_at) for site in sites if site.id in surges],
        done=done if done in set(State) else None,
    )


@blueprint.get("/comments/<uuid:site_id>/<uuid:comment_id>")
@allow(Permission.LOOK)
def show_record(site_id: UUID, comment_id: UUID) -> Response:
    moderator = visit().moderator
    with services().store.read() as tx:
        comment = find_comment(tx, moderator, str(site_id), str(comment_id))
        decisions = tx.decisions(comment.site_id, comment.id)
        flags = {comment.id: shown_flags(tx.flags_of(comment.site_id, comment.id))}
        names = tx.moderator_names({one.moderator_id for one in decisions if one.moderator_id})
    return page(
        "record",
        200,
        card=card_of(comment),
        flags=flags,
        decisions=decisions,
        names=names,
        percent=percent,
    )
