"""The queue: comments narrowed down, in order, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, redirect, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from service.core.desk_queue import Order, QueueFilter
from service.core.flags import FlagKind
from service.core.people import Permission
from service.core.policy import packaged_policy
from service.core.ports import Reads
from service.core.records import QueuedComment
from service.core.site import Site
from service.core.states import State
from service.web.current import services
from service.web.desk.claims import others_at
from service.web.desk.filters import (
    AGES,
    ALL,
    FLAGGED,
    SEARCH_MAX_CHARS,
    TABS,
    Filters,
    mark_of,
    mark_text,
    queue_address,
    queue_filter,
    read_filters,
)
from service.web.desk.finding import card_of
from service.web.desk.flags import open_flags_on
from service.web.desk.last_step import last_step
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.session import visit
from service.web.schemas.text import Email

PAGE_SIZE = 25
MATCHES_COUNTED_MAX = 500
"""So many comments that a narrow view takes are counted; "500 and more" says enough."""

ARRIVALS_EVERY_SECONDS = 20

NOBODY = "nobody"
"""What a search for an address leads to under which nobody has written."""

_EMAIL = Email(required=True, max_chars=SEARCH_MAX_CHARS)

add_place(
    Place(
        "Queue",
        "desk.show_queue",
        order=10,
        within=frozenset({"desk.show_record"}),
        needs=Permission.LOOK,
    ),
)


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    count: int
    address: str


@blueprint.get("/")
@allow(Permission.LOOK)
def show_queue() -> Response:
    filters = read_filters(request.args)
    now = services().clock()
    with services().store.read() as tx:
        sites = own_sites(tx)
        wanted = queue_filter(filters, sites, now=now)
        found = tx.queue_page(wanted, after=mark_of(filters), limit=PAGE_SIZE)
        counts = tx.queue_counts(wanted.sites)
        flagged = tx.flagged_count([site.id for site in wanted.sites])
        surges = tx.surges([site.id for site in sites])
        flags = open_flags_on(tx, found.comments)
        matches = _matches(tx, wanted) if wanted.is_narrow else None
    done = request.args.get("done")
    return page(
        "queue",
        200,
        filters=filters,
        tabs=_tabs(filters, counts, flagged),
        matches=matches,
        flags=flags,
        counted_max=MATCHES_COUNTED_MAX,
        cards=[card_of(comment) for comment in found.comments],
        next_mark=mark_text(found.more, filters.order) if found.more else None,
        address=queue_address,
        sites=sites,
        many_sites=len(sites) > 1,
        flooded=[(site.name, surges[site.id].started_at) for site in sites if site.id in surges],
        done=done if done in set(State) else None,
        not_found=request.args.get("found") == NOBODY,
        nothing_to_search=bool(filters.q and not wanted.words),
        symbols=_symbols(),
        orders=Order,
        ages=AGES,
        search_max=SEARCH_MAX_CHARS,
        filter_labels=_labels(filters, found.comments),
        arrivals=_arrivals(filters, since=now),
        arrivals_every_seconds=ARRIVALS_EVERY_SECONDS,
        last_step=last_step(visit().moderator),
        claims=others_at(found.comments),
        may_decide=visit().moderator.may_somewhere(Permission.DECIDE),
    )


@blueprint.post("/search")
@allow(Permission.LOOK)
def search() -> BaseResponse:
    """Lead to what a form asks for. An address stands in no URL: it becomes its author's id."""
    form: Mapping[str, str] = g.form
    query = form.get("q", "").strip()
    tidy = {
        **form,
        "q": "",
        "after": "",
        "symbol": form.get("symbol", "").upper(),
        "language": form.get("language", "").lower(),
    }
    asked = read_filters(tidy)
    email = _email(query)
    if email is None:
        return redirect(queue_address(asked.but(q=query[:SEARCH_MAX_CHARS])), 303)
    with services().store.read() as tx:
        sites = queue_filter(asked, own_sites(tx), now=services().clock()).sites
    ids = services().find_author(email, [site.id for site in sites])
    if not ids:
        return redirect(queue_address(asked, found=NOBODY), 303)
    # All that somebody wrote is meant, whatever became of it.
    return redirect(queue_address(asked.but(author=",".join(sorted(ids)), state=ALL)), 303)


def _arrivals(filters: Filters, *, since: datetime) -> str:
    """The address that tells what has come since then, whatever the order."""
    arguments: dict[str, Any] = filters.but(order=Order.OLDEST).arguments
    return url_for("desk.show_arrivals", since=int(since.timestamp() * 1000), **arguments)


def own_sites(tx: Reads) -> Sequence[Site]:
    moderator = visit().moderator
    return [site for site in tx.sites() if moderator.may_see(site.id)]


def _email(text: str) -> str | None:
    if "@" not in text:
        return None
    try:
        return _EMAIL.deserialize(text)
    except ValidationError:
        return None


def _tabs(
    filters: Filters, counts: Mapping[State, int], flagged: Mapping[FlagKind, int]
) -> list[Tab]:
    """Held ones first, then what readers and authors have flagged."""
    listed = sum(number for state, number in counts.items() if state is not State.ERASED)
    held, *others = TABS
    numbers: dict[str, int] = {held: counts.get(held, 0)}
    numbers |= {name: flagged.get(kind, 0) for name, kind in FLAGGED.items()}
    numbers |= {state: counts.get(state, 0) for state in others}
    numbers |= {ALL: listed}
    return [
        Tab(name, number, queue_address(filters.but(state=name)))
        for name, number in numbers.items()
    ]


def _labels(filters: Filters, shown: Sequence[QueuedComment]) -> list[tuple[str, str]]:
    """What narrows the view, each with the name of its filter, in words."""
    first = shown[0] if shown else None
    texts = {
        "q": f"“{filters.q}”",
        "thread": f"on “{first.thread_title or first.thread_url}”" if first else "on one page",
        "author": f"by {first.author_name}" if first else "by one author",
        "site": f"site {filters.site}",
        "symbol": filters.symbol,
        "language": f"language {filters.language}",
        "age": f"waiting {AGES[filters.age].label}" if filters.age else "",
    }
    return [(name, text) for name, text in texts.items() if getattr(filters, name)]


def _matches(tx: Reads, wanted: QueueFilter) -> tuple[int, bool]:
    """How many comments a narrow view takes, and whether there may be more."""
    found = tx.queue_keys(wanted, after=None, limit=MATCHES_COUNTED_MAX)
    return len(found.keys), found.more is not None


def _symbols() -> list[str]:
    policy = packaged_policy()
    return sorted({*policy.rules, *policy.composites})
