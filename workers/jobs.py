"""What RQ calls. A job takes no arguments, returns nothing, and may run twice."""

import logging
import time
import traceback

from rq.timeouts import JobTimeoutException

from service import settings, wiring
from service.queue import BATCH_SIZE

DRAIN_SECONDS = 30.0
"""A job goes on taking batches for this long; what waits then gets a job of its own."""

log = logging.getLogger("vestibule.jobs")


class JobFailed(Exception):
    """What RQ stores of a failure: the class of the exception and nothing that it carried."""


def drain() -> None:
    """Screen what waits, a batch at a time, until nothing does."""
    try:
        services = wiring.build(settings.load())
        try:
            _drain(services)
        finally:
            services.close()
    except JobTimeoutException:
        raise
    except Exception as error:  # noqa: BLE001 (the job's edge: RQ records the failure)
        # The class and the place: an exception's text may quote what was being worked on.
        places = traceback.extract_tb(error.__traceback__)
        trail = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places[-6:]))
        log.error("screening failed: %s at %s", type(error).__name__, trail)  # noqa: TRY400
        raise JobFailed(type(error).__name__) from None


def _drain(services: wiring.Services) -> None:
    stop_at = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < stop_at:
        items = services.queue.pop(BATCH_SIZE)
        if not items:
            return
        number = services.screen(items)
        log.info("screened %d of %d", number, len(items))
    services.queue.nudge()


def refuse() -> None:
    """What a job that is not one of ours is turned into."""
    raise JobFailed("refused")
