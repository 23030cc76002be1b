"""Two sites whose events are told, receivers that are real servers, and a courier in hand."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook
from strangers import Answer, Seen, Server, say, serving
from verdicts import verdict

from service import wiring
from service.core.audit import BY_OPERATOR
from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.decisions import Action, Screening
from service.core.people import Membership, Moderator, Role
from service.core.records import WorkItem
from service.core.site import Site, SiteSettings
from service.core.states import State
from service.core.webhooks import DeliveryKey
from service.running.courier import PLACES, deliver_until
from service.usecases.moderate import Judgement
from service.usecases.webhooks import Wish
from service.wiring import Services

ADDRESS = "jane.reader@example.org"
IP = "198.51.100.23"


@pytest.fixture
def services(settings, database_url, redis_url) -> Iterator[Services]:
    """May reach receivers on this machine, at any port a test can be given."""
    built = wiring.build(reaching(settings, database_url, redis_url))
    yield built
    built.close()


def reaching(settings, database_url, redis_url):
    made = settings(
        database_url=database_url,
        redis_url=redis_url,
        outbound_networks="127.0.0.0/8",
        rate_network_per_minute=1_000_000,
    )
    return replace(made, outbound_ports=frozenset(range(1, 65_536)))


@dataclass
class Teller:
    """A site, its receivers, and what is done to its comments."""

    services: Services
    site: Site
    ids: list[str] = field(default_factory=list)

    def add(self, server: Server, path: str = "/hook", **wish) -> tuple[str, str]:
        """An endpoint's id and its secret."""
        made = self.services.delivering.webhooks.add(
            self.site.id, Wish(f"{server.url}{path}", **wish), by=BY_OPERATOR
        )
        return made.endpoint.id, made.secret

    def comment(self, content: str = "Hello.", *, state: State = State.HELD) -> str:
        receipt = self.services.submit(
            Submission(
                site=self.site,
                thread=ThreadRef(f"{self.site.origins[0]}/story?mail={ADDRESS}", title="A story"),
                content=content,
                author_name="Jane",
                author_email=ADDRESS,
                author_url=None,
                parent_id=None,
                ip=IP,
                facts=DoorFacts(),
            )
        )
        now = self.services.clock()
        with self.services.store.write() as tx:
            (draft,) = tx.lease([WorkItem(self.site.id, receipt.comment_id)], until=now, now=now)
            tx.conclude(
                [Screening(draft.id, self.site.id, draft.attempt, verdict(state))],
                now=now,
                new_id=self.services.new_id,
            )
        return receipt.comment_id

    def decide(self, comment_id: str, action: Action) -> None:
        with self.services.store.read() as tx:
            head = tx.head(self.site.id, comment_id)
        ada = Moderator(self.services.new_id(), "Ada", (Membership(Role.ADMIN),))
        self.services.decide(
            Judgement(self.site.id, comment_id, action, seen_version=head.version), ada
        )

    def deliver(self) -> int:
        """Spread and send, one after the other, until nothing is due; how many were sent."""
        deliver = self.services.delivering.deliver
        deliver.spread()
        sent = 0
        while taken := deliver.take({}, places=PLACES):
            for endpoint, delivery in taken:
                deliver.send(endpoint, delivery)
                sent += 1
        return sent

    def log(self, endpoint_id: str):
        """Of each event what it is, how it stands, and what its attempts came to; oldest first."""
        with self.services.store.read() as tx:
            endpoint = tx.endpoint(self.site.id, endpoint_id)
            rows = tx.deliveries(endpoint, state=None, before=None, limit=1000)
            found = [tx.delivery(one.key) for one, _ in reversed(rows)]
        return [
            (one.event, one.state.value, [each.status for each in attempts])
            for one, attempts in found
        ]

    def endpoint(self, endpoint_id: str):
        with self.services.store.read() as tx:
            return tx.endpoint(self.site.id, endpoint_id)

    def make_due(self, endpoint_id: str | None = None) -> None:
        """Let all waiting be over: for the next attempts, the leases, and the endpoints' pauses."""
        from sqlalchemy import text

        store = self.services.store
        with store._database.write() as connection:
            connection.execute(text("UPDATE deliveries SET due_at = since, lease_until = NULL"))
            connection.execute(text("UPDATE webhook_endpoints SET retry_at = NULL"))

    def key(self, endpoint_id: str, seen: Seen) -> DeliveryKey:
        return DeliveryKey(self.site.id, endpoint_id, seen.headers["webhook-id"])


@pytest.fixture
def teller(services: Services) -> Teller:
    site = services.add_site(
        "news", name="News", origins=["https://news.example"], settings=SiteSettings()
    )
    return Teller(services, site)


@pytest.fixture
def receiver() -> Iterator[Server]:
    with serving(say(204)) as server:
        yield server


def told(server: Server) -> list[str]:
    """The events that arrived, in order."""
    return [json.loads(one.body)["type"] for one in server.seen]


def verified(secret: str, seen: Seen) -> dict:
    """The payload, if its signature is right by the specification's own library."""
    return Webhook(secret).verify(seen.body, seen.headers)


@contextmanager
def courier(services_of: Callable[[], Services]) -> Iterator[None]:
    """The courier's own loop, in a thread."""
    stop = threading.Event()
    running = threading.Thread(target=deliver_until, args=(stop, services_of))
    running.start()
    try:
        yield
    finally:
        stop.set()
        running.join()


def by_turns(*answers: Answer) -> Answer:
    """Answers one after the other; the last one stays."""
    left = list(answers)
    lock = threading.Lock()

    def answer(handler) -> None:
        with lock:
            now = left.pop(0) if len(left) > 1 else left[0]
        now(handler)

    return answer


NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
