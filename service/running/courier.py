"""The courier's loop: delivers events until told to stop, whatever a single one meets.

The loop itself spreads and claims; attempts run in threads, each of which waits for somebody's
server. Another thread listens for the bell. A killed courier loses nothing: see `usecases.deliver`.
"""

import logging
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.core.webhooks import Delivery, Endpoint
    from service.wiring import Services

PLACES = 16
"""So many attempts run at a time."""

INTERVAL_SECONDS = 5.0
PAUSE_AFTER_FAILURE_SECONDS = 15.0
PRUNE_SECONDS = 600.0
DIGEST_SECONDS = 60.0
_BELL_SECONDS = 1.0

_log = logging.getLogger("vestibule.courier")


def deliver_until(stop: threading.Event, build: "Callable[[], Services]") -> None:
    """Deliver until `stop` is set. A round that fails is logged by its class, and tried again."""
    courier = _Courier(stop, build)
    try:
        while not stop.is_set():
            courier.round()
    finally:
        courier.close()


class _Courier:
    def __init__(self, stop: threading.Event, build: "Callable[[], Services]") -> None:
        self._stop = stop
        self._build = build
        self._services: Services | None = None
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(PLACES, thread_name_prefix="deliver")
        self._listener = threading.Thread(target=self._listen, name="bell", daemon=True)
        self._clocks = {"prune": 0.0, "digests": 0.0}
        self._mailing: Future[None] | None = None

    def round(self) -> None:
        """One round: until something is new, or some seconds have passed."""
        self._woken.clear()
        seconds = INTERVAL_SECONDS
        try:
            if self._services is None:
                self._services = self._build()
                self._listener.start()
            if self._work(self._services):
                return
        except Exception as error:  # noqa: BLE001 (like a job's edge: the next round must come)
            # The class only: a driver's text may carry the address of a server, or a row.
            _log.warning("a round failed: %s", type(error).__name__)
            seconds = PAUSE_AFTER_FAILURE_SECONDS
        self._wait(seconds)

    def _work(self, services: "Services") -> int:
        """Start what can be started; how many attempts those are."""
        deliver = services.delivering.deliver
        if self._is_time("prune", PRUNE_SECONDS):
            deliver.prune()
        # In a thread of its own: a mail server may take its time.
        if self._is_time("digests", DIGEST_SECONDS) and (
            self._mailing is None or self._mailing.done()
        ):
            self._mailing = self._pool.submit(self._mail, services)
        deliver.spread()
        with self._lock:
            under_way = dict(self._under_way)
        taken = deliver.take(under_way, places=PLACES)
        for endpoint, delivery in taken:
            with self._lock:
                self._under_way[endpoint.id] += 1
            self._pool.submit(self._send, services, endpoint, delivery)
        return len(taken)

    def _is_time(self, what: str, seconds: float) -> bool:
        """Whether something is to be done again; true the first time."""
        now = time.monotonic()
        if now < self._clocks[what]:
            return False
        self._clocks[what] = now + seconds
        return True

    def _mail(self, services: "Services") -> None:
        try:
            services.delivering.digests()
        except Exception as error:  # noqa: BLE001 (like a job's edge: the next round must come)
            _log.warning("digests failed: %s", type(error).__name__)

    def _send(self, services: "Services", endpoint: "Endpoint", delivery: "Delivery") -> None:
        try:
            services.delivering.deliver.send(endpoint, delivery)
        except Exception as error:  # noqa: BLE001 (the lease ends, and another attempt is made)
            _log.warning("event %s: %s", delivery.key.event_id, type(error).__name__)
        finally:
            with self._lock:
                self._under_way[endpoint.id] -= 1
                self._under_way += Counter()  # keeps no endpoint with nothing under way
            self._woken.set()

    def _listen(self) -> None:
        """Pass the bell on. While it cannot be heard, the loop goes on by itself."""
        while not self._stop.is_set():
            try:
                assert self._services is not None  # noqa: S101 (for the type checker)
                if self._services.delivering.bell.wait(_BELL_SECONDS):
                    self._woken.set()
            except Exception as error:  # noqa: BLE001 (Redis may be away for as long as it likes)
                _log.debug("the bell cannot be heard: %s", type(error).__name__)
                self._stop.wait(INTERVAL_SECONDS)
        self._woken.set()

    def _wait(self, seconds: float) -> None:
        self._woken.wait(seconds)

    def close(self) -> None:
        self._pool.shutdown()
        if self._services is not None:
            self._listener.join(_BELL_SECONDS * 2)
            self._services.close()
