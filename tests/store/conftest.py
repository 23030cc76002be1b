"""Stores to test on, and short ways to fill them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from verdicts import verdict

from service.core.comment import DoorFacts, NewComment, NewContact, Thread
from service.core.decisions import Actor, Decision, Screening
from service.core.policy import Contribution
from service.core.records import WorkItem
from service.core.rules import Family
from service.core.signals import Signal
from service.core.site import Site, SiteSettings
from service.core.states import State
from service.store import SqlStore
from service.wiring import new_id

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    made = SqlStore(database_url)
    yield made
    made.close()


@dataclass
class World:
    """A site with a thread, and verbs that move comments through it."""

    store: SqlStore
    site: Site
    thread: Thread
    now: datetime = NOW
    paths: dict[str, bytes] = field(default_factory=dict)

    def add(self, text: str = "hello", *, parent: str | None = None, **changes) -> str:
        comment_id = new_id()
        self.paths[comment_id] = (self.paths[parent] if parent else b"") + UUID(comment_id).bytes
        comment = NewComment(
            id=comment_id,
            site_id=self.site.id,
            thread_id=self.thread.id,
            parent_id=parent,
            path=self.paths[comment_id],
            contact_id=None,
            author_name="Ada",
            author_url=None,
            content=text,
            ip_hash=b"i" * 16,
            network_hash=b"n" * 16,
            network_sealed=b"s",
            facts=DoorFacts(),
            created_at=self.now,
        )
        with self.store.write() as tx:
            tx.add_comments([replace(comment, **changes)])
        return comment_id

    def item(self, comment_id: str) -> WorkItem:
        return WorkItem(self.site.id, comment_id)

    def lease(self, *ids: str, at: datetime | None = None, seconds: int = 10):
        at = at or self.now
        with self.store.write() as tx:
            return tx.lease(
                [self.item(one) for one in ids], until=at + timedelta(seconds=seconds), now=at
            )

    def screening(self, draft, state: State, *symbols: str) -> Screening:
        parts = [
            Contribution(Signal(symbol, 0.5), 1.25, "Because.", Family.SPAM) for symbol in symbols
        ]
        return Screening(draft.id, draft.site_id, draft.attempt, verdict(state, parts))

    def conclude(self, drafts, state: State, *symbols: str):
        with self.store.write() as tx:
            return tx.conclude(
                [self.screening(draft, state, *symbols) for draft in drafts],
                now=self.now,
                new_id=new_id,
            )

    def conclude_revisions(self, drafts, state: State, *symbols: str):
        found = [
            replace(self.screening(draft, state, *symbols), revision=draft.revision)
            for draft in drafts
        ]
        with self.store.write() as tx:
            return tx.conclude(found, now=self.now, new_id=new_id)

    def add_decided(self, state: State, text: str = "hello", *, parent: str | None = None) -> str:
        comment_id = self.add(text, parent=parent)
        self.conclude(self.lease(comment_id), state)
        return comment_id

    def move(self, comment_id: str, to: State, *, version: int | None = None) -> bool:
        with self.store.write() as tx:
            head = tx.head(self.site.id, comment_id)
            if version is not None:
                head = replace(head, version=version)
            return tx.move(
                head,
                Decision(
                    id=new_id(),
                    comment_id=comment_id,
                    site_id=self.site.id,
                    from_state=head.state,
                    to_state=to,
                    actor=Actor.MODERATOR,
                    moderator_id=None,
                    at=self.now,
                ),
            )

    def state(self, comment_id: str) -> State | None:
        with self.store.read() as tx:
            return tx.comment_state(self.site.id, comment_id)

    def position(self):
        with self.store.read() as tx:
            return tx.thread_position(self.site.slug, "news.example/a", None)

    def page(self, *, newest_first: bool = False, after=None, limit: int = 100):
        with self.store.read() as tx:
            return tx.thread_page(self.thread, newest_first=newest_first, after=after, limit=limit)

    def contact(self, index: bytes = b"x" * 16) -> str:
        contact_id = new_id()
        with self.store.write() as tx:
            tx.add_comments(
                [], [NewContact(contact_id, self.site.id, index, b"sealed", "a" * 32, self.now)]
            )
            name = (self.site.id, index)
            return tx.receive([], [], [name]).contact_ids[name]


def make_site(store: SqlStore, slug: str = "news") -> Site:
    site = Site(
        id=new_id(),
        slug=slug,
        name=slug.title(),
        origins=("https://news.example",),
        settings=SiteSettings(reserved_names=("pear",)),
        version=1,
    )
    with store.write() as tx:
        assert tx.add_site(site, now=NOW)
    return site


@pytest.fixture
def world(store: SqlStore) -> World:
    site = make_site(store)
    thread = Thread(new_id(), site.id, "https://news.example/a", "A", False, 1)
    with store.write() as tx:
        thread = tx.add_thread(thread, "news.example/a", None, now=NOW)
    return World(store, site, thread)
