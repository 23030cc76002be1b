"""The store: the only place that speaks SQL, on SQLite and PostgreSQL alike."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from service.core.chain import Stamp
from service.core.errors import Unavailable
from service.store.audit import unstamped
from service.store.engine import Database
from service.store.schema import is_current, migrate
from service.store.writes import SqlReads, SqlWrites

__all__ = ["SqlStore", "is_current", "migrate"]

log = logging.getLogger("vestibule.store")


class SqlStore:
    """Implements `core.ports.Store`. Build it after a fork; close it when done."""

    def __init__(
        self,
        database_url: str,
        *,
        pool_size: int = 16,
        stamp: Stamp = unstamped,
        ring: Callable[[], None] | None = None,
    ) -> None:
        """`stamp` is what the record of what people did is stamped with; `ring` is called after a
        transaction that leaves something to be told.
        """
        self._database = Database(database_url, pool_size=pool_size)
        self._stamp = stamp
        self._ring = ring

    @contextmanager
    def read(self) -> Iterator[SqlReads]:
        with _in_plain_words(), self._database.read() as connection:
            yield SqlReads(connection)

    @contextmanager
    def look(self) -> Iterator[SqlReads]:
        with _in_plain_words(), self._database.look() as connection:
            yield SqlReads(connection)

    @contextmanager
    def write(self) -> Iterator[SqlWrites]:
        with _in_plain_words(), self._database.write() as connection:
            tx = SqlWrites(connection, self._stamp)
            yield tx
            tx.append_recorded()
        if tx.has_told and self._ring is not None:
            self._ring()

    def close(self) -> None:
        self._database.close()


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """A database that is away, full, locked or shutting down becomes `Unavailable`."""
    try:
        yield
    except PoolExhausted as error:
        raise _unavailable(error) from None
    except sqlite3.OperationalError as error:
        # What `BEGIN` raises, which goes to the driver directly.
        raise _unavailable(error) from None
    except DBAPIError as error:
        # SQLITE_ERROR is a statement that is wrong, which waiting does not mend.
        if not isinstance(error, OperationalError) and not error.connection_invalidated:
            raise
        if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR":
            raise
        raise _unavailable(error.orig) from None


def _unavailable(error: BaseException | None) -> Unavailable:
    # The driver's text may name the server; its class and its code say enough.
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None) or "no code"
    log.warning("the database does not answer: %s (%s)", type(error).__name__, code)
    return Unavailable("The database does not answer. Please try again in a moment.")
