"""The pipeline: models read a batch, then every check runs over every comment; trouble is a signal.

A check that raises is reported as CHECK_FAILED, one that takes too long as CHECK_TIMED_OUT, and the
policy holds the comment; the other checks run all the same. A comment that the models cannot read
fails in the checks that ask for what they made of it. A check lost in native code that never
returns to Python is beyond this: the worker's supervisor kills the process.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version

from service.core.comment import Subject
from service.core.copies import Fingerprint
from service.core.lessons import Lesson, LessonText, SiteFilter
from service.core.ports import Screener
from service.core.signals import CHECK_FAILED, CHECK_TIMED_OUT, Signal
from workers.alarm import Alarm, OuterAlarm, OutOfTime
from workers.attempts import attempt, limit, log_failure
from workers.checks import CHECKS, Check
from workers.fingerprint import fingerprint
from workers.listing import compiled
from workers.material import Material
from workers.model.deep import SecondReader, installed_second_reader
from workers.model.scores import Models, Scores, packaged_models
from workers.phrases import promotion
from workers.scoring import score_all
from workers.second_reading import ask_second
from workers.site_filter.features import FORM
from workers.site_filter.readings import is_reading, read_lesson
from workers.site_filter.trained import filter_from
from workers.site_filter.training import train
from workers.text import READING_VERSION, read
from workers.text.hosts import warm_up
from workers.text.language import guess_language

BUDGET_SECONDS = 1.0
"""What all checks of one comment may take together; usually they take a thousandth of it."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out about one comment; `scores` is None where the models failed."""

    signals: Sequence[Signal]
    scores: Scores | None


class Pipeline:
    """Implements `core.ports.Screener`. Other `checks` than the listed ones are for tests."""

    def __init__(
        self,
        checks: Iterable[Check] = CHECKS,
        *,
        models: Models | None = None,
        second: SecondReader | None = None,
        budget_seconds: float = BUDGET_SECONDS,
    ) -> None:
        self._checks = tuple(checks)
        self._models = models or packaged_models()
        self._second = second
        self._budget_seconds = budget_seconds

    def fingerprint(self, text: str) -> Fingerprint:
        return fingerprint(text)

    def is_reading(self, key: bytes, reading: bytes) -> bool:
        return is_reading(key, reading)

    def read_lesson(self, key: bytes, text: LessonText) -> bytes:
        return read_lesson(key, text.content, text.author_name, text.author_url)

    def filter_from(self, key: bytes, snapshot: bytes) -> SiteFilter | None:
        return filter_from(key, snapshot)

    def site_filter(self, key: bytes, lessons: Sequence[Lesson], now: datetime) -> SiteFilter:
        return train(key, lessons, now)

    def screen(
        self, subjects: Sequence[Subject], beat: Callable[[], None]
    ) -> Sequence[Sequence[Signal]]:
        """Signals for each subject, in the order of the subjects and of the checks.

        `beat` is called between two subjects. What it raises, and what an outer timer's handler
        raises, ends the call.
        """
        return [one.signals for one in self.examine(subjects, beat)]

    def examine(self, subjects: Sequence[Subject], beat: Callable[[], None]) -> Sequence[Examined]:
        """As `screen`, with what the models made of each comment."""
        materials = [Material(subject) for subject in subjects]
        for lists in {subject.lists for subject in subjects}:
            # An automaton for ten thousand words takes longer than a comment may.
            compiled(lists)
        found = []
        try:
            score_all(materials, self._models, beat, budget_seconds=self._budget_seconds)
            if self._second is not None:
                ask_second(materials, self._second, beat, budget_seconds=self._budget_seconds)
            for place, material in enumerate(materials):
                if place:
                    beat()
                found.append(Examined(self._check(material), material.read_scores))
        except OuterAlarm as outer:
            raise outer.raised from None
        return found

    def language(self, text: str) -> str | None:
        return guess_language(text)

    def read(self, text: str) -> str:
        return read(text)

    def versions(self) -> Mapping[str, str]:
        return {
            "vestibule": _package_version(),
            "reading": READING_VERSION,
            **self._models.versions,
            **({"second_reader": self._second.version} if self._second else {}),
            "site_filter": str(FORM),
        }

    def of_the_moment(self) -> frozenset[str]:
        return frozenset(s for check in self._checks if check.of_the_moment for s in check.symbols)

    def _check(self, material: Material) -> Sequence[Signal]:
        signals: list[Signal] = []
        failed: list[str] = []
        timed_out: list[str] = []
        with limit(self._budget_seconds) as alarm:
            for check in self._checks:
                outcome = _run(check, material, alarm)
                if isinstance(outcome, OutOfTime):
                    timed_out.append(check.name)
                elif isinstance(outcome, Exception):
                    failed.append(f"{check.name} ({type(outcome).__name__})")
                else:
                    signals += outcome
                    continue
                log_failure(f"check {check.name}", f"comment {material.subject.draft.id}", outcome)
        if failed:
            signals.append(Signal(CHECK_FAILED, detail=", ".join(failed)))
        if timed_out:
            signals.append(Signal(CHECK_TIMED_OUT, detail=", ".join(timed_out)))
        return signals


def _run(
    check: Check, material: Material, alarm: Alarm | None
) -> Sequence[Signal] | Exception | OutOfTime:
    """What the check found, or what stopped it."""
    return attempt(lambda: [_declared(check, one) for one in check.function(material)], alarm)


def _declared(check: Check, found: object) -> Signal:
    if not isinstance(found, Signal) or found.symbol not in check.symbols:
        raise TypeError(f"{check.name} reported something it does not declare")
    return found


@lru_cache(maxsize=1)
def _package_version() -> str:
    return version("vestibule")


def build_screener() -> Screener:
    """The pipeline with all checks, the shipped models, and the second reader if it is installed.

    `service.wiring` loads it by name.
    """
    # What is read once and then kept is read now, so that processes forked later share it.
    warm_up()
    promotion()
    return Pipeline(second=installed_second_reader())
