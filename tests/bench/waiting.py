"""A site with very many comments that wait for a moderator, written to the database directly."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from texts import author, text

from service.core.comment import Thread
from service.core.decisions import Actor
from service.core.desk_queue import first_id_at
from service.core.policy import decide, packaged_policy
from service.core.signals import Signal
from service.core.site import Site, SiteSettings
from service.core.states import State
from service.core.trace import trace_of, trace_to_data
from service.store.tables import comments, contacts, decisions, signals
from service.wiring import Services

THREADS = 50
AUTHORS = 2_000
TEXTS = 4_000
CHUNK = 1_000
SECONDS_APART = 20
COMMON, UNCOMMON, RARE = "MODEL_SPAM", "MANY_LINKS", "HELD_WORD"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What there is to ask for: `middle_id` is half-way down the queue."""

    site: Site
    thread_id: str
    author_id: str
    middle_id: str


def fill(services: Services, number: int) -> Waiting:
    """A site with `number` held comments, and a fifth as many that were approved."""
    site = services.add_site(
        f"site{number}", name="Site", origins=["https://news.example"], settings=SiteSettings()
    )
    now = services.clock()
    threads = []
    with services.store.write() as tx:
        for place in range(THREADS):
            url = f"https://news.example/{number}/{place}"
            one = Thread(services.new_id(), site.id, url, f"Story {place}", False, 1)
            threads.append(tx.add_thread(one, url, None, now=now).id)
    people = [services.new_id() for _ in range(AUTHORS)]
    with services.store.write() as tx:
        tx._connection.execute(
            insert(contacts), [_contact(services, site, *one) for one in enumerate(people)]
        )
    maker = _Maker(services, site, threads, people, total=number + number // 5)
    for start in range(0, maker.total, CHUNK):
        rows = [maker.row(place) for place in range(start, min(start + CHUNK, maker.total))]
        with services.store.write() as tx:
            tx._connection.execute(insert(comments), rows)
            tx._connection.execute(
                insert(signals), [one for row in rows for one in maker.signals(row)]
            )
            tx._connection.execute(insert(decisions), [maker.decision(row) for row in rows])
            tx.read_anew(site.id, [row["id"] for row in rows])
    with services.store.write() as tx:
        tx.settle_counts()
    return Waiting(site, threads[0], people[0], maker.ids[maker.total // 2])


def _contact(services: Services, site: Site, place: int, contact_id: str) -> dict[str, Any]:
    _, email = author(place)
    return {
        "site_id": site.id,
        "id": contact_id,
        "email_index": services.vault.email_indexes(email, scope=site.id)[0],
        "email_sealed": services.vault.seal(email, bound_to=f"{site.id}/{contact_id}/email"),
        "avatar_id": "a" * 32,
        "created_at": services.clock(),
    }


class _Maker:
    """Rows of comments that have come one after the other, until now."""

    def __init__(
        self, services: Services, site: Site, threads: list[str], people: list[str], *, total: int
    ) -> None:
        self.total = total
        self.ids: list[str] = []
        self._services, self._site = services, site
        self._threads, self._people = threads, people
        self._texts = [text(number) for number in range(min(TEXTS, total))]
        self._chance = random.Random(total)
        self._begin = services.clock() - timedelta(seconds=SECONDS_APART * total)
        seen = [Signal(COMMON, 0.6, "odds 2 to 1", spans=((0, 5),)), Signal(UNCOMMON)]
        policy = packaged_policy()
        self._trace = trace_to_data(
            trace_of(decide(seen, policy), policy, versions={"vestibule": "0"}, input_hash="0" * 32)
        )

    def row(self, place: int) -> dict[str, Any]:
        at = self._begin + timedelta(seconds=SECONDS_APART * place)
        # A UUIDv7 of that moment, with digits of its own.
        id_ = first_id_at(at)[:24] + f"{place:012x}"
        self.ids.append(id_)
        chance = self._chance
        parent = self.ids[place - 1] if place % 4 == 3 else None
        return {
            "site_id": self._site.id,
            "id": id_,
            "thread_id": self._threads[place % THREADS],
            "parent_id": parent,
            "root_id": id_,
            "path": UUID(id_).bytes,
            "contact_id": self._people[chance.randrange(AUTHORS)],
            "author_name": author(place % AUTHORS)[0],
            "author_url": None,
            "content": f"{self._texts[place % len(self._texts)]} Number {place}.",
            "ip_hash": b"i" * 16,
            "network_hash": b"n" * 16,
            "network_sealed": self._services.vault.seal(
                "198.51.100.0/24", bound_to=f"{id_}/network"
            ),
            "facts": {
                "token": "valid",
                "token_age": 9,
                "honeypot": False,
                "origin": True,
                "rate": True,
            },
            "state": State.APPROVED if place % 6 == 5 else State.HELD,
            "version": 2,
            "live": 0,
            "attempt": 1,
            "severity": chance.randrange(1_000),
            "language": "fr" if place % 100 == 0 else "de" if place % 10 == 0 else "en",
            "created_at": at,
            "decided_at": at,
        }

    def signals(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        place = int(row["id"][-12:], 16)
        for symbol, every in ((COMMON, 1), (UNCOMMON, 20), (RARE, 1_000)):
            if place % every == 0:
                yield {
                    "site_id": row["site_id"],
                    "comment_id": row["id"],
                    "revision": 0,
                    "symbol": symbol,
                    "strength": 0.6,
                    "family": "spam",
                    "points": 1.5,
                    "shadow": False,
                    "detail": "odds 2 to 1",
                    "spans": [[0, 5]],
                }

    def decision(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "site_id": row["site_id"],
            "id": row["id"],
            "comment_id": row["id"],
            "revision": 0,
            "from_state": State.PENDING,
            "to_state": row["state"],
            "actor": Actor.CHECKS,
            "moderator_id": None,
            "at": row["created_at"],
            "spam": row["severity"] / 1_000,
            "abuse": 0.01,
            "trace": self._trace,
            "policy_version": "2",
            "note": "",
        }
