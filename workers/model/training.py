"""Training the linear models from labelled texts, which needs the extra `[train]`.

For each label a logistic regression on n-gram counts, scaled by the naive-Bayes log-count ratio
(Wang and Manning, 2012, "Baselines and Bigrams"), fitted by L-BFGS. Each source of texts has an
intercept of its own, which is dropped afterwards: how many bad texts a collection happens to hold
must not be learned from the words by which one recognises the collection. An eighth of the texts is
kept for the calibration. The same lines and the same seed give the same weights.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from workers.model.features import BUCKETS, NOBODYS, extract
from workers.model.linear import GRAMS_MIN, Weights
from workers.text import Text

TEXT_MAX_CHARACTERS = 4000
POWER = 0.25
STRENGTHS = {"spam": 1.0}
STRENGTH = 0.3
"""How far the weights may follow the texts: the inverse of the regularisation. There is less spam
to learn from than abuse, and it repeats itself more.
"""

ITERATIONS = 40
SMOOTHING = 1.0
CALIBRATION_SHARE = 8
KNOTS = 24

_AT_ONCE = 200
_FREE = 1e-3
_LARGEST = float(np.iinfo(np.int16).max)

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is known of it; a label that `targets` does not name is unknown.

    `source` says which collection the text comes from. Texts with the same `key`, such as disguised
    copies of one, are all trained on or all kept for the calibration. One with the weight 2 is
    learned from as if it were there twice; for the calibration each counts once.
    """

    text: str
    targets: Mapping[str, bool]
    source: str = ""
    key: str = ""
    weight: float = 1.0


def train(
    examples: Sequence[Example],
    labels: Sequence[str],
    *,
    seed: int,
    about: Mapping[str, Any],
    progress: Progress = lambda _: None,
) -> Weights:
    """Weights for `labels`. Raises `ValueError` for one that lacks texts with or without it."""
    progress("reading")
    counts, sizes = matrix([one.text for one in examples])
    scaled = counts.copy()
    scaled.data *= np.repeat(sizes**-POWER, np.diff(counts.indptr)).astype(np.float32)
    sources = np.unique([one.source for one in examples], return_inverse=True)[1]
    kept = np.array([_is_kept(one, seed) for one in examples])
    heft = np.array([one.weight for one in examples])
    columns, calibrations, rates = [], [], []
    for label in labels:
        progress(label)
        known = np.array([label in one.targets for one in examples])
        target = np.array([one.targets.get(label, False) for one in examples])
        learned, held = known & ~kept, known & kept
        for share in (target[learned], target[held]):
            if not share.any() or share.all():
                raise ValueError(f"there are too few texts with or without the label {label}")
        weights = fit(
            scaled[learned], target[learned], sources[learned], heft[learned],
            strength=STRENGTHS.get(label, STRENGTH),
        )  # fmt: skip
        columns.append(weights)
        calibrations.append(calibrate(scaled[held] @ weights, target[held]))
        rates.append(float(target[held].mean()))
    scales = np.array([float(np.abs(one).max()) / _LARGEST for one in columns])
    table = np.rint(np.column_stack(columns) / scales).astype(np.int16)
    return Weights(
        labels=tuple(labels),
        table=table,
        scales=scales,
        power=POWER,
        knots_x=np.array([x for x, _ in calibrations]),
        knots_y=np.array([y for _, y in calibrations]),
        rates=np.array(rates),
        about=about,
    )


def _is_kept(example: Example, seed: int) -> bool:
    key = f"{seed} {example.key or example.text}".encode("utf-8", "surrogatepass")
    return crc32(key) % CALIBRATION_SHARE == 0


