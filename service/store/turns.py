"""How the threads of one process share SQLite's one writer: in turns, in the order they came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from service.core.errors import Unavailable

WAIT_SECONDS = 15


class FairLock:
    """A lock that serves its waiters in the order they came.

    SQLite lets any waiting writer win; without this, one of many threads can wait for seconds.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises `Unavailable` if it has not come to its turn after `WAIT_SECONDS`."""
        self._take()
        try:
            yield
        finally:
            self._release()

    def _take(self) -> None:
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

    def _release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False
