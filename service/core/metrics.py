"""What operators watch in figures: ages, counts and lags, and nothing of what anybody wrote.

Figures of what happened are those of the last `WINDOW`, so that they cost the same however much is
stored, are right with any number of processes, and need nothing that would have to be kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service.core.signals import CHECK_FAILED, CHECKS_CRASHED
from service.core.states import State

WINDOW = timedelta(minutes=5)

BUCKETS_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds by which times to a verdict are counted."""

FAILURES = frozenset({CHECK_FAILED, CHECKS_CRASHED})


@dataclass(frozen=True, slots=True)
class Measured:
    """What the database knows. Ages are in seconds, 0 where nothing waits.

    `verdicts` and `symbols` count within `WINDOW`, the latter those that came with the verdicts;
    `verdict_times` has for each of `BUCKETS_SECONDS` how many verdicts took no longer, and
    `verdict_seconds` is the sum of all of them.
    """

    states: Mapping[State, int]
    accepted: int
    oldest_pending_seconds: float
    verdicts: Mapping[str, int]
    symbols: Mapping[str, int]
    verdict_times: Sequence[int]
    verdict_seconds: float
    deliveries_due: int
    delivery_lag_seconds: float

    @property
    def failures(self) -> Mapping[str, int]:
        return {symbol: self.symbols.get(symbol, 0) for symbol in sorted(FAILURES)}


@dataclass(frozen=True, slots=True)
class Figures:
    """`queue_depth` is None, and `screening` false, while Redis cannot be reached."""

    measured: Measured
    queue_depth: int | None
    screening: bool


class MetricReads(Protocol):
    def measured(self, *, now: datetime) -> Measured: ...
