"""Authors: who has come last, finding one by an address, and the page of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from service.core.addresses import masked
from service.core.authors import MARKS, Author, Traces
from service.core.errors import InvalidSubmission, NotFound, SealBroken
from service.core.list_file import day_of, end_of, noted
from service.core.lists import Effect, EntryKind, ListEntry, Lists
from service.core.people import Permission
from service.core.ports import Reads
from service.core.states import State
from service.usecases.authors import REASON_MAX_CHARS, Wish, author_of, opened
from service.web.current import services
from service.web.desk.cards import UNREADABLE
from service.web.desk.evidence import visible
from service.web.desk.finding import read_mark
from service.web.desk.list_forms import DURATIONS, problems_text, shown, until
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.form_door import BadForm

PAGE_SIZE = 25
NAMES_SHOWN = NETWORKS_SHOWN = 20
STATES = (
    State.HELD, State.PENDING, State.APPROVED, State.SPAM, State.REJECTED, State.DELETED,
)  # fmt: skip
_WISHES: Mapping[str, Effect | None] = {
    "trust": Effect.ALLOW,
    "mute": Effect.HOLD,
    "ban": Effect.BLOCK,
    "clear": None,
}

add_place(
    Place(
        "Authors",
        "desk.show_authors",
        order=30,
        within=frozenset({"desk.show_author", "desk.mark_author", "desk.reveal_address"}),
        needs=Permission.LOOK,
    )
)


@dataclass(frozen=True, slots=True)
class ShownAuthor:
    author: Author
    email: str
    name: Markup
    mark: ListEntry | None


@dataclass(frozen=True, slots=True)
class ShownNetwork:
    network: str
    comments: int
    last_seen: str


@blueprint.get("/authors")
@allow(Permission.LOOK)
def show_authors() -> Response:
    return _index(200)


@blueprint.post("/authors/find/<uuid:site_id>")
@allow(Permission.LISTS)
def find_author(site_id: UUID) -> BaseResponse:
    """By an address, which stands in the form and nowhere else."""
    email = g.form.get("email", "").strip()[:254]
    indexes = services().vault.email_indexes(email, scope=str(site_id))
    with services().store.read() as tx:
        found = tx.author_with(str(site_id), indexes)
    if found is None:
        return _index(404, problem="Nobody has written under this address at this site.")
    return redirect(url_for("desk.show_author", site_id=site_id, contact_id=found), 303)


@blueprint.get("/authors/<uuid:site_id>/<uuid:contact_id>")
@allow(Permission.LOOK)
def show_author(site_id: UUID, contact_id: UUID) -> Response:
    return _page(str(site_id), str(contact_id), 200)


@blueprint.post("/authors/<uuid:site_id>/<uuid:contact_id>")
@allow(Permission.LISTS)
def mark_author(site_id: UUID, contact_id: UUID) -> BaseResponse:
    form: dict[str, str] = g.form
    action = form.get("action", "")
    if action not in _WISHES:
        raise BadForm("The form names no action that the desk knows.")
    try:
        wish = Wish(_WISHES[action], noted(form.get("note", "")), end_of(until(form.get("days"))))
        services().authors.mark(str(site_id), str(contact_id), wish, visit().moderator)
    except InvalidSubmission as error:
        return _page(str(site_id), str(contact_id), 422, problems=problems_text(error))
    where = url_for("desk.show_author", site_id=site_id, contact_id=contact_id, done=action)
    return redirect(where, 303)


@blueprint.post("/authors/<uuid:site_id>/<uuid:contact_id>/address")
@allow(Permission.REVEAL)
def reveal_address(site_id: UUID, contact_id: UUID) -> Response:
    """Shown once, in the answer to this very form, which nothing keeps."""
    try:
        address = services().authors.reveal(
            str(site_id), str(contact_id), g.form.get("reason", ""), visit().moderator
        )
    except InvalidSubmission as error:
        return _page(str(site_id), str(contact_id), 422, problems=problems_text(error))
    return _page(str(site_id), str(contact_id), 200, revealed=address)


def _index(status: int, *, problem: str = "") -> Response:
    moderator, after = visit().moderator, read_mark(request.args.get("after"))
    with services().store.read() as tx:
        sites = [site for site in tx.sites() if moderator.may_see(site.id)]
        found = tx.newest_authors([site.id for site in sites], after=after, limit=PAGE_SIZE + 1)
        authors = _shown_authors(tx, found[:PAGE_SIZE])
    return page(
        "authors",
        status,
        authors=authors,
        sites=sites,
        findable=[site for site in sites if moderator.may(Permission.LISTS, site.id)],
        slugs={site.id: site.slug for site in sites},
        after=after,
        next_mark=found[PAGE_SIZE - 1].contact_id if len(found) > PAGE_SIZE else None,
        problem=problem,
        marks=MARKS,
    )


def _shown_authors(tx: Reads, authors: Sequence[Author]) -> Sequence[ShownAuthor]:
    lists = services().lists.known({one.site_id for one in authors})
    names: dict[str, str] = {}
    for site_id in lists:
        ids = [one.contact_id for one in authors if one.site_id == site_id]
        names |= tx.latest_names(site_id, ids)
    return [
        ShownAuthor(
            one,
            _masked(one),
            visible(names.get(one.contact_id, "")),
            _mark(tx, one, lists[one.site_id]),
        )
        for one in authors
    ]


def _page(
    site_id: str,
    contact_id: str,
    status: int,
    *,
    problems: Sequence[str] = (),
    revealed: str | None = None,
) -> Response:
    moderator, before = visit().moderator, read_mark(request.args.get("after"))
    asked = request.args.get("state")
    with services().store.read() as tx:
        author = author_of(tx, site_id, contact_id)
        site = tx.sites_by_id([site_id])[site_id]
        traces = tx.author_traces(site_id, contact_id)
        mark = _mark(tx, author, services().lists.known([site_id])[site_id])
        state = _state(asked, author)
        found = tx.author_comments(site_id, contact_id, state, before=before, limit=PAGE_SIZE + 1)
    return page(
        "author",
        status,
        site=site,
        author=author,
        email=_masked(author),
        share=author.approved_share,
        mark=mark,
        marks=MARKS,
        day_of=day_of,
        names=[(visible(one.name), one) for one in traces.names[:NAMES_SHOWN]],
        more_names=max(len(traces.names) - NAMES_SHOWN, 0),
        networks=_networks(traces),
        more_networks=max(len(traces.networks) - NETWORKS_SHOWN, 0),
        traces=traces,
        state=state,
        states=STATES,
        excerpts=shown(found[:PAGE_SIZE]),
        slugs={},
        after=before,
        next_mark=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
        durations=DURATIONS,
        may_mark=moderator.may(Permission.LISTS, site_id),
        may_reveal=moderator.may(Permission.REVEAL, site_id),
        reason_max=REASON_MAX_CHARS,
        revealed=revealed,
        problems=problems,
        done=request.args.get("done"),
    )


def _state(asked: str | None, author: Author) -> State:
    """The one that is asked for, or else the first of which there are comments."""
    if asked is not None:
        if asked not in set(STATES):
            raise NotFound
        return State(asked)
    return next((one for one in STATES if author.by_state.get(one)), State.HELD)


def _mark(tx: Reads, author: Author, lists: Lists) -> ListEntry | None:
    if not lists.of_kind(EntryKind.ADDRESS):
        return None
    return services().lists.senders.entry_about(tx, author.site_id, author.contact_id, lists)


def _masked(author: Author) -> str:
    try:
        return masked(opened(services().vault, author))
    except SealBroken:
        return UNREADABLE


def _networks(traces: Traces) -> Sequence[ShownNetwork]:
    found = []
    for one in traces.networks[:NETWORKS_SHOWN]:
        try:
            network = services().vault.open(one.sealed, bound_to=f"{one.comment_id}/network")
        except SealBroken:
            network = UNREADABLE
        found.append(ShownNetwork(network, one.comments, one.last_seen.strftime("%Y-%m-%d")))
    return found
