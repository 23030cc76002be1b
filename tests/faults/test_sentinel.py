"""The sentinel: an address that was typed stands nowhere, in no form, in no place."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from disguises import disguises, flattened, seen
from redis import Redis
from redis_contents import contents
from running import Installation
from sentinel_story import (
    FAILED_KEY,
    MODERATOR,
    MODERATOR_WORDS,
    NAME,
    READER,
    READER_WORDS,
    Story,
)
from sqlalchemy import Connection, create_engine, inspect, text

from service import wiring
from service.settings import load

SENTINELS = [*disguises(READER, *READER_WORDS), *disguises(MODERATOR, *MODERATOR_WORDS)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """A PostgreSQL database's address, or None for SQLite in the data directory."""
    if request.param == "sqlite":
        yield None
        return
    with request.getfixturevalue("postgres_databases").fresh() as url:
        yield url


@pytest.fixture(scope="module")
def story(database: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, told to its end on an installation that still runs."""
    given: dict[str, object] = {"VESTIBULE_RATE_NETWORK_PER_MINUTE": 60}
    if database is not None:
        given["VESTIBULE_DATABASE_URL"] = database
    running = Installation(tmp_path_factory.mktemp("sentinel"), given)
    try:
        told = Story(running.start())
        told.tell()
        yield told
    finally:
        if running.process is not None:
            assert running.stop() == 0


def test_every_disguise_is_recognised() -> None:
    """The search itself works: each form is found where it stands, alone and among others."""
    for one in SENTINELS:
        assert one.name in seen(b"<" + one.data + b">", SENTINELS)
        if one.folds:
            assert one.name in seen(one.data.upper(), SENTINELS)
    for before in range(6):
        hidden = base64.b64encode(b"x" * before + READER.lower().encode() + b"and more")
        assert seen(hidden, SENTINELS)
        assert seen(hidden.replace(b"+", b"-").replace(b"/", b"_"), SENTINELS)
    gravatar = hashlib.md5(READER.strip().lower().encode()).hexdigest()
    assert seen(f"https://avatars.example/{gravatar}?s=80".encode(), SENTINELS)
    assert seen(flattened({"a": [b"x", {"b": (READER,)}]}), SENTINELS)
    assert not seen(b"an innocent text" + bytes(range(256)), SENTINELS)


def test_the_story_was_told(story: Story) -> None:
    """The address did go in, sealed, and what is looked through is what came of it."""
    statuses = {answer.status for _, answer in story.answers}
    assert {200, 202, 303, 400, 403, 404, 405, 409, 415, 422, 429} <= statuses
    assert not {one for one in statuses if one >= 500}
    assert NAME.encode() in everything_said(story)
    environment = {key: str(value) for key, value in story.running.environment.items()}
    services = wiring.build(load(environment | {"VESTIBULE_REDIS_URL": story.running.redis_url}))
    try:
        with services.store.read() as tx:
            site = tx.site("demo")
            assert site is not None
            indexes = services.vault.email_indexes(READER, scope=site.id)
            moderators = services.vault.email_indexes(MODERATOR, scope="moderators")
            assert tx.credentials(moderators) is not None
        with services.store.write() as tx:
            names = [(site.id, index) for index in indexes]
            assert tx.receive([], [], names).contact_ids
    finally:
        services.close()


def everything_said(story: Story) -> bytes:
    return flattened([[one.headers, one.body] for _, one in story.answers])


def test_no_answer_carries_it(story: Story) -> None:
    """No body and no header, for readers, for moderators, and for whoever made a mistake."""
    guilty = {
        request: found
        for request, answer in story.answers
        if (found := seen(flattened([answer.headers, answer.body]), SENTINELS))
    }
    assert guilty == {}


def test_no_command_prints_it(story: Story) -> None:
    """Neither where it was taken nor where it was refused."""
    assert len(story.printed) == 6
    assert seen(flattened(story.printed), SENTINELS) == []


def test_redis_never_heard_of_it(story: Story) -> None:
    """No key, no value, no failed job, and nothing that was there for a moment only."""
    assert b"vestibule:waiting" in story.monitored
    assert seen(bytes(story.monitored), SENTINELS) == []
    with Redis.from_url(story.running.redis_url) as connection:
        assert connection.zcard(FAILED_KEY) > 0
        assert b"rq:results" in b" ".join(connection.keys())
        left = flattened(contents(connection))
    assert b"JobFailed" in left
    assert seen(left, SENTINELS) == []


def test_no_file_holds_it(story: Story) -> None:
    """Not the database, its log of writes or its index, not a log, nothing beside them."""
    running = story.running
    redis_folder = Path(running.redis_url.removeprefix("unix://")).parent
    files = [
        path
        for folder in (running.data_dir.parent, redis_folder)
        for path in folder.rglob("*")
        if path.is_file()
    ]
    names = {path.name for path in files}
    assert {"secret.key", "up.log", "redis.log"} <= names
    if "VESTIBULE_DATABASE_URL" not in running.environment:
        assert {"vestibule.db", "vestibule.db-wal", "vestibule.db-shm"} <= names
        assert any(NAME.encode() in path.read_bytes() for path in files)
    guilty = {path.name: found for path in files if (found := seen(path.read_bytes(), SENTINELS))}
    assert guilty == {}


def _virtual_tables(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    found = connection.execute(
        text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE %'")
    )
    return list(found.scalars())


def test_no_row_holds_it(story: Story) -> None:
    """Every row of every table, bytes as hexadecimal digits; on both kinds of database."""
    engine = create_engine(story.running.database_url)
    rows: list[Any] = []
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        # SQLite's virtual tables show what stands in tables of their own, which are read here.
        shown = _virtual_tables(connection)
        for table in set(tables) - set(shown):
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                rows += [bytes(one) if isinstance(one, memoryview) else one for one in row]
    engine.dispose()
    assert {"comments", "contacts", "moderators", "signals", "sessions"} <= set(tables)
    assert NAME in rows
    assert seen(flattened(rows), SENTINELS) == []


def test_no_process_carries_it(story: Story) -> None:
    """Anybody on the machine may read command lines, and many may read environments."""
    told = []
    for one in story.running.processes():
        # A work horse may end while it is looked at.
        with suppress(psutil.NoSuchProcess):
            told.append([one.cmdline(), one.environ()])
    assert len(told) >= 4
    assert seen(flattened(told), SENTINELS) == []


def test_the_log_says_what_happened_without_it(story: Story) -> None:
    """The failed job stands in it, the address and the comment do not."""
    log = story.running.log_file.read_bytes()
    assert b"screening failed" in log
    assert b"loaf" not in log
    assert NAME.encode() not in log
    assert seen(log, SENTINELS) == []
