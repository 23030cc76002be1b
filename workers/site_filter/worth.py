"""Worth: how much each lesson counts, as a function of all lessons, whatever order they came in.

Near copies count together like a few texts, however many there are; what one moderator teaches in
a day has a limit; and what is old fades.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2

import numpy as np
from numpy.typing import NDArray

from service.core.lessons import Label, Lesson

HALF_LIFE = timedelta(weeks=52)
_STEP = timedelta(weeks=1)
DAY_LIMIT = 100.0
"""What all lessons of one label, by one moderator on one day (UTC), count together at most."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worth:
    """For each lesson: what it counts in learning; what it and its near copies count together; its
    share of those; and how much evidence it is of what the filter can do.
    """

    alone: Floats
    of_copies: Floats
    share: Floats
    evidence: Floats


def weeks(now: datetime) -> int:
    """The number of a week: within one, lessons keep their worth."""
    return int(now.timestamp() // _STEP.total_seconds())


def worth_of(lessons: Sequence[Lesson], marks: Sequence[tuple[int, ...]], week: int) -> Worth:
    groups = np.array(_groups(lessons, marks), dtype=np.intp)
    sizes = Counter(groups.tolist())
    share = np.array([1 / sizes[group] for group in groups.tolist()])
    alone = share * [_worth_of_copies(sizes[group]) for group in groups.tolist()]
    limit = np.ones(len(lessons))
    days: dict[tuple[str | None, Label | None, int], list[int]] = defaultdict(list)
    for place, lesson in enumerate(lessons):
        days[lesson.teacher_id, lesson.label, lesson.at.toordinal()].append(place)
    for places in days.values():
        limit[places] = min(1.0, DAY_LIMIT / alone[places].sum())
    ages = np.array([max(0, week - weeks(lesson.at)) for lesson in lessons])
    kept = limit * 0.5 ** (ages * (_STEP / HALF_LIFE))
    alone = alone * kept
    of_group = np.zeros(len(lessons))
    np.add.at(of_group, groups, alone)
    of_copies = of_group[groups]
    return Worth(alone, of_copies, share, share * kept)


def _worth_of_copies(number: int) -> float:
    """One text counts 1, sixteen copies together 2, five hundred 3.2."""
    return 1 + log2(number) / 4


def _groups(lessons: Sequence[Lesson], marks: Sequence[tuple[int, ...]]) -> list[int]:
    """For each lesson the first one of its label that it is a near copy of, over others or not.

    Texts that share a mark are near copies (see `workers.fingerprint`); the groups are found with
    a disjoint-set forest (Tarjan 1975).
    """
    parents = list(range(len(lessons)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    seen: dict[tuple[Label | None, int], int] = {}
    for place, (lesson, of_lesson) in enumerate(zip(lessons, marks, strict=True)):
        for mark in of_lesson:
            other = root(seen.setdefault((lesson.label, mark), place))
            mine = root(place)
            parents[max(mine, other)] = min(mine, other)
    return [root(place) for place in range(len(lessons))]
