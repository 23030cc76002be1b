"""The store: the only place that speaks SQL, on SQLite and PostgreSQL alike."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.store.engine import Database
from service.store.schema import is_current, migrate
from service.store.writes import SqlReads, SqlWrites

__all__ = ["SqlStore", "is_current", "migrate"]


class SqlStore:
    """Implements `core.ports.Store`. Build it after a fork; close it when done."""

    def __init__(self, database_url: str, *, pool_size: int = 16) -> None:
        self._database = Database(database_url, pool_size=pool_size)

    @contextmanager
    def read(self) -> Iterator[SqlReads]:
        with self._database.read() as connection:
            yield SqlReads(connection)

    @contextmanager
    def write(self) -> Iterator[SqlWrites]:
        with self._database.write() as connection:
            yield SqlWrites(connection)

    def close(self) -> None:
        self._database.close()
