"""What is measured, and what it is measured against, started and stopped."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg
from databases import running_postgres
from load import request
from running import Installation, clean_environment, free_port, get_json, wait_until
from texts import author, text

from service.running.processes import guarded
from service.settings import load as load_settings
from service.store import SqlStore

SITE = "demo"
WEB_THREADS = 8
RATES_OUT_OF_THE_WAY = {
    "VESTIBULE_RATE_NETWORK_PER_MINUTE": 10_000_000,
    "VESTIBULE_RATE_SITE_PER_MINUTE": 10_000_000,
    "VESTIBULE_BACKLOG_MAX": 100_000_000,
}
TOKEN_OLD_ENOUGH_SECONDS = 3.2
_IN_MEMORY = {"tmpfs", "ramfs"}


@dataclass(frozen=True, slots=True)
class Databases:
    """Two databases of one kind, on one disk: the service's and the bare view's."""

    kind: str
    ours: str
    bare: str


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder on a disk. In memory a commit costs next to nothing, and ratios would say nothing."""
    with tempfile.TemporaryDirectory(prefix="vestibule-bench-") as name:
        folder = Path(name)
        if (kind := _file_system(folder)) in _IN_MEMORY:
            sys.exit(f"{folder} is in memory ({kind}): set TMPDIR to a folder on a disk.")
        yield folder


def _file_system(folder: Path) -> str:
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    except FileNotFoundError:  # not Linux
        return "unknown"
    above = [one for one in mounts if folder.is_relative_to(one[1])]
    return max(above, key=lambda one: len(one[1]))[2]


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[Databases]:
    if kind == "SQLite":
        yield Databases(kind, f"sqlite:///{folder / 'ours.db'}", f"sqlite:///{folder / 'bare.db'}")
        return
    with running_postgres() as uri:
        with psycopg.connect(uri, autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit"):
                found = connection.execute(f"SHOW {name}").fetchone()
                assert found == ("on",), f"a commit must be durable on both sides: {name} is off"
            for name in ("ours", "bare"):
                connection.execute(f"CREATE DATABASE {name}")
        yield Databases(
            kind, uri.replace("/postgres?", "/ours?"), uri.replace("/postgres?", "/bare?")
        )


@contextmanager
def bare_server(database_url: str) -> Iterator[int]:
    """The port of a server with the views that the service is compared with."""
    port = free_port()
    script = Path(__file__).with_name("baselines.py")
    process = subprocess.Popen(
        guarded([sys.executable, str(script), str(port), str(WEB_THREADS), database_url]),
        env=clean_environment(),
    )
    try:
        wait_until(lambda: is_up(port, "/ready"), what="the bare server is ready")
        yield port
    finally:
        process.terminate()
        process.wait()


def is_up(port: int, path: str) -> bool:
    probe = Installation.__new__(Installation)
    probe.port = port
    return probe.status_of(path) == 200


class Service:
    """A running installation with what a client of it must know."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.port = installation.port
        self.store = SqlStore(
            load_settings({"VESTIBULE_DATABASE_URL": installation.database_url}).database_url,
            pool_size=1,
        )
        self._posted = 0
        self._token = ""

    def page(self, name: str) -> str:
        return f"{self.installation.base_url}/articles/{name}"

    def comments_path(self, page: str, query: str = "") -> str:
        return f"/v1/sites/{SITE}/comments?thread={urllib.parse.quote(self.page(page), safe='')}{query}"

    def ripen_token(self) -> None:
        """Get a form, and read it for as long as somebody would."""
        url = urllib.parse.quote(self.page("form"), safe="")
        found = get_json(f"{self.installation.base_url}/v1/sites/{SITE}/form?thread={url}")
        self._token = found["token"]
        time.sleep(TOKEN_OLD_ENOUGH_SECONDS)

    def posts(self, number: int, page: str) -> list[bytes]:
        """Posts as the widget sends them, each with a text and an author of its own."""
        made = [self._post(self._posted + offset, page) for offset in range(number)]
        self._posted += number
        return made

    def _post(self, number: int, page: str) -> bytes:
        name, email = author(number)
        body = {
            "thread": {"url": self.page(page)},
            "author_name": name,
            "author_email": email,
            "content": text(number),
            "token": self._token,
        }
        headers = {
            "Content-Type": "application/json",
            "Origin": self.installation.base_url,
            "Idempotency-Key": f"bench-{number}",
        }
        path = f"/v1/sites/{SITE}/comments"
        return request(self.port, "POST", path, headers=headers, body=json.dumps(body).encode())

    def pending(self) -> int:
        with self.store.read() as reads:
            return reads.pending_count(1)

    def wait_until_screened(self, timeout: float = 180.0) -> None:
        wait_until(lambda: not self.pending(), timeout=timeout, what="everything has a verdict")


@contextmanager
def service(folder: Path, **settings: object) -> Iterator[Service]:
    """A fresh `vestibule up`, rates raised."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**RATES_OUT_OF_THE_WAY, "VESTIBULE_WEB_THREADS": WEB_THREADS, **settings}
    running = Installation(folder, environment)
    with ExitStack() as stack:
        stack.callback(_stop, running)
        running.start()
        made = Service(running)
        stack.callback(made.store.close)
        yield made


def _stop(installation: Installation) -> None:
    if installation.process is not None:
        installation.stop()
