"""The sweeper's loop: one pass after the other until told to stop, whatever a single pass meets."""

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.wiring import Services

INTERVAL_SECONDS = 5.0
INTERVAL_AFTER_FAILURE_SECONDS = 15.0

_log = logging.getLogger("vestibule.sweeper")


def sweep_until(stop: threading.Event, build: "Callable[[], Services]") -> None:
    """Sweep until `stop` is set. A pass that fails is logged by its class, and tried again."""
    services: Services | None = None
    while not stop.is_set():
        seconds = INTERVAL_SECONDS
        try:
            services = services or build()
            report = services.sweep()
            if report.pushed:
                _log.info("put %d waiting comments up for screening again", report.pushed)
        except Exception as error:  # noqa: BLE001 (like a job's edge: the next pass must come)
            # The class only: a driver's text may carry the address of a server, or a row.
            _log.warning("a pass failed: %s", type(error).__name__)
            seconds = INTERVAL_AFTER_FAILURE_SECONDS
        stop.wait(seconds)
    if services is not None:
        services.close()
