"""How long the server takes for each page of the desk while very many comments wait.

    python tests/bench/desk_figures.py [NUMBER]    # 100,000 by default; `make bench` has it, too

Each page is asked of the application itself, session and rendering included, and beside it stands
the same page of a site with a hundred comments: what costs more there grows with the queue. What
counts is the time of processors, the database's included, since whatever else the machine does adds
to every other time; the quickest round as a clock saw it stands beside.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import psutil
from figures import Figure, say, table
from flask import url_for
from flask.testing import FlaskClient
from running import running_redis
from servers import databases, work_folder
from waiting import COMMON, RARE, UNCOMMON, Waiting, fill

from service import wiring
from service.core.people import Membership, Moderator, Role
from service.settings import load
from service.store import migrate
from service.web.app import create_app
from service.web.desk.navigation import places_for


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds: what processors worked for a page, and how long the quickest one took."""

    worked: float
    least: float

    def __str__(self) -> str:
        return f"{self.worked * 1e3:.0f} / {self.least * 1e3:.0f}"


NUMBER = 100_000
FEW = 100
TARGET_SECONDS = 0.150
ROUNDS = 7
BASE = "http://localhost:8080"
PASSWORD = "only for measuring"


def desk(folder: Path, kind: str, *, number: int = NUMBER) -> list[Figure]:
    """Processor and least time of each page, with `number` waiting and with a hundred."""
    folder.mkdir(parents=True, exist_ok=True)
    with databases(kind, folder) as found, running_redis() as redis_url:
        with _services(found.ours, redis_url, folder) as many:
            there = fill(many, number)
            ours = _measured(many, there, kind)
        with _services(found.bare, redis_url, folder) as few:
            baseline = _measured(few, fill(few, FEW), kind)
    return [
        Figure(
            f"desk, {kind}: {name}",
            f"{one} ms",
            f"{baseline[name]} ms",
            f"{one.worked / baseline[name].worked:.1f}",
            f"<= {TARGET_SECONDS * 1e3:.0f} ms",
            one.worked <= TARGET_SECONDS,
        )
        for name, one in ours.items()
    ]


def pages(there: Waiting) -> dict[str, str]:
    """What moderators ask for, by name; `?` begins a view of the queue."""
    return {
        "held": "?",
        "held, page 2,000": f"?after={there.middle_id}",
        "newest first": "?order=newest",
        "most severe first": "?order=severest",
        "most severe first, far down": f"?order=severest&after=400.{there.middle_id}",
        "a reason that all have": f"?symbol={COMMON}",
        "a reason of some": f"?symbol={UNCOMMON}",
        "a reason of few": f"?symbol={RARE}",
        "a reason that none has": "?symbol=NO_SUCH_THING",
        "one page": f"?thread={there.thread_id}&state=all",
        "one page, most severe first": f"?thread={there.thread_id}&state=all&order=severest",
        "one author": f"?author={there.author_id}&state=all",
        "a language of some": "?language=de",
        "a language that none has": "?language=xx&state=all",
        "waiting for over a day": "?age=over-1d",
        "under an hour": "?age=under-1h",
        "a word of many": "?q=house&order=newest",
        "a word of one": "?q=number+31415",
        "a word of none": "?q=xylophone",
        "a word of many, severest": "?q=house&order=severest",
        "two words and a reason": f"?q=house+garden&symbol={UNCOMMON}",
        "a part of a word": "?q=num",
        "all": "?state=all",
        "all, most severe first": "?state=all&order=severest",
        "approved": "?state=approved",
        "arrivals": "arrivals?since=1000&state=held",
        "a record": f"comments/{there.site.id}/{there.middle_id}",
    }


def _measured(services: wiring.Services, there: Waiting, kind: str) -> dict[str, Times]:
    app = create_app(services)
    client = app.test_client()
    _sign_in(services, client)
    asked = {name: f"/desk/{path}" for name, path in pages(there).items()}
    with app.test_request_context(base_url=BASE):
        places = places_for(Moderator("", "Ada", (Membership(Role.ADMIN),)))
        asked |= {f"place {one.label}": url_for(one.endpoint) for one in places}
    found = {}
    for name, path in asked.items():
        client.get(path, base_url=BASE)
        times = []
        processors = _processors(services)
        before = processors()
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            answer = client.get(path, base_url=BASE)
            times.append(time.perf_counter() - begin)
            assert answer.status_code == 200, (path, answer.status_code)
        found[name] = Times((processors() - before) / ROUNDS, min(times))
        say(f"{kind}: {name}: {found[name]} ms")
    return found


def _sign_in(services: wiring.Services, client: FlaskClient) -> None:
    services.people.add(
        "ada@vestibule.example", name="Ada", role=Role.ADMIN, site_slug=None, password=PASSWORD
    )
    client.post(
        "/desk/sign-in",
        base_url=BASE,
        data={"email": "ada@vestibule.example", "password": PASSWORD},
    )


@contextmanager
def _services(url: str, redis_url: str, folder: Path) -> Iterator[wiring.Services]:
    url = url.replace("postgresql://", "postgresql+psycopg://")
    migrate(url)
    services = wiring.build(
        load(
            {
                "VESTIBULE_DATA_DIR": str(folder),
                "VESTIBULE_DATABASE_URL": url,
                "VESTIBULE_REDIS_URL": redis_url,
                "VESTIBULE_SECRET_KEY": "only-for-measuring-0123456789abcdefghij",
            }
        )
    )
    try:
        yield services
    finally:
        services.close()


def _processors(services: wiring.Services) -> Callable[[], float]:
    """What gives the seconds that processors have worked for us: this process, and its database's
    own processes, which PostgreSQL has one of for each connection.
    """
    engine = services.store._database.engine
    backends = []
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            pids = connection.exec_driver_sql(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            ).scalars()
            backends = [psutil.Process(pid) for pid in pids]

    def worked() -> float:
        theirs = [one.cpu_times() for one in backends]
        return time.process_time() + sum(one.user + one.system for one in theirs)

    return worked


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER
    with work_folder() as work:
        rows = [
            row
            for kind in ("SQLite", "PostgreSQL")
            for row in desk(work / kind, kind, number=wanted)
        ]
    print(table(rows))
    sys.exit(0 if all(row.ok for row in rows) else 1)
