"""Figures of scores against labels: how well they rank, decide and calibrate. numpy only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decided:
    """At one threshold. A share of nothing is not a number."""

    threshold: float
    precision: float
    recall: float
    false_positives: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores between two bounds: how many, what they say on average, and what is true."""

    many: int
    said: float
    true: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a curve from left to right."""

    x: Sequence[float]
    y: Sequence[float]


def roc_auc(scores: Floats, target: Bools) -> float:
    """The chance that a bad one scores higher than a good one; ties count half."""
    positives, negatives = int(target.sum()), int((~target).sum())
    if not positives or not negatives:
        return float("nan")
    _, place, many = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(many) - (many - 1) / 2
    total = float(ranks[place][target].sum())
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def average_precision(scores: Floats, target: Bools) -> float:
    """The area under precision over recall, by steps at each different score."""
    recall, precision = precision_recall(scores, target)
    if not len(recall):
        return float("nan")
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * precision))


def precision_recall(scores: Floats, target: Bools) -> tuple[Floats, Floats]:
    """Recall and precision from the highest threshold down."""
    hits, taken = _taken(scores, target)
    if not target.any():
        return np.array([]), np.array([])
    return hits / target.sum(), hits / taken


def roc(scores: Floats, target: Bools) -> tuple[Floats, Floats]:
    """False and true positives' shares from the highest threshold down."""
    hits, taken = _taken(scores, target)
    return (
        np.concatenate([[0.0], (taken - hits) / max(int((~target).sum()), 1)]),
        np.concatenate([[0.0], hits / max(int(target.sum()), 1)]),
    )


def _taken(scores: Floats, target: Bools) -> tuple[Floats, Floats]:
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    hits = np.cumsum(target[order])[last].astype(np.float64)
    return hits, (last + 1).astype(np.float64)


def recall_at(scores: Floats, target: Bools, *, false_positives: float) -> float:
    """The most that is found while no larger share of the good ones is."""
    false, true = roc(scores, target)
    return float(true[false <= false_positives].max())


def decided(scores: Floats, target: Bools, threshold: float) -> Decided:
    taken = scores >= threshold
    return Decided(
        threshold,
        share(taken & target, taken),
        share(taken & target, target),
        share(taken & ~target, ~target),
    )


def reliability(probabilities: Floats, target: Bools) -> list[Bin]:
    """`BINS` of equal width, those without scores left out."""
    place = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    return [
        Bin(int(some.sum()), float(probabilities[some].mean()), float(target[some].mean()))
        for number in range(BINS)
        if (some := place == number).any()
    ]


def calibration_error(probabilities: Floats, target: Bools) -> float:
    """The expected calibration error: how far scores are from the truth, averaged over bins."""
    total = max(len(probabilities), 1)
    return sum(
        one.many / total * abs(one.said - one.true) for one in reliability(probabilities, target)
    )


def share(part: Bools, whole: Bools) -> float:
    many = int(whole.sum())
    return int(part.sum()) / many if many else float("nan")
