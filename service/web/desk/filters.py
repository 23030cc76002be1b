"""What the queue is narrowed down to, as it stands in an address and in the forms of its cards."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from service.core.errors import NotFound
from service.core.states import State
from service.web.desk.finding import read_mark

QUERY_MAX_CHARS = 2_000
TABS = (State.HELD, State.PENDING, State.SPAM, State.REJECTED, State.APPROVED, State.DELETED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address asks of the queue. `after` is where the page begins."""

    state: State = State.HELD
    after: str | None = None

    @property
    def arguments(self) -> dict[str, str]:
        """For `url_for`: what differs from the queue as it opens."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: str(value)
            for name, value in found.items()
            if value is not None and (value != getattr(_PLAIN, name) or name == "state")
        }

    @property
    def query(self) -> str:
        """As forms carry it in their field `back`."""
        return urlencode(self.arguments)


_PLAIN = Filters()


def queue_address(filters: Filters, **more: str) -> str:
    """The queue as these filters show it; `more` stands in the address, too."""
    arguments: dict[str, Any] = {**filters.arguments, **more}
    return url_for("desk.show_queue", **arguments)


def read_filters(given: Mapping[str, str]) -> Filters:
    """Raises `NotFound` for what no link of the desk says."""
    state = given.get("state", State.HELD)
    if state not in TABS:
        raise NotFound
    return Filters(State(state), read_mark(given.get("after")))


def read_back(query: str) -> Filters | None:
    """Where a card's form leads back to: a page of the queue, or None for the comment's record."""
    if not query:
        return None
    if len(query) > QUERY_MAX_CHARS:
        raise NotFound
    return read_filters(dict(parse_qsl(query, max_num_fields=20)))
