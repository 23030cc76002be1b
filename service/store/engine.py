"""Connections: how SQLite and PostgreSQL are opened, and how reads and writes begin."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from service.core.errors import SetupError
from service.store.turns import FairLock

BUSY_TIMEOUT_SECONDS = 15
TRUSTED_SECONDS = 1.0
"""A connection to PostgreSQL that has rested for longer is tried before it is used: a restart, a
failover or a firewall may have ended it. Trying costs as much as a query."""

_WRITES = "vestibule_writes"
_LEFT_AT = "vestibule_left_at"


class Database:
    """One engine. Built after a fork, never shared across one."""

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        try:
            parsed = make_url(url)
            self.is_sqlite = parsed.get_backend_name() == "sqlite"
            self.engine = _engine(url, is_sqlite=self.is_sqlite, pool_size=pool_size)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
            raise SetupError(
                "VESTIBULE_DATABASE_URL cannot be used; for PostgreSQL install vestibule[postgres]."
            ) from None
        self._writing = self.engine.execution_options(**{_WRITES: True})
        self._turns = FairLock() if self.is_sqlite else None
        # Where nothing has begun SQLite takes each statement by itself; PostgreSQL's driver begins.
        self._looking = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """For one statement, which needs no transaction around it."""
        with self._looking.connect() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            # Begun here rather than by the first statement, which may be the driver's (`quick`).
            connection.begin()
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that commits when the block ends well."""
        turn = self._turns.held() if self._turns is not None else nullcontext()
        with turn, self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str, *, is_sqlite: bool, pool_size: int) -> Engine:
    # `hide_parameters`: an error's text would otherwise carry the row's values into a log.
    if not is_sqlite:
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=0,
            # The one that was used last is the one whose statements the server has prepared.
            pool_use_lifo=True,
            connect_args={"connect_timeout": 5},
        )
        _try_what_has_rested(engine)
        event.listen(engine, "handle_error", _forget_details)
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_SECONDS},
    )
    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _try_what_has_rested(engine: Engine) -> None:
    """As `pool_pre_ping`, but not for connections that were in use just now."""

    def leave(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_LEFT_AT] = time.monotonic()

    def take(connection: Any, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        left_at = record.info.get(_LEFT_AT)
        if left_at is None or time.monotonic() - left_at < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool takes another one then, and none of those from before.
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", leave)
    event.listen(engine, "checkout", take)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not begin transactions by itself: it would begin deferred ones, and a deferred
    # transaction that reads and then writes fails under load instead of waiting.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    # By the driver itself: this stands before every request's first statement.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _forget_details(context: ExceptionContext) -> None:
    """PostgreSQL's own error texts repeat the row: keep the class and the SQLSTATE of each."""
    original = context.original_exception
    original.args = (f"SQLSTATE {getattr(original, 'sqlstate', None)}",)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (f"({type(original).__name__}) {original.args[0]}",)