def matrix(texts: Sequence[str]) -> tuple[csr_matrix, Floats]:
    """Counts of n-grams, a row a text, and how many n-grams each text has."""
    rows, numbers, lengths = [], [], []
    for start in range(0, len(texts), _AT_ONCE):
        read = [Text(one[:TEXT_MAX_CHARACTERS]).read for one in texts[start : start + _AT_ONCE]]
        kinds = extract(read).kinds
        for place in range(len(read)):
            buckets = np.concatenate(
                [one.buckets[one.edges[place] : one.edges[place + 1]] for one in kinds]
            )
            found, many = np.unique(buckets[buckets != NOBODYS], return_counts=True)
            rows.append(found.astype(np.int32))
            numbers.append(many.astype(np.float32))
            lengths.append(many.sum())
    edges = np.concatenate([[0], np.cumsum([len(one) for one in rows])])
    counts = csr_matrix(
        (np.concatenate(numbers), np.concatenate(rows), edges), shape=(len(texts), BUCKETS)
    )
    return counts, np.maximum(np.array(lengths, dtype=np.float64), GRAMS_MIN)


def fit(
    rows: csr_matrix,
    target: npt.NDArray[np.bool_],
    sources: npt.NDArray[np.int64],
    heft: Floats,
    *,
    strength: float = STRENGTH,
) -> Singles:
    """A weight for each bucket; `heft` says how much each text counts."""
    ratio = _log_count_ratio(rows, target, heft)
    columns = rows.T.tocsr()
    sign = np.where(target, 1.0, -1.0)
    many = int(sources.max()) + 1

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, intercepts = point[:BUCKETS], point[BUCKETS:]
        margin = sign * (rows @ (ratio * weights).astype(np.float32) + intercepts[sources])
        value = strength * float(heft @ np.logaddexp(0.0, -margin))
        value += 0.5 * float(weights @ weights) + 0.5 * _FREE * float(intercepts @ intercepts)
        slope = -strength * heft * sign * np.exp(-np.logaddexp(0.0, margin))
        return value, np.concatenate(
            [
                ratio * (columns @ slope.astype(np.float32)) + weights,
                np.bincount(sources, slope, many) + _FREE * intercepts,
            ]
        )

    best = minimize(
        loss, np.zeros(BUCKETS + many), jac=True, method="L-BFGS-B",
        options={"maxiter": ITERATIONS, "maxcor": 6},
    )  # fmt: skip
    weights: Singles = (ratio * best.x[:BUCKETS]).astype(np.float32)
    return weights


def _log_count_ratio(rows: csr_matrix, target: npt.NDArray[np.bool_], heft: Floats) -> Singles:
    found = []
    for side in (target, ~target):
        counts = rows.T @ (side * heft).astype(np.float32) + SMOOTHING
        found.append(np.log(counts / counts.sum()))
    ratio: Singles = (found[0] - found[1]).astype(np.float32)
    return ratio


def calibrate(sums: Floats, target: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """A rising line through at most `KNOTS` points, from sums to log-odds.

    Isotonic regression over quantiles, which lie closer at both ends. Where it is flat the line
    still rises a little, and it goes on beyond its ends, so that no two different texts tie.
    """
    order = np.argsort(sums, kind="stable")
    shares = 1.0 / (1.0 + np.exp(-np.linspace(-6.0, 6.0, KNOTS - 1)))
    edges = np.unique(np.concatenate([[0], (shares * len(sums)).astype(int), [len(sums)]]))
    blocks: list[list[float]] = []
    for start, end in pairwise(edges.tolist()):
        some = order[start:end]
        blocks.append([float(sums[some].sum()), float(target[some].sum()), float(len(some))])
        while len(blocks) > 1 and (
            _share(blocks[-2]) >= _share(blocks[-1]) or _mean(blocks[-2]) >= _mean(blocks[-1])
        ):
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    x = np.array([_mean(one) for one in blocks])
    y = np.array([math.log(_share(one) / (1.0 - _share(one))) for one in blocks])
    spread = max(float(sums.max() - sums.min()), 1.0)
    x = np.concatenate([[x[0] - spread], x, [x[-1] + spread]])
    y = np.concatenate([[y[0] - 1.0], y, [y[-1] + 1.0]])
    # Every label has as many knots as the next; the surplus goes on to the right.
    missing = np.arange(1, KNOTS + 3 - len(x))
    return (
        np.concatenate([x, x[-1] + missing]),
        np.concatenate([y, np.full(len(missing), y[-1])]),
    )


def _mean(block: Sequence[float]) -> float:
    total, _, many = block
    return total / many


def _share(block: Sequence[float]) -> float:
    _, positive, many = block
    return (positive + 0.5) / (many + 1.0)
