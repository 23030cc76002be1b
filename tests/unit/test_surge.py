"""When a surge starts and ends, on made-up weeks of sites."""

from datetime import UTC, datetime, timedelta

import pytest

from service.core.surge import (
    BUCKET,
    Activity,
    Surge,
    bucket_of,
    is_surging,
    may_surge,
    recent_since,
)

NOW = datetime(2026, 3, 14, 15, 5, tzinfo=UTC)


def week(taken: int, refused: int, *, every: int = 1) -> list[Activity]:
    """A week of a site that gets as much in each stretch, or in every so manieth."""
    start = bucket_of(NOW)
    return [
        Activity(start - place * BUCKET, taken, refused)
        for place in range(2, 1000)
        if place % every == 0
    ]


def lately(taken: int, refused: int) -> list[Activity]:
    """In the stretch before, and half of it in the current one, of which half has gone by."""
    start = bucket_of(NOW)
    return [
        Activity(start - BUCKET, taken, refused),
        Activity(start, taken // 2, refused // 2),
    ]


@pytest.mark.parametrize(
    ("usual", "recent", "expected"),
    [
        # A new site, and one with a few comments a day.
        ([], (60, 30), True),
        ([], (60, 10), False),
        ([], (12, 12), False),
        (week(1, 0, every=20), (60, 30), True),
        # A busy site, one that refuses much anyway, and one that has a busy hour each day.
        (week(30, 3), (60, 40), False),
        (week(30, 3), (200, 100), True),
        (week(30, 3), (200, 10), False),
        (week(30, 15), (200, 110), False),
        (week(2, 0) + week(100, 5, every=7), (200, 100), False),
        (week(2, 0) + week(100, 5, every=7), (600, 300), True),
    ],
)
def test_a_surge_is_many_and_refused_by_the_sites_own_measure(usual, recent, expected) -> None:
    """Four times a busy time, and three in ten of it bad; each half alone is none."""
    assert is_surging(usual + lately(*recent), None, now=NOW) is expected


@pytest.mark.parametrize(
    ("recent", "age_minutes", "expected"),
    [
        ((200, 100), 60, True),
        ((80, 40), 60, True),
        ((50, 25), 60, False),
        ((200, 20), 60, False),
        ((0, 0), 60, False),
        ((0, 0), 5, True),
    ],
)
def test_it_ends_below_where_it_started_and_not_at_once(recent, age_minutes, expected) -> None:
    """Twice the usual rate, or hardly any refused; the first ten minutes it stays."""
    surge = Surge(NOW - timedelta(minutes=age_minutes))
    assert is_surging(week(30, 3) + lately(*recent), surge, now=NOW) is expected


def test_quiet_times_need_no_look_at_the_week() -> None:
    """Fewer than twenty comments are no surge whatever the week was."""
    assert not may_surge(lately(12, 12))
    assert may_surge(lately(20, 0))
    assert recent_since(NOW) == datetime(2026, 3, 14, 14, 50, tzinfo=UTC)
