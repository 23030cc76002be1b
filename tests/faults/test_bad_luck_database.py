"""A database that is locked, or away: a clear answer meanwhile, and afterwards all goes on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from crowd import UNLIMITED, Answer, Crowd
from databases import PostgresDatabases
from running import Installation, wait_until
from sqlalchemy import make_url

New = Callable[..., Installation]


def assert_says_later(answer: Answer) -> None:
    """503 with the time to wait, in the form of all errors, and without a word of the inside."""
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.body["type"] == "/problems/unavailable"
    assert "sql" not in str(answer.body).lower()


@contextmanager
def writing(database_url: str) -> Iterator[None]:
    """Another program holds the one place for writers: a backup tool, a forgotten shell."""
    connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@pytest.mark.slow
def test_while_the_database_is_locked_readers_read_and_authors_are_told(
    new_installation: New,
) -> None:
    """Nobody waits longer than the busy time-out, nothing dies, and then all is as before."""
    crowd = Crowd(new_installation(**UNLIMITED).start())
    crowd.post_all(3)
    crowd.wait_for_verdicts()
    parts = crowd.running.processes()
    with writing(crowd.running.database_url):
        told = crowd.post()
        thread = f"thread={crowd.running.base_url}/demo/"
        assert crowd.running.status_of(f"/v1/sites/demo/comments?{thread}") == 200
        assert crowd.running.status_of("/readyz") == 200
    assert_says_later(told)
    assert told.seconds < 20
    crowd.post_all(3)
    crowd.wait_for_verdicts()
    assert set(parts) <= set(crowd.running.processes())
    assert "SQLITE_BUSY" in crowd.running.log()


class Door:
    """Shuts a PostgreSQL database to everybody, as a restart or a failover does for a while."""

    def __init__(self, database_url: str) -> None:
        url = make_url(database_url)
        self._name = url.database
        self._admin = str(
            url.set(drivername="postgresql", database="postgres").render_as_string(
                hide_password=False
            )
        )

    def shut(self) -> None:
        self._execute(
            f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'",
        )

    def open(self) -> None:
        self._execute(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS true")

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            for one in statements:
                connection.execute(one.encode())


@pytest.fixture
def postgres_crowd(
    new_installation: New, postgres_databases: PostgresDatabases
) -> Iterator[tuple[Crowd, Door]]:
    with postgres_databases.fresh() as url:
        running = new_installation(VESTIBULE_DATABASE_URL=url, **UNLIMITED).start()
        door = Door(url)
        yield Crowd(running), door
        door.open()
        running.stop()


@pytest.mark.slow
def test_while_postgresql_is_away_authors_are_told_and_then_all_goes_on(
    postgres_crowd: tuple[Crowd, Door],
) -> None:
    """503 for posts, readers and `/readyz`, no part dies, and what came before gets its verdict."""
    crowd, door = postgres_crowd
    parts = crowd.running.processes()
    crowd.post_all(20)
    door.shut()
    for _ in range(3):
        assert_says_later(crowd.post())
    assert crowd.running.status_of("/v1/sites/demo/form") == 503
    assert crowd.running.status_of("/desk/sign-in") == 200
    assert crowd.running.status_of("/readyz") == 503
    door.open()
    wait_until(crowd.running.is_ready)
    crowd.post_all(20)
    crowd.wait_for_verdicts()
    assert set(parts) <= set(crowd.running.processes())
    assert "Traceback" not in crowd.running.log()
