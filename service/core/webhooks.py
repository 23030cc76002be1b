"""Webhooks: who is told of events, what they are told, and what became of each attempt.

What is told is built here and nowhere else, from the fields that stand in `payload_of`: there is no
way for an e-mail address or an IP address of somebody who comments to get in. Signatures are those
of Standard Webhooks, see `core.signing`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.core.addresses import without_addresses
from service.core.events import EVENTS, Event

ENDPOINTS_MAX = 20
"""So many a site may have."""

URL_MAX_CHARS = 2_000
RETRY_AFTER = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 64_800, 75_600)
)
"""How long after each failed attempt the next one is made, before jitter: close to three days."""

GIVE_UP_AFTER = timedelta(days=3, hours=6)
"""However few attempts there were, what is older than this is dead."""

JITTER = 0.1
"""A wait is longer by up to this share of it, so that those who failed together come apart."""

RETRY_AFTER_MAX = timedelta(days=1)
"""No answer's own Retry-After puts the next attempt off for longer."""

PAUSE_FAILURES = 3
PAUSE = timedelta(seconds=30)
PAUSE_MAX = timedelta(minutes=10)
ROTATION_OVERLAP = timedelta(hours=24)
ERROR_MAX_CHARS = 200


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Disabled(StrEnum):
    """Why an endpoint gets nothing."""

    BY_HAND = "by hand"
    GONE = "gone"
    """It said itself, with 410, that it is not there any more."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Who is told. The secrets are sealed, bound to `secret_place`; `events` is empty for all.

    `failures` counts those in a row; while it is at least `PAUSE_FAILURES` nothing but one attempt
    at a time is made, and none before `retry_at`. With `with_text` the texts of approved comments
    are told as well.
    """

    id: str
    site_id: str
    url: str
    events: tuple[str, ...]
    with_text: bool
    secret_sealed: bytes = field(repr=False)
    former_sealed: bytes | None = field(default=None, repr=False)
    former_until: datetime | None = None
    disabled: Disabled | None = None
    failures: int = 0
    retry_at: datetime | None = None
    created_at: datetime | None = None

    def wants(self, event: Event) -> bool:
        """Whether an event is to be told here: one of its kinds, and from after it was added."""
        return (
            self.disabled is None
            and event.name in EVENTS
            and (not self.events or event.name in self.events)
            and (self.created_at is None or event.at >= self.created_at)
        )

    def secrets_at(self, now: datetime) -> Sequence[bytes]:
        """The sealed secrets to sign with: the current one, and during a rotation the former."""
        if self.former_sealed is None or self.former_until is None or self.former_until <= now:
            return [self.secret_sealed]
        return [self.secret_sealed, self.former_sealed]


def secret_place(endpoint_id: str) -> str:
    """What an endpoint's secrets are bound to when they are sealed."""
    return f"webhook/{endpoint_id}/secret"


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    site_id: str
    endpoint_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint.

    `attempt` counts all attempts and fences them: what an attempt comes to is stored only while it
    is the latest. `tries` and `since` begin anew with a replay.
    """

    key: DeliveryKey
    event: str
    comment_id: str | None
    at: datetime
    state: DeliveryState
    attempt: int
    tries: int
    since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt came to. `status` is None where there was no answer; `error` is our own text.

    Nothing of an answer's body is kept.
    """

    number: int
    at: datetime
    status: int | None
    milliseconds: int
    error: str = ""

    @property
    def succeeded(self) -> bool:
        return not self.error


@dataclass(frozen=True, slots=True)
class Failed:
    """What follows from a failed attempt: another one later, or none (`retry_at` is None)."""

    retry_at: datetime | None
    endpoint_retry_at: datetime | None
    gone: bool = False


def failed(
    delivery: Delivery,
    endpoint: Endpoint,
    attempt: Attempt,
    *,
    now: datetime,
    chance: float,
    asked_wait: timedelta | None = None,
) -> Failed:
    """`chance` is a random number from 0 to 1; `asked_wait` what the answer asked for."""
    pause = None
    if endpoint.failures + 1 >= PAUSE_FAILURES:
        doublings = min(endpoint.failures + 1 - PAUSE_FAILURES, 10)
        pause = now + min(PAUSE * 2**doublings, PAUSE_MAX) * (1 + JITTER * chance)
    if attempt.status == 410:  # noqa: PLR2004 (Gone)
        return Failed(None, None, gone=True)
    if delivery.tries > len(RETRY_AFTER) or now >= delivery.since + GIVE_UP_AFTER:
        return Failed(None, pause)
    wait = RETRY_AFTER[max(delivery.tries, 1) - 1] * (1 + JITTER * chance)
    if asked_wait is not None:
        asked = min(asked_wait, RETRY_AFTER_MAX)
        wait = max(wait, asked)
        pause = max(pause or now, now + asked)
    return Failed(now + wait, pause)


