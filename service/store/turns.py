"""How the threads of one process share SQLite's one writer: in turns, in the order they came, and
with one commit for all who came while the last one was under way.

A commit waits for the disk, and that wait is most of a small write. Nobody is told of success
before the commit that covers their work has succeeded, so what `write` promises stays the same.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine

from service.core.errors import Unavailable

WAIT_SECONDS = 15
MEMBERS_MAX = 32
"""So many may share a commit: other processes want to write too."""


class FairLock:
    """A lock that serves its waiters in the order they came.

    SQLite lets any waiting writer win; without this, one of many threads can wait for seconds.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def take(self) -> None:
        """Raises `Unavailable` after `WAIT_SECONDS`."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=WAIT_SECONDS):
            return
        with self._guard:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise Unavailable("The database is busy. Please try again in a moment.")
        # It has become this one's turn in the very last moment.

    def pass_on(self) -> bool:
        """Give it to the next in line; False if there is none, and then it is still held."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
                return True
            return False

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class SharedWriter:
    """Transactions of one process's threads, one at a time, several to a commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = FairLock()
        self._open: _Batch | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """What the block does is durable once it is left, or, if it raises, undone."""
        self._turn.take()
        try:
            batch = self._open or _Batch(self._engine)
        except BaseException:
            self._turn.release()
            raise
        self._open = batch
        fault: BaseException | None = None
        try:
            batch.enter()
            yield batch.connection
            batch.leave()
        except BaseException as error:  # noqa: BLE001 (raised again below, once others can go on)
            fault = error
            batch.undo()
        # Whoever is next goes on in the same transaction, and sees to the commit in turn.
        if batch.is_full() or not self._turn.pass_on():
            self._open = None
            batch.finish()
            self._turn.release()
        if fault is not None:
            raise fault
        batch.wait()


class _Batch:
    """One transaction of SQLite's, and who takes part in it, each behind a savepoint."""

    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect()
        try:
            self._transaction = self.connection.begin()
            self._driver: Any = self.connection.connection.driver_connection
        except BaseException:
            self.connection.close()
            raise
        self._members = 0
        self._fault: BaseException | None = None
        self._finished = threading.Event()

    def enter(self) -> None:
        self._members += 1
        self._driver.execute("SAVEPOINT member")

    def leave(self) -> None:
        self._driver.execute("RELEASE member")

    def undo(self) -> None:
        """Take back what the latest one did; if that cannot be, it was all for nothing."""
        try:
            self._driver.execute("ROLLBACK TO member")
            self._driver.execute("RELEASE member")
        except sqlite3.Error as error:
            # A full disk, for one, ends the whole transaction.
            self._fault = error

    def is_full(self) -> bool:
        return self._fault is not None or self._members >= MEMBERS_MAX

    def finish(self) -> None:
        """Commit, and let everybody know what came of it."""
        try:
            if self._fault is None:
                self._transaction.commit()
        except BaseException as error:  # noqa: BLE001 (each of them raises it)
            self._fault = error
        finally:
            with suppress(Exception):
                self.connection.close()
            self._finished.set()

    def wait(self) -> None:
        """Raises what kept the transaction from being committed."""
        self._finished.wait()
        if self._fault is not None:
            raise self._fault
