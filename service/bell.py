"""The deliver queue's bell in Redis: wakes whoever delivers. What is to be delivered is in SQL.

One element in a list stands for "there is something", however often it rang.
"""

from typing import TYPE_CHECKING

from service.queue import RedisGate, connect

if TYPE_CHECKING:
    from redis import Redis

BELL_KEY = "vestibule:deliver"


class RedisBell:
    """Implements `core.events.Bell`."""

    def __init__(self, gate: RedisGate, url: str) -> None:
        self._gate = gate
        self._url = url
        self._waiting: Redis | None = None

    def ring(self) -> None:
        def ring() -> None:
            with self._gate.connection.pipeline() as together:
                together.lpush(BELL_KEY, "1")
                together.ltrim(BELL_KEY, 0, 0)
                together.execute()

        self._gate.call(ring)

    def wait(self, seconds: float) -> bool:
        # A connection of its own, since waiting outlasts the patience of the others.
        if self._waiting is None:
            self._waiting = connect(self._url, patient=True)
        return self._waiting.blpop([BELL_KEY], timeout=seconds) is not None

    def close(self) -> None:
        if self._waiting is not None:
            self._waiting.close()
