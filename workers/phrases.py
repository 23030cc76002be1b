"""Phrases of a lexicon in a text: whole words of what is read, each with its section."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from workers.lexicons import sections
from workers.text import read

Ranges = list[tuple[int, int]]


class Phrases:
    """The sections of one file of `workers/lexicons`, searched in one pass."""

    def __init__(self, entries: Mapping[str, tuple[str, ...]]) -> None:
        pairs = sorted({(read(phrase), name) for name, some in entries.items() for phrase in some})
        self._sections = [name for _, name in pairs]
        self._automaton = AhoCorasick([phrase for phrase, _ in pairs])

    def find(self, text: str) -> Mapping[str, Ranges]:
        """By section the ranges of `text`, a text as it is read, that its phrases take up.

        Phrases that overlap make one range; sections without one are absent.
        """
        found: dict[str, Ranges] = defaultdict(list)
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        for pattern, start, end in sorted(matches, key=lambda match: (match[1], -match[2])):
            if _inside_word(text, start) or _inside_word(text, end):
                continue
            ranges = found[self._sections[pattern]]
            if ranges and start < ranges[-1][1]:
                ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
            else:
                ranges.append((start, end))
        return found


@lru_cache(maxsize=1)
def promotion() -> Phrases:
    return Phrases(sections("promotion.txt"))


# Scripts of East and South-East Asia put no spaces between words, or join particles to them.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc]"
)


def _inside_word(text: str, place: int) -> bool:
    """Whether a word goes on at `place`."""
    around = text[place - 1 : place + 1] if 0 < place < len(text) else ""
    return around.isalnum() and len(around) > 1 and _UNSPACED.search(around) is None
