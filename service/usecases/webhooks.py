"""Webhooks: add, change, try and remove endpoints, change their secrets, replay what is dead."""

import base64
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from service.core.addresses import without_addresses
from service.core.audit import Doer, Entry, Event
from service.core.errors import (
    Conflict,
    FieldProblem,
    InvalidSubmission,
    InvalidURL,
    NotFound,
)
from service.core.events import EVENTS, TEST_EVENT, Bell
from service.core.ports import Clock, NewId, Store, Vault, Writes
from service.core.signing import PREFIX
from service.core.urls import origin_of
from service.core.webhooks import (
    ENDPOINTS_MAX,
    ROTATION_OVERLAP,
    URL_MAX_CHARS,
    Attempt,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Disabled,
    Endpoint,
    secret_place,
)
from service.usecases.deliver import LEASE, Deliver

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Wish:
    """What an endpoint is to be. `events` empty stands for all."""

    url: str
    events: tuple[str, ...] = ()
    with_text: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """An endpoint with its secret, which is shown now and never again."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What is done to an endpoint is recorded. Raises `NotFound` for one that the site has not."""

    store: Store
    vault: Vault
    deliver: Deliver
    bell: Bell
    clock: Clock
    new_id: NewId

    def add(self, site_id: str, wish: Wish, *, by: Doer) -> Made:
        """Raises `InvalidSubmission` for what cannot be used, `Conflict` where there are many."""
        wish = _checked(wish)
        endpoint_id, secret, now = self.new_id(), _new_secret(), self.clock()
        endpoint = Endpoint(
            id=endpoint_id,
            site_id=site_id,
            url=wish.url,
            events=wish.events,
            with_text=wish.with_text,
            secret_sealed=self.vault.seal(secret, bound_to=secret_place(endpoint_id)),
            created_at=now,
        )
        with self.store.write() as tx:
            if site_id not in tx.sites_by_id([site_id]):
                raise NotFound
            if len(tx.endpoints([site_id])) >= ENDPOINTS_MAX:
                raise Conflict(f"A site has at most {ENDPOINTS_MAX} webhooks.")
            tx.add_endpoint(endpoint)
            self._record(tx, endpoint, by, {"done": "added", **_shown(endpoint)})
        return Made(endpoint, secret)

    def change(self, site_id: str, endpoint_id: str, wish: Wish, *, by: Doer) -> Endpoint:
        wish = _checked(wish)
        return self._change(
            site_id,
            endpoint_id,
            "changed",
            by=by,
            url=wish.url,
            events=wish.events,
            with_text=wish.with_text,
        )

    def pause(self, site_id: str, endpoint_id: str, *, by: Doer) -> Endpoint:
        """Tell it nothing more. What happens meanwhile is not told later either."""
        return self._change(site_id, endpoint_id, "paused", by=by, disabled=Disabled.BY_HAND)

    def resume(self, site_id: str, endpoint_id: str, *, by: Doer) -> Endpoint:
        """Go on, at once, also after a pause of the service's own making."""
        changes = {"disabled": None, "failures": 0, "retry_at": None}
        endpoint = self._change(site_id, endpoint_id, "resumed", by=by, **changes)
        self.bell.ring()
        return endpoint

    def rotate(self, site_id: str, endpoint_id: str, *, by: Doer) -> Made:
        """A new secret. For a day the former one signs as well, so that nothing is refused."""
        secret, now = _new_secret(), self.clock()
        with self.store.write() as tx:
            before = _found(tx, site_id, endpoint_id)
            endpoint = replace(
                before,
                secret_sealed=self.vault.seal(secret, bound_to=secret_place(endpoint_id)),
                former_sealed=before.secret_sealed,
                former_until=now + ROTATION_OVERLAP,
            )
            tx.change_endpoint(endpoint)
            self._record(tx, endpoint, by, {"done": "secret changed"})
        return Made(endpoint, secret)

    def remove(self, site_id: str, endpoint_id: str, *, by: Doer) -> None:
        """With all that was on its way to it."""
        with self.store.write() as tx:
            endpoint = _found(tx, site_id, endpoint_id)
            tx.remove_endpoint(endpoint)
            self._record(tx, endpoint, by, {"done": "removed", **_shown(endpoint)})

    def test(self, site_id: str, endpoint_id: str) -> Attempt:
        """Send an event that says nothing, now, and wait for what comes of it."""
        now = self.clock()
        delivery = Delivery(
            key=DeliveryKey(site_id, endpoint_id, self.new_id()),
            event=TEST_EVENT,
            comment_id=None,
            at=now,
            state=DeliveryState.WAITING,
            attempt=0,
            tries=0,
            since=now,
            due_at=now,
        )
        with self.store.write() as tx:
            endpoint = _found(tx, site_id, endpoint_id)
            tx.add_delivery(delivery)
            # In the same transaction, so that nobody else takes it.
            (claimed,) = tx.claim([delivery], until=now + LEASE, now=now)
        return self.deliver.send(endpoint, claimed)

    def replay(
        self, site_id: str, endpoint_id: str, event_ids: Collection[str] | None, *, by: Doer
    ) -> int:
        """Put dead deliveries up again, all or those named; how many there were."""
        with self.store.write() as tx:
            endpoint = _found(tx, site_id, endpoint_id)
            number = tx.replay(endpoint, event_ids, now=self.clock())
            if number:
                self._record(tx, endpoint, by, {"done": "replayed", "deliveries": number})
        self.bell.ring()
        return number

    def _change(
        self, site_id: str, endpoint_id: str, what: str, *, by: Doer, **changes: object
    ) -> Endpoint:
        with self.store.write() as tx:
            before = _found(tx, site_id, endpoint_id)
            endpoint: Endpoint = replace(before, **changes)  # type: ignore[arg-type]
            tx.change_endpoint(endpoint)
            self._record(tx, endpoint, by, {"done": what, **_shown(endpoint)})
        return endpoint

    def _record(
        self, tx: Writes, endpoint: Endpoint, by: Doer, details: Mapping[str, object]
    ) -> None:
        tx.record(
            Entry(endpoint.site_id, Event.WEBHOOK_CHANGED, by, self.clock(), endpoint.id, details)
        )


def _found(tx: Writes, site_id: str, endpoint_id: str) -> Endpoint:
    endpoint = tx.endpoint(site_id, endpoint_id)
    if endpoint is None:
        raise NotFound("There is no such webhook at this site.")
    return endpoint


def _shown(endpoint: Endpoint) -> Mapping[str, object]:
    """What the record keeps of an endpoint: its origin, since its path may hold a secret."""
    return {
        "origin": origin_of(endpoint.url),
        "events": endpoint.events or "all",
        "with_text": endpoint.with_text,
        "disabled": endpoint.disabled or "",
    }


def _checked(wish: Wish) -> Wish:
    problems = []
    url = wish.url.strip()
    try:
        origin_of(url)
    except InvalidURL as error:
        problems.append(FieldProblem("/url", "invalid_url", str(error)))
    if len(url) > URL_MAX_CHARS or without_addresses(url) != url:
        problems.append(
            FieldProblem(
                "/url",
                "invalid_url",
                "It is too long, or there is an e-mail address in it.",
            )
        )
    if not set(wish.events) <= set(EVENTS):
        problems.append(
            FieldProblem("/events", "unknown_event", "One of the events is none that there is.")
        )
    if problems:
        raise InvalidSubmission(*problems)
    return replace(wish, url=url, events=tuple(one for one in EVENTS if one in wish.events))


def _new_secret() -> str:
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode("ascii")
