"""A time limit for code that may not end, inside somebody else's time limit.

RQ limits a job by the same SIGALRM and the same interval timer that limit a check here, and its
exception is an ordinary `Exception`, which a check could catch. So while an `Alarm` is entered, the
handler found there is called by ours, what it raises travels as an `OuterAlarm`, and its timer is
set again to what is then left of it. Nothing here knows RQ.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

Handler = Callable[[int, FrameType | None], Any]

PATIENCE = 5
"""Where the machine gives a process little of its time, a limit is up to so many times as long."""

_SOON_SECONDS = 1e-6
_LEAST_LEFT_SECONDS = 1e-3
_LEAST_SHARE = 0.1


class OutOfTime(BaseException):
    """The limit has passed. No `Exception`, so that what runs too long cannot catch it by habit."""


class OuterAlarm(BaseException):
    """Carries what the outer handler raised past every `except Exception` inside an `Alarm`."""

    def __init__(self, raised: BaseException) -> None:
        super().__init__()
        self.raised = raised


class Alarm:
    """Raises `OutOfTime` in code between `watch()` and `rest()` once `budget_seconds` are spent.

    What is counted is the time of the processor, so that a busy machine holds nobody's comment; by
    the clock it may take `PATIENCE` times as long, which is for code that waits and never works.
    The budget is for all watched stretches together. A stretch that begins when it is spent still
    gets a tenth of it, so that one that hangs does not take the turn of those after it. Only for
    the main thread. Whoever enters one catches `OuterAlarm` outside of it and raises its `raised`.
    """

    def __init__(self, budget_seconds: float) -> None:
        self._budget = budget_seconds
        self._ends = 0.0
        self._clock_ends = 0.0
        self._work_ends = 0.0
        self._entered = False
        self._inside = False
        self._watching = False
        self._ours = False
        self._previous: Handler | int | signal.Handlers | None = None
        self._outer_ends: float | None = None
        self._outer_interval = 0.0

    def __enter__(self) -> Self:
        previous = signal.getsignal(signal.SIGALRM)
        remaining, self._outer_interval = signal.getitimer(signal.ITIMER_REAL)
        if previous is None or (remaining and not callable(previous)):
            # Installed by native code, or meant to end the process: not ours to replace.
            return self
        self._previous = previous
        self._outer_ends = time.monotonic() + remaining if remaining else None
        self._entered = True
        signal.signal(signal.SIGALRM, self._ring)
        self._start(self._budget, PATIENCE)
        self._inside = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inside = self._watching = False
        if self._entered:
            self._entered = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._previous)
            self._give_timer_back()

    def watch(self) -> None:
        if self._entered and time.monotonic() >= self._ends:
            left = self._left()
            if left > _LEAST_LEFT_SECONDS:
                self._set(left)
            else:
                self._start(self._budget * _LEAST_SHARE)
        self._watching = True

    def rest(self) -> None:
        self._watching = False

    def _start(self, seconds: float, patience: float = 1) -> None:
        self._work_ends = time.process_time() + seconds
        self._clock_ends = time.monotonic() + seconds * patience
        self._set(seconds)

    def _set(self, seconds: float) -> None:
        """Set the timer to our limit, unless the outer one comes first: that stays in place."""
        self._ends = time.monotonic() + seconds
        if self._outer_ends is None or self._ends < self._outer_ends:
            self._ours = True
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def _left(self) -> float:
        """Seconds until our limit, by the processor or by the clock."""
        return min(self._work_ends - time.process_time(), self._clock_ends - time.monotonic())

    def _give_timer_back(self) -> None:
        self._ours = False
        if self._outer_ends is not None:
            remaining = max(self._outer_ends - time.monotonic(), _SOON_SECONDS)
            signal.setitimer(signal.ITIMER_REAL, remaining, self._outer_interval)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._ours:
            self._give_timer_back()
            if not self._watching:
                return
            left = self._left()
            if left > _LEAST_LEFT_SECONDS:
                self._set(left)
                return
            self._watching = False
            raise OutOfTime
        # The outer timer rang. A one-shot timer is spent; a repeating one goes on by itself.
        again = time.monotonic() + self._outer_interval
        self._outer_ends = again if self._outer_interval else None
        if not callable(self._previous):
            return
        try:
            self._previous(number, frame)
        except BaseException as raised:
            if self._inside:
                raise OuterAlarm(raised) from raised
            raise