@dataclass(frozen=True, slots=True)
class Told:
    """What of an event may be told; read when it is sent, so that nothing erased is."""

    site: str
    comment_id: str | None
    thread_id: str | None = None
    thread_url: str | None = None
    parent_id: str | None = None
    created_at: datetime | None = None
    is_public: bool = False
    author_name: str = field(default="", repr=False)
    content: str = field(default="", repr=False)
    from_state: str | None = None
    to_state: str | None = None
    actor: str | None = None
    reason: str = ""
    revision: int = 0


def payload_of(delivery: Delivery, told: Told, *, with_text: bool) -> bytes:
    """The body of a request, as docs/webhooks.md has it. JSON in ASCII."""
    data: dict[str, object] = {"site": told.site}
    if told.comment_id is not None:
        comment: dict[str, object] = {
            "id": told.comment_id,
            "parent_id": told.parent_id,
            "thread": {
                "id": told.thread_id,
                "url": without_addresses(told.thread_url) if told.thread_url else None,
            },
            "created_at": _time(told.created_at) if told.created_at else None,
        }
        if with_text and told.is_public:
            comment["author_name"] = without_addresses(told.author_name)
            comment["content"] = without_addresses(told.content)
        data["comment"] = comment
    if told.to_state is not None:
        decision: dict[str, object] = {
            "from": told.from_state,
            "to": told.to_state,
            "by": told.actor,
        }
        if told.reason:
            decision["reason"] = told.reason
        if told.revision:
            decision["revision"] = told.revision
        data["decision"] = decision
    elif told.reason:
        data["report"] = {"reason": told.reason}
    whole = {"type": delivery.event, "timestamp": _time(delivery.at), "data": data}
    return json.dumps(whole, separators=(",", ":")).encode("ascii")


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class WebhookReads(Protocol):
    def endpoints(self, site_ids: Collection[str]) -> Sequence[Endpoint]: ...
    def endpoint(self, site_id: str, endpoint_id: str) -> Endpoint | None: ...
    def deliveries(
        self,
        endpoint: Endpoint,
        *,
        state: DeliveryState | None,
        before: str | None,
        limit: int,
    ) -> Sequence[tuple[Delivery, Attempt | None]]:
        """Newest event first, before an event's id; with each its latest attempt."""
        ...

    def delivery(self, key: DeliveryKey) -> tuple[Delivery, Sequence[Attempt]] | None: ...
    def delivery_counts(self, site_id: str) -> Mapping[str, Mapping[DeliveryState, int]]:
        """By endpoint how many wait and how many are dead; each counted up to some thousand."""
        ...

    def endpoints_due(self, *, now: datetime) -> Sequence[Endpoint]:
        """Those for which something can be sent now."""
        ...

    def deliveries_due(
        self, endpoint: Endpoint, *, now: datetime, limit: int
    ) -> Sequence[Delivery]:
        """What can be sent now, oldest first; of each comment at most its first that waits."""
        ...

    def told(self, delivery: Delivery) -> Told | None:
        """None if site or comment are not there any more."""
        ...


class WebhookWrites(WebhookReads, Protocol):
    def add_endpoint(self, endpoint: Endpoint) -> None: ...
    def change_endpoint(self, endpoint: Endpoint) -> bool:
        """Store address, events, secrets and whether it is disabled; False if it is gone."""
        ...

    def remove_endpoint(self, endpoint: Endpoint) -> bool:
        """With all that was on its way to it; False if it is gone already."""
        ...

    def spread(self, *, now: datetime, limit: int) -> int:
        """Put events that are new up for delivery to whoever wants them; how many events."""
        ...

    def add_delivery(self, delivery: Delivery) -> None: ...
    def claim(
        self, wanted: Sequence[Delivery], *, until: datetime, now: datetime
    ) -> Sequence[Delivery]:
        """Those that nobody else has taken meanwhile, each with its attempt counted."""
        ...

    def delivered(self, delivery: Delivery, attempt: Attempt) -> bool:
        """Store a success if the attempt still is the latest."""
        ...

    def not_delivered(self, delivery: Delivery, attempt: Attempt, outcome: Failed) -> bool:
        """Store a failure and what follows from it, if the attempt still is the latest."""
        ...

    def replay(
        self, endpoint: Endpoint, event_ids: Collection[str] | None, *, now: datetime
    ) -> int:
        """Put dead deliveries up again, all of them or those named; how many."""
        ...

    def prune_deliveries(self, *, now: datetime) -> None:
        """Give up what is too old, and forget what has been settled for long."""
        ...
