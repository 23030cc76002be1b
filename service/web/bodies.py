"""Reading request bodies without letting those that never come hold up the server.

A WSGI server offers a read that blocks until the client has sent everything, and nothing ends it:
granian keeps a connection open, and the read with it, even after the request was answered. So
bodies are read by threads of their own, and the request's thread stops waiting when it is time.
"""

import threading
from queue import Empty, SimpleQueue

from service.core.errors import Overloaded, VestibuleError
from service.web.json_door import BodyTooLarge, Readable, read_body

DEADLINE_SECONDS = 10.0

GRACE_SECONDS = 0.1
"""A body that comes within this time competes with nobody for the places of the slow ones."""

READERS_MAX = 512
"""How many threads may wait for bodies. One stays until its client sends the rest or leaves."""

_IDLE_SECONDS = 30.0


class BodyTooSlow(VestibuleError):
    """The request's body did not arrive in time. Nothing was stored."""

    code = "body_too_slow"
    title = "The request did not arrive in time"


class SlowPlacesTaken(Overloaded):
    """Too many requests are being waited for; those that arrive whole are still taken."""

    retry_after_seconds = int(DEADLINE_SECONDS)


class _Reading:
    """One body that a thread reads for a request. The answer is the body or what went wrong."""

    __slots__ = ("_cap", "_declared", "_stream", "answer", "given_up")

    def __init__(self, stream: Readable, cap: int, declared: int | None) -> None:
        self._stream = stream
        self._cap = cap
        self._declared = declared
        self.answer: SimpleQueue[bytes | Exception] = SimpleQueue()
        self.given_up = False

    def read(self, size: int, /) -> bytes:
        # Between two parts is the one moment at which a reader can be told to stop.
        return b"" if self.given_up else self._stream.read(size)

    def outcome(self) -> bytes | Exception:
        try:
            return read_body(self, self._cap, declared=self._declared)
        except Exception as error:  # noqa: BLE001 (raised again in the request's thread)
            return error


class ReaderThreads:
    """Threads that read, as many as needed up to `most`. Those without work end after a while.

    They are daemons: one that waits for a silent client must not keep the process from ending.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._idle = 0
        self._guard = threading.Lock()
        self._waiting: SimpleQueue[_Reading] = SimpleQueue()

    def begin(self, reading: _Reading) -> None:
        """Have a thread read it. Raises `SlowPlacesTaken` when all of them wait for clients."""
        with self._guard:
            fresh = self._idle == 0
            if not fresh:
                # An idle thread is now promised, so that it does not end before it sees the work.
                self._idle -= 1
            elif self._count >= self._most:
                raise SlowPlacesTaken("Too many requests are not arriving.")
            else:
                self._count += 1
        self._waiting.put(reading)
        if fresh:
            threading.Thread(target=self._work, name="body-reader", daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                reading = self._waiting.get(timeout=_IDLE_SECONDS)
            except Empty:
                with self._guard:
                    if self._idle:
                        self._idle -= 1
                        self._count -= 1
                        return
                continue
            outcome = reading.outcome()
            with self._guard:
                self._idle += 1
            reading.answer.put(outcome)
            # Not kept while waiting for the next: it holds a connection and somebody's words.
            del reading, outcome


_threads = ReaderThreads(READERS_MAX)


class Bodies:
    """Reads the bodies of one application's requests.

    Of the threads that answer requests at most `slow_places` wait for slow bodies at a time, so
    that the others go on answering readers.
    """

    def __init__(
        self, *, slow_places: int, threads: ReaderThreads = _threads,
        grace_seconds: float = GRACE_SECONDS, deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:  # fmt: skip
        self._slow_places = threading.Semaphore(slow_places)
        self._threads = threads
        self._grace_seconds = grace_seconds
        self._more_seconds = max(0.0, deadline_seconds - grace_seconds)

    def read(self, stream: Readable, cap: int, *, declared: int | None) -> bytes:
        """The body, as `read_body` gives it, or `BodyTooSlow`, or `SlowPlacesTaken`."""
        if declared == 0:
            return b""
        if declared is not None and declared > cap:
            raise BodyTooLarge(cap)
        reading = _Reading(stream, cap, declared)
        self._threads.begin(reading)
        try:
            outcome = self._outcome(reading)
        except VestibuleError:
            reading.given_up = True
            raise
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _outcome(self, reading: _Reading) -> bytes | Exception:
        try:
            return reading.answer.get(timeout=self._grace_seconds)
        except Empty:
            pass
        if not self._slow_places.acquire(blocking=False):
            raise SlowPlacesTaken("Too many requests are arriving slowly.")
        try:
            return reading.answer.get(timeout=self._more_seconds)
        except Empty:
            raise BodyTooSlow("Please send it again.") from None
        finally:
            self._slow_places.release()
