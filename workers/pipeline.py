"""The pipeline: runs every check over every comment, and turns a check's trouble into a signal.

A check that raises is reported as CHECK_FAILED, one that takes too long as CHECK_TIMED_OUT, and the
policy holds the comment; the other checks run all the same. Time is kept by an interval timer,
which only the main thread of a Unix process has; elsewhere there is no limit. A check lost in
native code that never returns to Python is beyond it: the worker's supervisor kills the process.
"""

import logging
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from importlib.metadata import version

from service.core.comment import Subject
from service.core.copies import Fingerprint
from service.core.ports import Screener
from service.core.signals import CHECK_FAILED, CHECK_TIMED_OUT, Signal
from workers.alarm import Alarm, OuterAlarm, OutOfTime
from workers.checks import CHECKS, Check
from workers.fingerprint import fingerprint
from workers.material import Material
from workers.text import READING_VERSION

BUDGET_SECONDS = 1.0
"""What all checks of one comment may take together; usually they take a thousandth of it."""

_log = logging.getLogger(__name__)


class Pipeline:
    """Implements `core.ports.Screener`. Other `checks` than the listed ones are for tests."""

    def __init__(
        self, checks: Iterable[Check] = CHECKS, *, budget_seconds: float = BUDGET_SECONDS
    ) -> None:
        self._checks = tuple(checks)
        self._budget_seconds = budget_seconds

    def fingerprint(self, text: str) -> Fingerprint:
        return fingerprint(text)

    def screen(
        self, subjects: Sequence[Subject], beat: Callable[[], None]
    ) -> Sequence[Sequence[Signal]]:
        """Signals for each subject, in the order of the subjects and of the checks.

        `beat` is called between two subjects. What it raises, and what an outer timer's handler
        raises, ends the call.
        """
        found = []
        try:
            for place, subject in enumerate(subjects):
                if place:
                    beat()
                found.append(self._screen_one(subject))
        except OuterAlarm as outer:
            raise outer.raised from None
        return found

    def versions(self) -> Mapping[str, str]:
        return {"vestibule": _package_version(), "reading": READING_VERSION}

    def of_the_moment(self) -> frozenset[str]:
        return frozenset(s for check in self._checks if check.of_the_moment for s in check.symbols)

    def _screen_one(self, subject: Subject) -> Sequence[Signal]:
        material = Material(subject)
        signals: list[Signal] = []
        failed: list[str] = []
        timed_out: list[str] = []
        with self._alarm() as alarm:
            for check in self._checks:
                outcome = _run(check, material, alarm)
                if isinstance(outcome, OutOfTime):
                    timed_out.append(check.name)
                    _log.warning("check %s timed out on comment %s", check.name, subject.draft.id)
                elif isinstance(outcome, Exception):
                    failed.append(f"{check.name} ({type(outcome).__name__})")
                    _log_failure(check, subject, outcome)
                else:
                    signals += outcome
        if failed:
            signals.append(Signal(CHECK_FAILED, detail=", ".join(failed)))
        if timed_out:
            signals.append(Signal(CHECK_TIMED_OUT, detail=", ".join(timed_out)))
        return signals

    def _alarm(self) -> AbstractContextManager[Alarm | None]:
        if threading.current_thread() is not threading.main_thread() or not hasattr(
            signal, "setitimer"
        ):
            return nullcontext()
        return Alarm(self._budget_seconds)


def _run(
    check: Check, material: Material, alarm: Alarm | None
) -> Sequence[Signal] | Exception | OutOfTime:
    """What the check found, or what stopped it."""
    try:
        try:
            if alarm is not None:
                alarm.watch()
            return [_declared(check, one) for one in check.function(material)]
        finally:
            if alarm is not None:
                alarm.rest()
    except OutOfTime as late:
        if alarm is not None:
            alarm.rest()
        return late
    except Exception as error:  # noqa: BLE001 (the pipeline's edge: it becomes a signal that holds the comment)
        return error


def _declared(check: Check, found: object) -> Signal:
    if not isinstance(found, Signal) or found.symbol not in check.symbols:
        raise TypeError(f"{check.name} reported something it does not declare")
    return found


def _log_failure(check: Check, subject: Subject, error: Exception) -> None:
    """Names the place in the code, never the message: it may quote the comment."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    _log.error(
        "check %s failed on comment %s with %s at %s",
        check.name, subject.draft.id, type(error).__name__, where,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _package_version() -> str:
    return version("vestibule")


def build_screener() -> Screener:
    """The pipeline with all checks; `service.wiring` loads this function by its dotted name."""
    return Pipeline()
