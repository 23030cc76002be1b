"""Training: makes a filter of a site's lessons, whatever order they come in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import numpy as np

from service.core.lessons import Label, Lesson
from workers.site_filter.counting import Counts, Example, shares
from workers.site_filter.proving import tested
from workers.site_filter.readings import unpacked
from workers.site_filter.trained import Head, TrainedFilter
from workers.site_filter.worth import weeks, worth_of

SPEAKS_FROM = 20
"""So many lessons of each label, near copies counted once, before it says anything."""

BAD = (Label.SPAM, Label.ABUSE)


def train(key: bytes, lessons: Sequence[Lesson], now: datetime) -> TrainedFilter:
    """The filter that these lessons make at this time, each with a whole reading."""
    # They are told apart by their decisions, which are also in the order of time.
    lessons = sorted(lessons, key=lambda one: (one.decision_id, one.key))
    week = weeks(now)
    counts = {label: sum(one.label is label for one in lessons) for label in Label}
    return TrainedFilter(key, counts, _heads(lessons, week), _digest(key, lessons, week))


def _heads(lessons: Sequence[Lesson], week: int) -> Mapping[Label, Head]:
    if not lessons:
        return {label: _head([]) for label in BAD}
    readings = [unpacked(one.reading) for one in lessons]
    worth = worth_of(lessons, [one.marks for one in readings], week)
    return {
        label: _head(
            [
                Example(
                    readings[place].numbers,
                    lesson.label is label,
                    worth=float(worth.alone[place]),
                    of_copies=float(worth.of_copies[place]),
                    share=float(worth.share[place]),
                    evidence=float(worth.evidence[place]),
                )
                for place, lesson in enumerate(lessons)
                if lesson.label in {label, Label.OK}
            ]
        )
        for label in BAD
    }


def _head(examples: Sequence[Example]) -> Head:
    outcome, bad, ok = tested(examples)
    proved = outcome.foretold_bad > 0 or outcome.foretold_ok > 0
    enough = all(
        sum(one.share for one in examples if one.is_bad is bad) > SPEAKS_FROM - 0.5
        for bad in (True, False)
    )
    known = _known(bad, ok) if proved and enough else np.zeros(0, dtype=np.intp)
    numbers = known.astype(np.uint16)
    return Head(outcome, numbers, shares(numbers, bad, ok).astype(np.float16))


def _known(bad: Counts, ok: Counts) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.flatnonzero(bad.features + ok.features)


def _digest(key: bytes, lessons: Sequence[Lesson], week: int) -> str:
    made = sha256(key + str(week).encode())
    for one in lessons:
        fields = (*one.key, one.label, one.teacher_id, one.decision_id, one.at.isoformat())
        made.update("\0".join(map(str, fields)).encode() + b"\0" + one.reading)
    return made.hexdigest()
