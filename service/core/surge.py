"""A surge: a site gets far more comments than it is used to, and far more of them are refused.

Each half alone is no surge: an article that many talk about brings many honest comments, and a
quiet site that refuses one of two has no flood. What a site is used to are its own last seven days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BUCKET = timedelta(minutes=10)
USUAL_WINDOW = timedelta(days=7)

STARTS_AT_TIMES, STARTS_AT_TAKEN = 4.0, 20.0
"""A surge starts at four times the usual rate, and at twenty comments in ten minutes or more."""

STARTS_AT_REFUSED, STARTS_AT_REFUSED_TIMES = 0.3, 2.0
"""Three in ten are refused, and twice the usual share."""

ENDS_AT_TIMES, ENDS_AT_REFUSED = 2.0, 0.15
"""It ends at twice the usual rate, or when hardly any are refused; not within ten minutes."""

_USUAL_MIN = 2.0
_BUSY = 0.9


@dataclass(frozen=True, slots=True)
class Activity:
    """Comments that came to a site in the ten minutes from `at` on, and how many were refused."""

    at: datetime
    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class Surge:
    started_at: datetime


def bucket_of(moment: datetime) -> datetime:
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(BUCKET.total_seconds()), UTC)


def recent_since(now: datetime) -> datetime:
    """Where the recent buckets begin: the current one, and the one before it."""
    return bucket_of(now) - BUCKET


def may_surge(recent: Sequence[Activity]) -> bool:
    """Whether so much came lately that it is worth a look at the last seven days."""
    return sum(one.taken for one in recent) >= STARTS_AT_TAKEN


def is_surging(activity: Sequence[Activity], surge: Surge | None, *, now: datetime) -> bool:
    """Whether there is a surge now, by the last seven days and whether there was one just before.

    What starts one and what ends it lie apart, so that it does not flicker.
    """
    since = recent_since(now)
    recent = [one for one in activity if one.at >= since]
    earlier = [one for one in activity if one.at < since]
    taken = sum(one.taken for one in recent)
    share = sum(one.refused for one in recent) / taken if taken else 0.0
    rate = taken / ((now - since) / BUCKET)
    usual = _usual_rate(earlier)
    if surge is not None:
        young = now - surge.started_at < BUCKET
        return young or (rate > ENDS_AT_TIMES * usual and share > ENDS_AT_REFUSED)
    before = sum(one.taken for one in earlier)
    usual_share = sum(one.refused for one in earlier) / before if before else 0.0
    return rate >= max(STARTS_AT_TAKEN, STARTS_AT_TIMES * usual) and share >= max(
        STARTS_AT_REFUSED, STARTS_AT_REFUSED_TIMES * usual_share
    )


def _usual_rate(earlier: Sequence[Activity]) -> float:
    """Comments in ten minutes of a busy time: nine in ten of the times with any had no more."""
    counts = sorted(one.taken for one in earlier)
    if not counts:
        return _USUAL_MIN
    return max(float(counts[int(_BUSY * (len(counts) - 1))]), _USUAL_MIN)
