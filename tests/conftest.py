"""Fixtures that every kind of test uses: real databases, a real Redis, a whole installation."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from databases import PostgresDatabases, SqliteDatabases, running_postgres
from redis import Redis
from running import Installation, running_redis
from running import wait_until as wait_until_function

from service import wiring
from service.settings import Settings, load
from service.wiring import Services

# In CI the same examples each time: a rare one that fails is found at a desk, not in a landing.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")

SECRET = "for-tests-only-0123456789abcdefghijklmnopqrstuvwxyz"


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        """Move on, as in `advance(minutes=5)`."""
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., Any]:
    """`wait_until(condition, timeout=10)`: polls, and fails the test if it does not come true."""
    return wait_until_function


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of corpora beside the repository; CI must have it, others may lack it."""
    path = Path(__file__).parents[2] / "shared"
    if not path.is_dir():
        if os.environ.get("CI"):
            pytest.fail("in CI the folder of shared corpora must be there")
        pytest.skip("the folder of shared corpora is not on this machine")
    return path


# -- Redis -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of one Redis for each test process; `redis_url` is the same one, emptied."""
    with running_redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    with Redis.from_url(redis_server) as connection:
        connection.flushall()
    return redis_server


# -- databases -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[PostgresDatabases]:
    """One PostgreSQL server for each test process that asks for one."""
    with running_postgres() as uri:
        yield PostgresDatabases(uri)


@pytest.fixture
def sqlite_url(sqlite_databases: SqliteDatabases) -> str:
    """A fresh, migrated SQLite database."""
    return sqlite_databases.new()


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    with postgres_databases.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once on each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


# -- the service -----------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings from `VESTIBULE_...` names in lower case: `settings(redis_url=...)`.

    What is not given has its default, save that there is a secret and a data directory, and that no
    name server outside is asked.
    """

    def make(**given: object) -> Settings:
        values = {"data_dir": tmp_path / "data", "secret_key": SECRET, "mail_lookups": "false"}
        values |= given
        return load(
            {f"VESTIBULE_{name.upper()}": str(value) for name, value in values.items() if value}
        )

    return make


@pytest.fixture
def services(
    settings: Callable[..., Settings], database_url: str, redis_url: str
) -> Iterator[Services]:
    """The service's parts as they are wired, on each kind of database; rate limits out of the way."""
    built = wiring.build(
        settings(
            database_url=database_url,
            redis_url=redis_url,
            rate_network_per_minute=1_000_000,
            rate_site_per_minute=1_000_000,
        )
    )
    yield built
    built.close()


# -- a whole installation --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installation_environment() -> dict[str, object]:
    """Settings for `installation`; a module that wants others overrides this."""
    return {"VESTIBULE_RATE_NETWORK_PER_MINUTE": 100_000, "VESTIBULE_RATE_SITE_PER_MINUTE": 100_000}


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, installation_environment: dict[str, object]
) -> Iterator[Installation]:
    """A running `vestibule up`, shared by a module's tests; it must leave nothing behind."""
    running = Installation(tmp_path_factory.mktemp("installation"), installation_environment)
    try:
        yield running.start()
    finally:
        if running.process is not None:
            assert running.stop() == 0, running.log()


@pytest.fixture
def new_installation(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Makes installations that a test may treat as badly as it likes; not started yet."""
    made: list[Installation] = []

    def make(**environment: object) -> Installation:
        folder = tmp_path / f"installation-{len(made)}"
        folder.mkdir()
        made.append(Installation(folder, environment))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None:
            one.stop()
