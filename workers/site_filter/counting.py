"""Counting: how often each feature was seen in lessons of a label, and what that says of a comment.

A naive Bayes log-odds of presence, each label by its own rate, so that it does not matter which of
them is more frequent. What was seen seldom counts less, and the sum is divided by the root of the
number of known features, since features of one text say much the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from workers.site_filter.features import BUCKETS, Numbers

SMOOTHING = 0.5
SELDOM = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A lesson as numbers of features, with what it counts (see `worth.Worth`)."""

    numbers: Numbers
    is_bad: bool
    worth: float
    of_copies: float
    share: float
    evidence: float


@dataclass(slots=True)
class Counts:
    """Of one label: `features` has the worth of all lessons in which each feature was seen."""

    features: Floats
    total: float = 0.0

    @classmethod
    def none(cls) -> "Counts":
        return cls(np.zeros(BUCKETS))

    def add(self, one: Example) -> None:
        self.features[one.numbers] += one.worth
        self.total += one.worth


def shares(numbers: Numbers, bad: Counts, ok: Counts) -> Floats:
    """What each feature says: above 0 it speaks for the bad label, 0 if it is unknown."""
    of_bad, of_ok = bad.features[numbers], ok.features[numbers]
    return _said(of_bad, of_ok, np.array([bad.total]), np.array([ok.total]))


def score(numbers: Numbers, bad: Counts, ok: Counts) -> float:
    """Above 0 for what resembles the bad ones more. No probability: see `proving`."""
    known = int(np.count_nonzero(bad.features[numbers] + ok.features[numbers]))
    return float(shares(numbers, bad, ok).sum()) / sqrt(max(1, known))


def scores_left_out(examples: Sequence[Example], bad: Counts, ok: Counts) -> Floats:
    """For each example its score as if neither it nor a near copy of it had been learned."""
    numbers = np.concatenate([one.numbers for one in examples])
    lengths = np.array([len(one.numbers) for one in examples])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    is_bad = np.array([one.is_bad for one in examples])
    worth = np.array([one.of_copies for one in examples])
    less_bad, less_ok = np.where(is_bad, worth, 0.0), np.where(is_bad, 0.0, worth)
    of_bad = np.maximum(bad.features[numbers] - np.repeat(less_bad, lengths), 0.0)
    of_ok = np.maximum(ok.features[numbers] - np.repeat(less_ok, lengths), 0.0)
    said = _said(
        of_bad,
        of_ok,
        np.repeat(np.maximum(bad.total - less_bad, 0.0), lengths),
        np.repeat(np.maximum(ok.total - less_ok, 0.0), lengths),
    )
    known = np.add.reduceat((of_bad + of_ok > _NOTHING).astype(np.float64), starts)
    found: Floats = np.add.reduceat(said, starts) / np.sqrt(np.maximum(1.0, known))
    return found


_NOTHING = 1e-9
"""What is left of a sum after everything has been taken off, for want of precision."""


def _said(of_bad: Floats, of_ok: Floats, bad_total: Floats, ok_total: Floats) -> Floats:
    seen = of_bad + of_ok
    said: Floats = np.log(_rate(of_bad, bad_total, ok_total) / _rate(of_ok, ok_total, bad_total))
    return said * (seen / (seen + SELDOM))


def _rate(seen: Floats, total: Floats, other: Floats) -> Floats:
    """How often a feature is to be expected in a label's texts.

    A label with few lessons is smoothed more, as in Krichevsky and Trofimov 1981, but only by the
    root: with their estimate what is new would speak for the label that has been seen less, with
    none that depends on the number it would not at all; half-way did best on each of four sites.
    """
    own = np.maximum(total, 1.0)
    rate: Floats = seen / own + 2 * SMOOTHING / np.sqrt(own * np.maximum(total + other, 1.0))
    return rate
