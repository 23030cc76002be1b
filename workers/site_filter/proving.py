"""Proving: what a filter may say, by how it does on decisions that it has not learned.

Two tests, and the filter never says more than either of them bears out:

- Each lesson is *left out*, with its near copies, and scored by all others. That shows what a score
  means today: how score and label go together (Platt 1999), and for a number of thresholds how
  much more often bad than good ones pass it.
- The latest lessons are *foretold*: each is scored by the lessons before it only (a prequential
  test, Dawid 1984). That shows how well the filter would have done in its time, and is the most
  that it may say now.

Shares are taken at the cautious ends of Wilson's intervals (1927), so little evidence says little.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.site_filter.counting import Counts, Example, Floats, score, scores_left_out

FORETOLD_MAX = 300
"""So many of the latest lessons of each label are foretold."""

FORETOLD_FROM = 5
"""Lessons of each label before the first is foretold."""

_Z = 1.2816  # nine in ten, on one side
_QUANTILES = np.linspace(0.05, 0.95, 10)
_STEPS = 30
_RIDGE = 0.05
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of one label's lessons, and how much evidence each is."""

    scores: Floats
    evidence: Floats

    @property
    def total(self) -> float:
        return float(self.evidence.sum())


@dataclass(frozen=True, slots=True)
class Threshold:
    """At `score` and beyond: cautious log-odds, and of how many lessons there how many agree."""

    score: float
    log_odds: float
    hits: int
    claims: int


@dataclass(frozen=True, slots=True)
class Tested:
    """The outcome. `slope` and `offset` make log-odds of a score, thresholds and what was foretold
    bound them, on the side of the bad label and on that of the approved.
    """

    judged: int = 0
    slope: float = 0.0
    offset: float = 0.0
    bad_from: tuple[Threshold, ...] = ()
    ok_to: tuple[Threshold, ...] = ()
    foretold_bad: float = 0.0
    foretold_ok: float = 0.0

    def log_odds(self, value: float) -> tuple[float, Threshold | None]:
        """What may be said of a score, and the threshold behind it; 0 and None if nothing."""
        fitted = self.slope * value + self.offset
        if fitted > 0:
            passed = [one for one in self.bad_from if value >= one.score]
            most = self.foretold_bad
        else:
            passed = [one for one in self.ok_to if value <= one.score]
            most = self.foretold_ok
        if not passed or most <= 0:
            return 0.0, None
        best = max(passed, key=lambda one: one.log_odds)
        proved = min(abs(fitted), best.log_odds, most)
        return (proved if fitted > 0 else -proved), best

    @property
    def best(self) -> Threshold | None:
        """Where it is surest that something is bad."""
        if self.foretold_bad <= 0:
            return None
        return max(self.bad_from, key=lambda one: one.log_odds, default=None)


def tested(examples: Sequence[Example]) -> tuple[Tested, Counts, Counts]:
    """Learn `examples`, in their order, and test what was learned of bad and of ok ones."""
    foretold_bad, foretold_ok, bad, ok = _foretold(examples)
    judged = len(foretold_bad.scores) + len(foretold_ok.scores)
    nothing = Tested(judged)
    if min(foretold_bad.total, foretold_ok.total) <= _CLOSE:
        return nothing, bad, ok
    left_bad, left_ok = _left_out(examples, bad, ok)
    slope, offset = _fitted(left_bad, left_ok)
    if slope <= 0:
        return nothing, bad, ok
    outcome = Tested(
        judged,
        slope,
        offset,
        bad_from=_thresholds(left_bad, left_ok),
        ok_to=_thresholds(_mirrored(left_ok), _mirrored(left_bad), sign=-1),
        foretold_bad=_most(_thresholds(foretold_bad, foretold_ok)),
        foretold_ok=_most(_thresholds(_mirrored(foretold_ok), _mirrored(foretold_bad))),
    )
    return outcome, bad, ok


