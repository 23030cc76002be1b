"""What the second reader is trained on: which sets, how many lines of each, and what they label.

A set says something about one head or both: `davidson` calls a rude tweet offensive, not hateful;
`edos` knows sexism only, so its other lines may be uncivil all the same. What a set does not say
is UNSAID and trains nothing. Lines of the fold `dev` never train, nor do sets without a licence.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from workers.model.deep import plain
from workers.model.meaning_pairs import UNSAID, meaning_pairs

GENERATED = "generated"
GENERATED_LINES = 9_000
ALTERED_SHARE = 0.1
ALTERED_WORDS = 0.3
WORD_MIN = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A comment of a set. `bad` is the set's own label, `abuse` and `hate` are what it says."""

    source: str
    group: str
    text: str
    bad: int
    abuse: float
    hate: float


@dataclass(frozen=True, slots=True)
class Example:
    """What trains: a text, the targets of both heads (or UNSAID), and the set that it is from."""

    text: str
    abuse: float
    hate: float
    source: str


@dataclass(frozen=True, slots=True)
class Share:
    """How many lines of a set train, of its bad and of its other lines, and how sure labels are.

    `smoothing` is the share of labels taken to be wrong; `repeat` is how often a bad line counts.
    """

    bad: int
    fine: int
    smoothing: float
    repeat: int = 1


SHARES = {
    "davidson": Share(4_200, 3_000, 0.1),
    "jigsaw_subset": Share(2_600, 2_600, 0.05),
    "wiki_context": Share(400, 5_500, 0.03, repeat=4),
    "edos": Share(3_500, 3_500, 0.1),
    "stormfront": Share(900, 5_000, 0.1, repeat=2),
    "madlibs": Share(4_000, 4_000, 0.02),
    "germeval2018": Share(700, 1_000, 0.1),
    "blog_mmistakes": Share(0, 650, 0.02),
    "sms_spam": Share(0, 1_500, 0.05),
    "youtube_spam": Share(0, 460, 0.05),
}
"""The caps keep one large set from deciding what abuse is; 0.1 is for labels known to be noisy."""

_LEET = str.maketrans("aeiosAEIOS", "4310$4310$")


def read_lines(path: Path) -> Iterator[tuple[Line, bool]]:
    """The lines of the sets, and whether they may train by their fold."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for raw in lines:
            row = json.loads(raw)
            bad, group, source = int(row["y"]), str(row["grp"]), str(row["ds"])
            abuse, hate = _said(source, str(row["task"]), group, bad=bad)
            yield Line(source, group, row["text"], bad, abuse, hate), row["fold"] == "train"


def _said(source: str, task: str, group: str, *, bad: int) -> tuple[int, int]:
    if source == "davidson":
        return bad, int(group == "hate")
    if source in {"edos", "stormfront"}:
        return (1, 1) if bad else (UNSAID, 0)
    if source == "madlibs":
        return bad, bad
    if task == "spam":
        return (UNSAID, UNSAID) if bad else (0, 0)
    return (1, UNSAID) if bad else (0, 0)


def training_lines(
    lines: Iterable[tuple[Line, bool]], *, left_out: Collection[str], seed: int
) -> list[Example]:
    """The lines that train, in random order."""
    random = Random(seed)  # noqa: S311 (no secret)
    pools: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
    for line, trains in lines:
        if trains and line.source in SHARES and line.source not in left_out:
            pools[line.source, line.bad].append(line)
    chosen: list[Example] = []
    for (source, bad), pool in sorted(pools.items()):
        share = SHARES[source]
        wanted = share.bad if bad else share.fine
        if source == "davidson":
            # Hate is rare there, and the set's point is that rudeness is something else.
            pool.sort(key=lambda line: line.group != "hate")
            kept = pool[:1_000] + random.sample(pool[1_000:], wanted - 1_000) if bad else pool
        else:
            kept = random.sample(pool, min(wanted, len(pool)))
        for line in kept * (share.repeat if bad else 1):
            text = plain(line.text)
            if random.random() < ALTERED_SHARE:
                text = altered(text, random)
            soft = share.smoothing
            chosen.append(Example(text, _soft(line.abuse, soft), _soft(line.hate, soft), source))
    chosen += [
        Example(one.text, _soft(one.abuse, 0.02), _soft(one.hate, 0.02), GENERATED)
        for one in meaning_pairs(GENERATED_LINES, seed)
    ]
    random.shuffle(chosen)
    return chosen


def _soft(label: float, smoothing: float) -> float:
    return label if label == UNSAID else label * (1 - smoothing) + smoothing / 2


def altered(text: str, random: Random) -> str:
    """`text` with some words spelled as those do who want to pass a list of words."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda word: word.translate(_LEET),
        ".".join,
        " ".join,
        lambda word: word[:2] + word[1] * 3 + word[2:],
        lambda word: word[: len(word) // 2] + "*" + word[len(word) // 2 + 1 :],
        lambda word: word[:1] + word[2:3] + word[1:2] + word[3:],
    )
    return " ".join(
        random.choice(ways)(word)
        if len(word) >= WORD_MIN and random.random() < ALTERED_WORDS
        else word
        for word in text.split(" ")
    )
