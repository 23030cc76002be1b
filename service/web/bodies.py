"""Reading request bodies without letting those that never come hold up the server.

A WSGI read blocks its thread until the client has sent what it announced, and nothing but the
connection's end interrupts it. (Answering while another thread still reads does not: granian then
waits for that thread with the interpreter's lock in its hand, and stops as a whole.) So only some
of the threads may read at a time, and who takes too long is hung up on.
"""

import threading
import time
from dataclasses import dataclass

from service.core.errors import Overloaded, VestibuleError
from service.web.connections import Client, hang_up
from service.web.json_door import BodyTooLarge, Readable, read_body

DEADLINE_SECONDS = 10.0

GRACE_SECONDS = 0.1
"""A body that takes longer is slow. While slow ones have all places nobody waits for a place."""

_TICK_SECONDS = 0.5


class BodyTooSlow(VestibuleError):
    """The request's body did not arrive in time. Nothing was stored."""

    code = "body_too_slow"
    title = "The request did not arrive in time"


class PlacesTaken(Overloaded):
    """Too many requests are being waited for."""

    retry_after_seconds = int(DEADLINE_SECONDS)


@dataclass(slots=True, eq=False)
class _Reading:
    client: Client | None
    begun: float
    hung_up: bool = False


class Bodies:
    """Reads the bodies of one application's requests, at most `places` at a time."""

    def __init__(self, *, places: int, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._places = threading.Semaphore(places)
        self._places_count = places
        self._deadline_seconds = deadline_seconds
        self._readings: set[_Reading] = set()
        self._guard = threading.Lock()
        self._watched = False

    def read(
        self, stream: Readable, cap: int, *, declared: int | None, client: Client | None
    ) -> bytes:
        """The body, as `read_body` gives it. Raises `BodyTooSlow` or `PlacesTaken` too."""
        if declared == 0:
            return b""
        if declared is not None and declared > cap:
            raise BodyTooLarge(cap)
        reading = self._begin(client)
        try:
            return read_body(stream, cap, declared=declared)
        finally:
            with self._guard:
                self._readings.remove(reading)
            self._places.release()
            if reading.hung_up:
                # Whatever came is not the whole, even where it looks so.
                raise BodyTooSlow("Please send it again.")

    def _begin(self, client: Client | None) -> _Reading:
        now = time.monotonic()
        if not self._places.acquire(blocking=False):
            with self._guard:
                slow = sum(now - one.begun > GRACE_SECONDS for one in self._readings)
            if slow >= self._places_count or not self._places.acquire(timeout=GRACE_SECONDS):
                raise PlacesTaken("Too many requests are arriving slowly.")
        reading = _Reading(client, time.monotonic())
        with self._guard:
            self._readings.add(reading)
            unwatched, self._watched = not self._watched, True
        if unwatched:
            threading.Thread(target=self._watch, name="body-watch", daemon=True).start()
        return reading

    def _watch(self) -> None:
        """Hang up on the late ones, until nothing is being read."""
        while True:
            time.sleep(min(_TICK_SECONDS, self._deadline_seconds))
            latest = time.monotonic() - self._deadline_seconds
            with self._guard:
                if not self._readings:
                    self._watched = False
                    return
                late = [one for one in self._readings if one.begun < latest]
                for one in late:
                    one.hung_up = True
            for client in {one.client for one in late if one.client is not None}:
                # A second less: a `100 Continue` was sent just after the reading began.
                hang_up(client, unanswered_seconds=max(0.0, self._deadline_seconds - 1))
