"""Makes lessons for tests: texts of a made-up site, as many and as different as a test wants."""

from datetime import UTC, datetime, timedelta
from random import Random

from service.core.lessons import Label, Lesson
from workers.site_filter.features import Features
from workers.site_filter.readings import read_lesson
from workers.site_filter.trained import TrainedFilter
from workers.site_filter.training import train
from workers.text import Text

KEY = b"a key of the tests"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
WORDS = {
    Label.OK: "bread rye oven flour crust baked grandmother sourdough water salt kneading loaf",
    Label.SPAM: "slots jackpot deposit bonus winning casino betting odds lucky spins withdraw cash",
    Label.ABUSE: "stupid shut idiots moron pathetic clown disgusting losers worthless scum trash",
}
COMMON = "the and with for this that have really just about when your from every other very much"


def text_of(label: Label, seed: int) -> str:
    """A text of ten to thirty words, a third of which are of its label; another for each seed."""
    random = Random(f"{label} {seed}")
    words = [
        random.choice(WORDS[label].split()) if random.random() < 0.3 else
        random.choice(COMMON.split()) + random.choice(["", "", "s", "ly", str(seed % 97)])
        for _ in range(random.randint(10, 30))
    ]  # fmt: skip
    return " ".join(words)


def lesson(label: Label, seed: int, **given) -> Lesson:
    """One of the site's lessons; those of one seed and label have the same text."""
    number = given.pop("number", seed)
    text = given.pop("text", None) or text_of(label, seed)
    return Lesson(
        site_id="site",
        comment_id=f"{label}-{number:06}",
        revision=0,
        label=given.pop("taught", label),
        teacher_id=given.pop("teacher", f"teacher {number % 5}"),
        decision_id=f"{number:06}",
        at=given.pop("at", NOW - timedelta(minutes=10_000 - number)),
        reading=read_lesson(KEY, text, "Jane", None),
    )


def lessons(ok: int, spam: int, abuse: int = 0, *, first: int = 0) -> list[Lesson]:
    wanted = ((Label.OK, ok), (Label.SPAM, spam), (Label.ABUSE, abuse))
    return [lesson(label, first + one) for label, number in wanted for one in range(number)]


def trained(some: list[Lesson], now: datetime = NOW) -> TrainedFilter:
    return train(KEY, some, now)


def features(text: str) -> bytes:
    return Features(Text(text), "Jane", None, KEY).packed


def said(made: TrainedFilter, text: str) -> dict[Label, float]:
    """What the filter says of a text, in log-odds."""
    return {one.label: one.log_odds for one in made.opinions(features(text))}
