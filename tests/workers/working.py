"""Runs a worker process for tests, and puts comments in front of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from running import clean_environment, wait_until
from sqlalchemy import create_engine, text, update

from service.core.audit import BY_OPERATOR
from service.core.comment import DoorFacts, Submission, ThreadRef, TokenFact, TokenState
from service.core.decisions import Decision
from service.core.lists import Effect, EntryKind, ListEntry
from service.core.records import QueuedComment, WorkItem
from service.core.site import Site, SiteSettings
from service.core.states import State
from service.running.processes import guarded
from service.store.tables import comments
from service.usecases.listing.edit import NewEntry
from service.wiring import Services

RUN = """
import logging, sys
from service import settings, wiring
from workers.main import run
logging.basicConfig(level="INFO", format="%(levelname)s %(name)s: %(message)s")
wiring.SCREENER = sys.argv[1]
run(settings.load())
"""

FRIENDLY = "Thanks for this article. My grandmother baked the same bread, but with more caraway."


class WorkerProcess:
    """A worker as an installation runs it, or one with other checks."""

    def __init__(self, log: Path, services: Services, screener: str) -> None:
        self._log = log
        self._services = services
        settings = services.settings
        environment = clean_environment(
            VESTIBULE_DATABASE_URL=settings.database_url,
            VESTIBULE_REDIS_URL=settings.redis_url,
            VESTIBULE_SECRET_KEY=settings.secret_key,
            PYTHONPATH=os.pathsep.join(["", str(Path(__file__).parent)]),
        )
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                guarded([sys.executable, "-c", RUN, screener]),
                env=environment, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip
        wait_until(self.is_seen, what=self.log)

    def is_seen(self) -> bool:
        assert self.process.poll() is None, self.log()
        return self._services.queue.is_served(self._services.clock())

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def running_worker(
    log: Path, services: Services, screener: str = "workers.pipeline:build_screener"
) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(log, services, screener)
    try:
        yield worker
    finally:
        worker.end()


class Visitors:
    """Posts comments on a site of its own, and looks up what became of them."""

    def __init__(self, services: Services, **settings: Any) -> None:
        self.services = services
        self.site: Site = services.add_site(
            "news", name="News", origins=["https://news.example"], settings=SiteSettings(**settings)
        )

    def post(self, content: str = FRIENDLY, **given: Any) -> str:
        """The id of a clean comment, of which keywords change fields. It waits in the queue."""
        facts = DoorFacts(token=TokenFact(TokenState.VALID, 42.0), origin_given=True)
        submission = Submission(
            site=self.site,
            thread=ThreadRef("https://news.example/bread", title="Bread"),
            content=content,
            author_name="Erika",
            author_email="erika@news.example",
            author_url=None,
            parent_id=None,
            ip="198.51.100.23",
            facts=facts,
        )
        return self.services.submit(replace(submission, **given)).comment_id

    def enlist(self, kind: EntryKind, effect: Effect, value: str, **given: Any) -> ListEntry:
        """Put something on the site's lists, or on those of `site_id`."""
        site_id = given.pop("site_id", self.site.id)
        new = NewEntry(kind, effect, value, **given)
        return self.services.lists.edit.add(site_id, [new], BY_OPERATOR).entries[0]

    def page(self, number: int) -> ThreadRef:
        return ThreadRef(f"https://news.example/page/{number}", title=f"Page {number}")

    def age(self, by: timedelta, comment_id: str) -> None:
        """As if a comment had come so much earlier."""
        shown = self.shown(comment_id)
        with self.services.store.write() as tx:
            tx._connection.execute(
                update(comments).where(comments.c.id == comment_id)
                .values(created_at=shown.created_at - by)
            )  # fmt: skip

    def post_all(self, contents: list[str]) -> list[str]:
        """Comments of as many people, each on a network of their own."""
        return [
            self.post(text, author_email=f"reader{place}@news.example", ip=f"198.51.{place}.23")
            for place, text in enumerate(contents)
        ]

    def item(self, comment_id: str) -> WorkItem:
        return WorkItem(self.site.id, comment_id)

    def items(self, ids: list[str]) -> list[WorkItem]:
        return [self.item(one) for one in ids]

    def states(self, ids: list[str]) -> list[State | None]:
        with self.services.store.read() as tx:
            return [tx.comment_state(self.site.id, one) for one in ids]

    def state(self, comment_id: str) -> State | None:
        return self.states([comment_id])[0]

    def decisions(self, comment_id: str) -> list[Decision]:
        with self.services.store.read() as tx:
            return list(tx.decisions(self.site.id, comment_id))

    def shown(self, comment_id: str) -> QueuedComment:
        """The comment as the desk shows it."""
        with self.services.store.read() as tx:
            found = tx.queued(self.site, comment_id)
        assert found is not None
        return found

    def signals(self, comment_id: str) -> dict[str, str]:
        """What the checks saw, with its detail."""
        return {
            one.signal.symbol: one.signal.detail for one in self.shown(comment_id).contributions
        }


def run_sql(services: Services, statement: str, **values: Any) -> int:
    """One statement beside the service's own connections; how many rows it met."""
    engine = create_engine(services.settings.database_url, hide_parameters=True)
    try:
        with engine.begin() as connection:
            return connection.execute(text(statement), values).rowcount
    finally:
        engine.dispose()


def end_leases(services: Services) -> None:
    """As if their time had passed: whoever held them is taken for dead."""
    run_sql(services, "UPDATE comments SET lease_until = NULL")
