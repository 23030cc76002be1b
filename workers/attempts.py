"""One attempt at a piece of work on comments: it ends in a result, in an error, or out of time.

Time is kept by an interval timer, which only the main thread of a Unix process has; elsewhere there
is no limit.
"""

import logging
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from workers.alarm import Alarm, OutOfTime

Result = TypeVar("Result")

_log = logging.getLogger("vestibule.pipeline")


def limit(budget_seconds: float) -> AbstractContextManager[Alarm | None]:
    """The time that all attempts inside it have together."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        return nullcontext()
    return Alarm(budget_seconds)


def attempt(work: Callable[[], Result], alarm: Alarm | None) -> Result | Exception | OutOfTime:
    """What the work gave, or what stopped it."""
    try:
        try:
            if alarm is not None:
                alarm.watch()
            return work()
        finally:
            if alarm is not None:
                alarm.rest()
    except OutOfTime as late:
        if alarm is not None:
            alarm.rest()
        return late
    except Exception as error:  # noqa: BLE001 (the pipeline's edge: it becomes a signal that holds the comment)
        return error


def log_failure(what: str, comment_ids: str, error: Exception | OutOfTime) -> None:
    """Names the place in the code, never the message: it may quote the comment."""
    if isinstance(error, OutOfTime):
        _log.warning("%s timed out on %s", what, comment_ids)
        return
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    _log.error("%s failed on %s with %s at %s", what, comment_ids, type(error).__name__, where)
