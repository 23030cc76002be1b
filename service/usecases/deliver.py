"""Deliver: put events up for whoever wants them, and send what is due, at least once and in order.

All that counts is in the store. An attempt that dies in the middle leaves a lease, after which
another one is made. An endpoint whose last answer was not a quick success has one attempt under way
at a time, and all such endpoints together have half of the places, so that the others do not wait.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.core.errors import OutboundFailed, OutboundRefused, SealBroken, VestibuleError
from service.core.outbound import Limits, OutboundResponse
from service.core.outside import Outbound
from service.core.ports import Clock, Store, Vault
from service.core.signing import key_of, signed
from service.core.webhooks import (
    ERROR_MAX_CHARS,
    Attempt,
    Delivery,
    Endpoint,
    failed,
    payload_of,
    secret_place,
)

TIMEOUT_SECONDS = 10.0
LEASE = timedelta(seconds=30)
ANSWER_MAX_BYTES = 64 * 1024
SPREAD_LIMIT = 500
AT_ONCE = 4
"""So many attempts at one endpoint run at a time, once it has answered quickly."""

QUICK_SECONDS = 2.0
_RETRY_AFTER_MAX_DIGITS = 6

log = logging.getLogger("vestibule.deliver")


@dataclass(slots=True)
class Deliver:
    """`chance` makes random numbers from 0 to 1; `monotonic` counts seconds."""

    store: Store
    outbound: Outbound
    vault: Vault
    clock: Clock
    monotonic: Callable[[], float]
    chance: Callable[[], float]
    _quick: set[str] = field(default_factory=set, init=False)

    def spread(self) -> None:
        """Put all events that are new up for delivery."""
        while True:
            with self.store.write() as tx:
                number = tx.spread(now=self.clock(), limit=SPREAD_LIMIT)
            if number < SPREAD_LIMIT:
                return

    def prune(self) -> None:
        with self.store.write() as tx:
            tx.prune_deliveries(now=self.clock())

    def take(
        self, under_way: Mapping[str, int], *, places: int
    ) -> Sequence[tuple[Endpoint, Delivery]]:
        """Claim what can be sent now, given how much is under way by endpoint, in all `places`."""
        now = self.clock()
        free = places - sum(under_way.values())
        if free <= 0:
            return []
        with self.store.read() as tx:
            endpoints = tx.endpoints_due(now=now)
            shares = self._shares(endpoints, under_way, places=places, now=now)
            chosen = [
                (endpoint, delivery)
                for endpoint in endpoints
                if shares[endpoint.id]
                for delivery in tx.deliveries_due(endpoint, now=now, limit=shares[endpoint.id])
            ]
        if not chosen:
            return []
        wanted = dict(_in_turns(chosen)[:free])
        with self.store.write() as tx:
            claimed = tx.claim(list(wanted), until=now + LEASE, now=now)
        by_key = {delivery.key: endpoint for delivery, endpoint in wanted.items()}
        return [(by_key[one.key], one) for one in claimed]

    def _shares(
        self,
        endpoints: Sequence[Endpoint],
        under_way: Mapping[str, int],
        *,
        places: int,
        now: datetime,
    ) -> Mapping[str, int]:
        """How many more attempts each endpoint may have now."""
        quick = [one for one in endpoints if self._is_quick(one)]
        others = [one for one in endpoints if not self._is_quick(one)]
        shares = {one.id: max(0, AT_ONCE - under_way.get(one.id, 0)) for one in quick}
        left = places // 2 - sum(n for one, n in under_way.items() if one not in self._quick)
        # Those that have not failed yet come first, then whoever waits longest.
        for one in sorted(others, key=lambda one: (one.failures, one.retry_at or now)):
            shares[one.id] = 1 if left > 0 and not under_way.get(one.id) else 0
            left -= shares[one.id]
        return shares

    def _is_quick(self, endpoint: Endpoint) -> bool:
        return endpoint.failures == 0 and endpoint.id in self._quick

    def send(self, endpoint: Endpoint, delivery: Delivery) -> Attempt:
        """Make a claimed delivery's attempt, and store what it came to."""
        started_at, started = self.clock(), self.monotonic()
        status: int | None = None
        wait: timedelta | None = None
        try:
            answer = self._post(endpoint, delivery)
        except (OutboundFailed, OutboundRefused, SealBroken) as error:
            problem = _shortened(error)
        else:
            status, wait = answer.status, _asked_wait(answer)
            problem = "" if answer.succeeded else f"It answered {status}."
        seconds = self.monotonic() - started
        attempt = Attempt(delivery.attempt, started_at, status, round(seconds * 1000), problem)
        if attempt.succeeded and seconds <= QUICK_SECONDS:
            self._quick.add(endpoint.id)
        else:
            self._quick.discard(endpoint.id)
        with self.store.write() as tx:
            if attempt.succeeded:
                tx.delivered(delivery, attempt)
            else:
                outcome = failed(
                    delivery,
                    # As it is now: others may have tried it, too.
                    tx.endpoint(endpoint.site_id, endpoint.id) or endpoint,
                    attempt,
                    now=self.clock(),
                    chance=self.chance(),
                    asked_wait=wait,
                )
                tx.not_delivered(delivery, attempt, outcome)
        if not attempt.succeeded:
            # Ids only: the address may hold a secret of whoever is told.
            log.info("event %s, endpoint %s: %s", delivery.key.event_id, endpoint.id, problem)
        return attempt

    def _post(self, endpoint: Endpoint, delivery: Delivery) -> OutboundResponse:
        now = self.clock()
        with self.store.read() as tx:
            told = tx.told(delivery)
        if told is None:
            raise OutboundFailed("What it tells of is not there any more.")
        body = payload_of(delivery, told, with_text=endpoint.with_text)
        place = secret_place(endpoint.id)
        headers = {"content-type": "application/json"}
        signatures = []
        for sealed in endpoint.secrets_at(now):
            key = key_of(self.vault.open(sealed, bound_to=place))
            made = signed(delivery.key.event_id, int(now.timestamp()), body, key=key)
            signatures.append(made["webhook-signature"])
            headers |= made
        headers["webhook-signature"] = " ".join(signatures)
        limits = Limits(timeout_seconds=TIMEOUT_SECONDS, max_bytes=ANSWER_MAX_BYTES)
        return self.outbound.request(
            "POST", endpoint.url, headers=headers, body=body, limits=limits
        )


def _in_turns(
    chosen: Sequence[tuple[Endpoint, Delivery]],
) -> Sequence[tuple[Delivery, Endpoint]]:
    """One of each endpoint, then the second of each, and so on."""
    turn: dict[str, int] = {}
    placed = []
    for endpoint, delivery in chosen:
        turn[endpoint.id] = turn.get(endpoint.id, 0) + 1
        placed.append((turn[endpoint.id], delivery, endpoint))
    return [(delivery, endpoint) for _, delivery, endpoint in sorted(placed, key=lambda p: p[0])]


def _shortened(error: VestibuleError) -> str:
    return (str(error) or error.title)[:ERROR_MAX_CHARS]


def _asked_wait(answer: OutboundResponse) -> timedelta | None:
    """Retry-After in seconds (RFC 9110, 10.2.3); a date is not looked at."""
    text = answer.headers.get("retry-after", "")
    if not (text.isascii() and text.isdigit() and len(text) <= _RETRY_AFTER_MAX_DIGITS):
        return None
    return timedelta(seconds=int(text))
