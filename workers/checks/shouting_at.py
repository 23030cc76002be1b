"""Capitals at somebody: three words or more in a row, one of which says "you"."""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

WORDS_MIN = 3
LETTERS_MIN = 10
"""Shorter rows are abbreviations and single stressed words ("did YOU go?")."""

_YOU = re.compile(
    r"\b(?:YOU|YOUR|YOU['\u2019]?(?:RE|VE|LL)|YOURSELF|DU|DICH|DIR|DEINE?|IHR|EUCH|TU|TOI|VOUS|"
    r"VOTRE|TON|TES|TUS|ERES)\b"
)
_HINTS = (
    "YOU",
    "DU",
    "DICH",
    "DIR",
    "DEIN",
    "IHR",
    "EUCH",
    "TU",
    "TOI",
    "VO",
    "TON",
    "TES",
    "ERES",
)
"""One of these is in all of them: looking for those first is quicker than the pattern."""

_ROW = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def check_shouting_at(material: Material) -> Iterable[Signal]:
    content = material.text.written
    if not any(hint in content for hint in _HINTS) or _YOU.search(content) is None:
        return
    rows: list[tuple[int, int]] = []
    words: list[re.Match[str]] = []
    for word in _ROW.finditer(content):
        if word[0].isupper():
            words.append(word)
            continue
        rows += _shouted(words)
        words = []
    rows += _shouted(words)
    if rows:
        yield Signal("SHOUTING_AT_SOMEONE", spans=tuple(rows[:SPANS_MAX]))


def _shouted(words: list[re.Match[str]]) -> list[tuple[int, int]]:
    """The range of a row of words in capitals, if it is long enough and says "you"."""
    if (
        len(words) >= WORDS_MIN
        and sum(len(one[0]) for one in words) >= LETTERS_MIN
        and any(_YOU.fullmatch(one[0]) for one in words)
    ):
        return [(words[0].start(), words[-1].end())]
    return []
