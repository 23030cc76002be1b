"""Screening: our drain beside one RQ job a comment, both by RQ's forking worker on real parts.

Run as a script it is the baseline's worker: it serves a queue of its own with plain `rq.Worker`,
and each job screens one comment by the same use case.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from figures import Compared, Figure, interleaved
from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from running import clean_environment, running_redis, wait_until
from texts import author, text

from service import settings, wiring
from service.core.comment import DoorFacts, Receipt, Submission, ThreadRef, TokenFact, TokenState
from service.core.records import WorkItem
from service.core.site import Site, SiteSettings
from service.running.processes import guarded
from service.store import migrate
from service.usecases.submit import SubmitComments

TARGET = 5.0
BASELINE_QUEUE = "one-by-one"
PAGE = "https://news.example/"
_HERE = Path(__file__).resolve()


class Prepared:
    """What the baseline's worker makes before it forks, so that no job has to."""

    services: wiring.Services


def screen_one(site_id: str, comment_id: str) -> None:
    """The baseline's job: what ours does, for a single comment."""
    Prepared.services.screen([WorkItem(site_id, comment_id)])


def screening(folder: Path, *, rounds: int, batch: int, single: int) -> list[Figure]:
    """Comments a second by our jobs (`batch` a round), and by one job each (`single` a round)."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_redis() as url:
        given = {
            "VESTIBULE_DATA_DIR": str(folder),
            "VESTIBULE_REDIS_URL": url,
            "VESTIBULE_SECRET_KEY": "only-for-measuring-0123456789abcdefghij",
            "VESTIBULE_RATE_NETWORK_PER_MINUTE": "1000000",
            "VESTIBULE_RATE_SITE_PER_MINUTE": "1000000",
        }
        configuration = settings.load(given)
        migrate(configuration.database_url)
        services = wiring.build(configuration)
        site = services.add_site(
            "news", name="News", origins=["https://news.example"], settings=SiteSettings()
        )
        queue = Queue(BASELINE_QUEUE, connection=Redis.from_url(url), serializer=JSONSerializer)
        made = Comments(services, site)

        def ours() -> float:
            items = made.store(batch)
            began = time.monotonic()
            services.queue.push(items)
            return made.rate(batch, began)

        def baseline() -> float:
            items = made.store(single)
            began = time.monotonic()
            for item in items:
                queue.enqueue(
                    "screen_figures.screen_one", item.site_id, item.comment_id, result_ttl=0
                )
            return made.rate(single, began)

        warm = made.store(1)[0]
        with (
            _process(given, "-P", "-m", "service.cli", "worker"),
            _process(given, str(_HERE), warm.site_id, warm.comment_id),
        ):
            wait_until(lambda: services.queue.is_served(services.clock()), timeout=20)
            wait_until(lambda: Worker.count(queue=queue), timeout=20)
            found: Compared = interleaved("screening", rounds, ours, baseline)
        services.close()
    return [
        found.at_least(
            "screening, beside one RQ job a comment (forking workers)", ratio=TARGET, unit="/s"
        )
    ]


class Comments:
    """Stores pending comments without telling the queue, and watches them being decided."""

    def __init__(self, services: wiring.Services, site: Site) -> None:
        self._services, self._site, self._number = services, site, 0

    def store(self, number: int) -> Sequence[WorkItem]:
        submit = SubmitComments(
            self._services.store,
            _Silent(),
            self._services.limiter,
            self._services.room,
            self._services.vault,
            self._services.clock,
            self._services.new_id,
        )
        receipts = submit([self._one(self._number + offset) for offset in range(number)])
        self._number += number
        with Redis.from_url(self._services.settings.redis_url or "") as redis:
            redis.delete("vestibule:waiting", "rq:queue:screen")
        return [WorkItem(self._site.id, stored(receipt).comment_id) for receipt in receipts]

    def _one(self, number: int) -> Submission:
        name, email = author(number)
        return Submission(
            site=self._site,
            thread=ThreadRef(f"{PAGE}{number % 20}"),
            content=text(number),
            author_name=name,
            author_email=email,
            author_url=None,
            parent_id=None,
            ip=f"198.51.{number % 250}.7",
            facts=DoorFacts(token=TokenFact(TokenState.VALID, 30.0), origin_given=True),
        )

    def rate(self, number: int, began: float) -> float:
        def done() -> bool:
            with self._services.store.read() as tx:
                return tx.pending_count(1) == 0

        wait_until(done, timeout=300, what="everything has a verdict")
        return number / (time.monotonic() - began)


def stored(answer: Receipt | Exception) -> Receipt:
    if isinstance(answer, Exception):
        raise answer
    return answer


class _Silent:
    """A queue that is told nothing, so that the clock starts when the real one is."""

    def push(self, items: Sequence[WorkItem]) -> bool:
        return bool(items)


@contextmanager
def _process(given: dict[str, str], *arguments: str) -> Iterator[None]:
    environment = clean_environment(**given)
    environment["PYTHONPATH"] = os.pathsep.join([str(_HERE.parent), str(_HERE.parents[2])])
    process = subprocess.Popen(
        guarded([sys.executable, *arguments]),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def main(site_id: str, comment_id: str) -> None:
    """Serve the baseline's queue, as somebody would who wants it quick.

    One comment is screened before the first fork, so that every job finds all code loaded and all
    statements compiled; only connections are its own.
    """
    configuration = settings.load()
    Prepared.services = wiring.build(configuration)
    Prepared.services.screen([WorkItem(site_id, comment_id)])
    Prepared.services.close()
    sys.modules["screen_figures"] = sys.modules["__main__"]
    connection = Redis.from_url(configuration.redis_url or "")
    queue = Queue(BASELINE_QUEUE, connection=connection, serializer=JSONSerializer)
    Worker([queue], connection=connection, serializer=JSONSerializer).work()


if __name__ == "__main__":
    main(*sys.argv[1:])
