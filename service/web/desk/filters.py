"""What the queue is narrowed down to, as it stands in an address and in the forms of its cards."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import url_for

from service.core.desk_queue import Order, QueueFilter, QueueMark, first_id_at
from service.core.errors import NotFound
from service.core.flags import FlagKind
from service.core.search import searched_words
from service.core.site import Site
from service.core.states import State

QUERY_MAX_CHARS = 2_000
SEARCH_MAX_CHARS = 200
AUTHORS_MAX = 20
ALL = "all"
FLAGGED = {"reported": FlagKind.REPORT, "appealed": FlagKind.APPEAL}
"""Tabs of what readers and authors have flagged, in whatever state it is."""

TABS = (State.HELD, State.PENDING, State.SPAM, State.REJECTED, State.APPROVED, State.DELETED)


@dataclass(frozen=True, slots=True)
class Age:
    """How long a comment has been here: for longer than that, or for less."""

    label: str
    time: timedelta
    is_longer: bool


AGES: Mapping[str, Age] = {
    "under-1h": Age("under an hour", timedelta(hours=1), is_longer=False),
    "under-1d": Age("under a day", timedelta(days=1), is_longer=False),
    "under-7d": Age("under a week", timedelta(days=7), is_longer=False),
    "over-1h": Age("over an hour", timedelta(hours=1), is_longer=True),
    "over-1d": Age("over a day", timedelta(days=1), is_longer=True),
    "over-7d": Age("over a week", timedelta(days=7), is_longer=True),
}

_SYMBOL = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SLUG = re.compile(r"[a-z0-9-]{1,64}")
_MARK = re.compile(r"(?:([0-9]{1,4})\.)?([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks of the queue, in the words of addresses. `after` is where the page
    begins; `q` is searched in texts and names.
    """

    state: str = State.HELD
    order: Order = Order.OLDEST
    site: str = ""
    thread: str = ""
    symbol: str = ""
    author: str = ""  # ids with commas between: an address has one at each site
    language: str = ""
    age: str = ""
    q: str = ""
    after: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """For an address: the state, and what differs from the queue as it opens."""
        found = {field.name: str(getattr(self, field.name)) for field in fields(self)}
        return {
            name: value
            for name, value in found.items()
            if value != str(getattr(_PLAIN, name)) or name == "state"
        }

    @property
    def query(self) -> str:
        """As forms carry it in their field `back`."""
        return urlencode(self.arguments)

    @property
    def is_narrow(self) -> bool:
        """Whether it takes more than a state and an order."""
        return bool(self.arguments.keys() - {"state", "order", "after"})

    def but(self, **changes: str) -> "Filters":
        """Others, from their first page on."""
        known: dict[str, Any] = {"after": "", **changes}
        return replace(self, **known)


_PLAIN = Filters()


def queue_address(filters: Filters, **more: str) -> str:
    """The queue as these filters show it; `more` stands in the address, too."""
    arguments: dict[str, Any] = {**filters.arguments, **more}
    return url_for("desk.show_queue", **arguments)


def read_filters(given: Mapping[str, str]) -> Filters:
    """Raises `NotFound` for what no link and no form of the desk says."""
    text = {
        field.name: given.get(field.name, "").strip()[: SEARCH_MAX_CHARS + 1]
        for field in fields(Filters)
    }
    found = Filters(
        state=text["state"] or State.HELD,
        order=_order(text["order"]),
        site=_fits(text["site"], _SLUG),
        thread=_id(text["thread"]),
        symbol=_fits(text["symbol"], _SYMBOL),
        author=",".join(_id(one) for one in _some(given.get("author", ""))),
        language=_fits(text["language"], _LANGUAGE),
        age=text["age"],
        q=text["q"],
        after=_fits(text["after"], _MARK),
    )
    if (
        (found.state not in TABS and found.state not in FLAGGED and found.state != ALL)
        or (found.age and found.age not in AGES)
        or len(found.q) > SEARCH_MAX_CHARS
    ):
        raise NotFound
    mark_of(found)
    return found


def read_back(query: str) -> Filters | None:
    """Where a card's form leads back to: a page of the queue, or None for the comment's record."""
    if not query:
        return None
    if len(query) > QUERY_MAX_CHARS:
        raise NotFound
    return read_filters(dict(parse_qsl(query, max_num_fields=20)))


def queue_filter(filters: Filters, sites: Sequence[Site], *, now: datetime) -> QueueFilter:
    """What the store is asked for; `sites` are those that the moderator may see.

    Raises `NotFound` for another site.
    """
    if filters.site:
        sites = [site for site in sites if site.slug == filters.site]
        if not sites:
            raise NotFound
    from_id = before_id = None
    if filters.age:
        age = AGES[filters.age]
        bound = first_id_at(now - age.time)
        from_id, before_id = (None, bound) if age.is_longer else (bound, None)
    return QueueFilter(
        sites=tuple(sites),
        state=State(filters.state) if filters.state in TABS else None,
        flag=FLAGGED.get(filters.state),
        thread_id=filters.thread or None,
        symbol=filters.symbol or None,
        author_ids=tuple(_some(filters.author)),
        language=filters.language or None,
        words=searched_words(filters.q),
        from_id=from_id,
        before_id=before_id,
        order=filters.order,
    )


def mark_of(filters: Filters) -> QueueMark | None:
    match = _MARK.fullmatch(filters.after)
    return QueueMark(_id(match[2]), int(match[1] or 0)) if match else None


def mark_text(mark: QueueMark, order: Order) -> str:
    return f"{mark.severity}.{mark.id}" if order is Order.SEVEREST else mark.id


def _some(text: str) -> list[str]:
    ids = text.split(",") if text else []
    if len(ids) > AUTHORS_MAX or not all(ids):
        raise NotFound
    return ids


def _order(text: str) -> Order:
    try:
        return Order(text or Order.OLDEST)
    except ValueError:
        raise NotFound from None


def _fits(text: str, pattern: re.Pattern[str]) -> str:
    if text and not pattern.fullmatch(text):
        raise NotFound
    return text


def _id(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        raise NotFound from None