def _foretold(examples: Sequence[Example]) -> tuple[Scored, Scored, Counts, Counts]:
    bad, ok = Counts.none(), Counts.none()
    seen = [0, 0]
    left = [sum(not one.is_bad for one in examples), sum(one.is_bad for one in examples)]
    found: tuple[deque[tuple[float, float]], ...] = (deque(), deque())
    for one in examples:
        side = int(one.is_bad)
        if min(seen) >= FORETOLD_FROM and left[side] <= FORETOLD_MAX:
            found[side].append((score(one.numbers, bad, ok), one.evidence))
        left[side] -= 1
        seen[side] += 1
        (bad if one.is_bad else ok).add(one)
    of_ok, of_bad = (np.array(some, dtype=np.float64).reshape(-1, 2) for some in found)
    return Scored(of_bad[:, 0], of_bad[:, 1]), Scored(of_ok[:, 0], of_ok[:, 1]), bad, ok


def _left_out(examples: Sequence[Example], bad: Counts, ok: Counts) -> tuple[Scored, Scored]:
    scores = scores_left_out(examples, bad, ok)
    evidence = np.array([one.evidence for one in examples])
    is_bad = np.array([one.is_bad for one in examples])
    return (
        Scored(scores[is_bad], evidence[is_bad]),
        Scored(scores[~is_bad], evidence[~is_bad]),
    )


def _mirrored(of: Scored) -> Scored:
    return Scored(-of.scores, of.evidence)


def _thresholds(these: Scored, those: Scored, *, sign: int = 1) -> tuple[Threshold, ...]:
    """Scores that `these` reach more often than `those`, for all that is known."""
    found = []
    for at in np.unique(np.quantile(these.scores, _QUANTILES)).tolist():
        right, wrong = these.scores >= at, those.scores >= at
        low, _ = _wilson(float(these.evidence[right].sum()), these.total)
        _, high = _wilson(float(those.evidence[wrong].sum()), those.total)
        log_odds = float(np.log(max(low, _CLOSE) / high))
        if log_odds > 0:
            hits = int(np.count_nonzero(right))
            claims = hits + int(np.count_nonzero(wrong))
            found.append(Threshold(sign * at, log_odds, hits, claims))
    return tuple(found)


def _most(thresholds: Sequence[Threshold]) -> float:
    return max((one.log_odds for one in thresholds), default=0.0)


def _wilson(hits: float, of: float) -> tuple[float, float]:
    """Both ends of Wilson's score interval for a share."""
    share, square = min(1.0, hits / of), _Z * _Z
    middle = share + square / (2 * of)
    width = _Z * (share * (1 - share) / of + square / (4 * of * of)) ** 0.5
    scale = 1 + square / of
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


def _fitted(bad: Scored, ok: Scored) -> tuple[float, float]:
    """Slope and offset of the log-odds by the score, both labels weighing the same.

    Newton's method for logistic regression, with Platt's targets in place of 0 and 1 and a little
    ridge, so that it ends even where a score tells the labels apart without a fault.
    """
    scores = np.concatenate((bad.scores, ok.scores))
    scale = max(float(np.abs(scores).max()), _CLOSE)
    design = np.stack((scores / scale, np.ones_like(scores)), axis=1)
    weights = np.concatenate((bad.evidence / bad.total, ok.evidence / ok.total))
    targets = np.concatenate(
        (
            np.full(len(bad.scores), (bad.total + 1) / (bad.total + 2)),
            np.full(len(ok.scores), 1 / (ok.total + 2)),
        )
    )
    ridge = np.diag([_RIDGE / min(bad.total, ok.total), 0.0])
    found = np.zeros(2)
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        gradient: Floats = design.T @ (weights * (targets - expected)) - ridge @ found
        curvature = (design * (weights * expected * (1 - expected))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature + np.eye(2) * _CLOSE, gradient)
        found = found + np.clip(step, -5, 5)
        if float(np.abs(step).max()) < _CLOSE:
            break
    return float(found[0] / scale), float(found[1])
