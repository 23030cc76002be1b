"""Gathers what came of labelled comments, and works the figures out."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from service.core.rules import REFUSALS, Family, Policy
from service.core.states import State
from workers.commands.alone import Judged
from workers.commands.figures import (
    Bin,
    Decided,
    Floats,
    average_precision,
    calibration_error,
    decided,
    precision_recall,
    reliability,
    roc,
    roc_auc,
)

POINTS_SHOWN = 200
"""A curve is drawn with so many points at most."""


@dataclass(frozen=True, slots=True)
class FamilyFigures:
    """Of one family's probability against its label; `at` is by the verdict of each threshold."""

    name: str
    positives: int
    roc_auc: float
    average_precision: float
    calibration_error: float
    at: Mapping[str, Decided]
    bins: Sequence[Bin]
    roc: Sequence[tuple[float, float]]
    precision_recall: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SymbolFigures:
    """How often a symbol fires, and with which labels; `points` is the mean of what it counted."""

    symbol: str
    family: str
    many: int
    by_label: Mapping[str, int]
    points: float

    @property
    def precision(self) -> float:
        """The share of what it fires on that is of its family; not a number without a family."""
        return self.by_label.get(self.family, 0) / self.many if self.family else float("nan")


@dataclass(frozen=True, slots=True)
class Figures:
    """`verdicts` counts by label and verdict. `groups` has, for each group of harmless comments,
    how many were not approved, and how many there are.
    """

    comments: int
    labels: Mapping[str, int]
    verdicts: Mapping[tuple[str, str], int]
    families: Sequence[FamilyFigures]
    groups: Mapping[str, tuple[int, int]]
    symbols: Sequence[SymbolFigures]
    seconds_each: float


@dataclass
class Evaluation:
    policy: Policy
    labels: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    probabilities: dict[Family, list[float]] = field(
        default_factory=lambda: {family: [] for family in Family}
    )
    fired: dict[str, Counter[str]] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, one: Judged, label: str, group: str) -> None:
        self.labels.append(label)
        self.groups.append(group)
        self.states.append(one.verdict.state)
        for family, found in self.probabilities.items():
            found.append(one.verdict.sum_of(family).probability)
        for part in one.verdict.contributions:
            symbol = part.signal.symbol
            self.fired.setdefault(symbol, Counter())[label] += 1
            self.points[symbol] += part.points

    def conclude(self, *, seconds_each: float) -> Figures:
        harmless: Counter[str] = Counter()
        stopped: Counter[str] = Counter()
        for label, group, state in zip(self.labels, self.groups, self.states, strict=True):
            if label == "ok":
                harmless[group] += 1
                stopped[group] += state is not State.APPROVED
        return Figures(
            comments=len(self.labels),
            labels=Counter(self.labels),
            verdicts=Counter(zip(self.labels, map(str, self.states), strict=True)),
            families=[self._family(family) for family in Family if str(family) in self.labels],
            groups={name: (stopped[name], many) for name, many in sorted(harmless.items())},
            symbols=sorted(map(self._symbol, self.fired), key=lambda one: -one.many),
            seconds_each=seconds_each,
        )

    def _family(self, family: Family) -> FamilyFigures:
        scores = np.array(self.probabilities[family])
        target = np.array([label == str(family) for label in self.labels])
        lines = self.policy.thresholds[family]
        return FamilyFigures(
            name=str(family),
            positives=int(target.sum()),
            roc_auc=roc_auc(scores, target),
            average_precision=average_precision(scores, target),
            calibration_error=calibration_error(scores, target),
            at={
                "held": decided(scores, target, lines.held),
                str(REFUSALS[family]): decided(scores, target, lines.refused),
            },
            bins=reliability(scores, target),
            roc=_points(*roc(scores, target)),
            precision_recall=_points(*precision_recall(scores, target)),
        )

    def _symbol(self, symbol: str) -> SymbolFigures:
        many = self.fired[symbol].total()
        rule = self.policy.rule(symbol)
        family = self.policy.family(rule) if rule is not None else None
        return SymbolFigures(
            symbol, str(family or ""), many, self.fired[symbol], self.points[symbol] / many
        )


def _points(x: Floats, y: Floats) -> Sequence[tuple[float, float]]:
    if not len(x):
        return []
    some = np.unique(np.linspace(0, len(x) - 1, POINTS_SHOWN).astype(int))
    return list(zip(x[some].tolist(), y[some].tolist(), strict=True))
