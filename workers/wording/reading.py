"""The wording of one text: its words as codes, what patterns find there, and how it is meant.

A finding that somebody else is quoted with, that is denied, answered or said of oneself, keeps its
place with the circumstance beside it. Circumstances are recognised by form alone: within the
sentence, and by quotation marks that do not enclose the whole text.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from workers.text import SPANS_MAX, Text
from workers.wording.lexicon import lexicon
from workers.wording.patterns import BREAK, COMMA, OTHER, QUOTE, Pattern

_LEXICON = lexicon()
"""Read at import, so before a worker forks and before any comment's time is running."""

MATCHES_MAX = 20
"""So many matches of one pattern say all that it can say, and bound the work on hostile text."""

IDIOM = "idiom"
"""What is found of this name means something else as a whole, so its words are no other finding."""

_TOKEN = re.compile(
    r"[^\W_]+(?:['\u2019*]+[^\W_]+)*\**|[,.!?;:\n\u2026\"\u201c\u201d\u201e\u00ab\u00bb]"
)
_SIGNS = {
    **dict.fromkeys(".!?;\n\u2026", BREAK),
    **dict.fromkeys('"\u201c\u201d\u201e\u00ab\u00bb', QUOTE),
    **dict.fromkeys(",:", COMMA),
}
_ELIDED_MAX = 2  # "l'", "d'", "qu'"
_BEFORE = 14
"""Circumstances are looked for in so many words before a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Words [start, end) of the text; `circumstance` is empty where the attack is the writer's."""

    strength: float
    start: int
    end: int
    circumstance: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a finding comes to in a comment, its author's name included."""

    strength: float
    detail: str
    spans: tuple[tuple[int, int], ...]


def said(finding: str, content: "Wording", name: "Wording") -> Said | None:
    """Findings that are the writer's own words, in the text or in the name."""
    there, named = content.meant(finding), name.meant(finding)
    if not there and not named:
        return None
    return Said(
        strength=max(one.strength for one in (*there, *named)),
        detail="in the name" if named else "",
        spans=content.spans(there),
    )


class Wording:
    """Made once a text, and lazily: without a telling word nothing is searched."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._read = text.read.replace("\u2019", "'")
        words = _TOKEN.findall(self._read)
        get = self._known(words)
        self._codes = BREAK + "".join([get(one) or _code(one, get) for one in words]) + BREAK

    def _known(self, words: list[str]) -> Callable[[str], str | None]:
        """What gives a word's character; some words are harmless in the text's language."""
        get, elsewhere = _LEXICON.codes.get, _LEXICON.elsewhere
        here = elsewhere.keys() & words if not elsewhere.keys().isdisjoint(words) else ()
        language = self._text.likely_language if here else None
        if language is None:
            return get
        harmless = {word: elsewhere[word][language] for word in here if language in elsewhere[word]}
        return get if not harmless else lambda word: harmless.get(word) or get(word)

    @property
    def names_a_group(self) -> bool:
        """Whether a group of people is mentioned, which alone means nothing."""
        return not _LEXICON.groups.isdisjoint(self._codes)

    def meant(self, name: str) -> Sequence[Finding]:
        """Findings of this name that are the writer's own words, in the order of the text."""
        return [one for one in self._findings.get(name, ()) if not one.circumstance]

    def told(self, name: str) -> Sequence[Finding]:
        """Findings of this name that are quoted, reported, denied, answered, or of oneself."""
        return [one for one in self._findings.get(name, ()) if one.circumstance]

    def spans(self, findings: Sequence[Finding]) -> tuple[tuple[int, int], ...]:
        """Where they stand in the text as it was written; what overlaps is one range."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(self._span(one) for one in findings):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged[:SPANS_MAX])

    def _span(self, finding: Finding) -> tuple[int, int]:
        first, last = self._places[finding.start - 1], self._places[finding.end - 2]
        return self._text.read_span(first[0], last[1])

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [one.span() for one in _TOKEN.finditer(self._read)]

    @cached_property
    def _findings(self) -> Mapping[str, Sequence[Finding]]:
        by_code = _LEXICON.by_code
        there = frozenset(self._codes)
        patterns = {one for code in there for one in by_code.get(code, ())}
        matches = []
        for pattern in patterns:
            for some in pattern.needs:
                if there.isdisjoint(some):
                    break
            else:
                found = islice(pattern.regex.finditer(self._codes), MATCHES_MAX)
                matches += [(pattern, *match.span()) for match in found]
        idioms = {
            place
            for pattern, start, end in matches
            if pattern.finding == IDIOM
            for place in range(start, end)
        }
        findings: dict[str, set[Finding]] = defaultdict(set)
        for pattern, start, end in matches:
            if idioms.isdisjoint(range(start, end)):
                findings[pattern.finding].add(self._judged(pattern, start, end))
        return {
            name: sorted(some, key=lambda one: (one.start, one.end, -one.strength))
            for name, some in findings.items()
        }

    def _judged(self, pattern: Pattern, start: int, end: int) -> Finding:
        if self._codes[start] == COMMA:
            start += 1
        asked = _LEXICON.guards.get(pattern.finding, frozenset())
        return Finding(pattern.strength, start, end, self._circumstance(asked, start, end))

    def _circumstance(self, asked: frozenset[str], start: int, end: int) -> str:
        if "quoted" in asked and self._is_quoted(start):
            return "quoted"
        begin = max(self._codes.rfind(BREAK, 0, start) + 1, start - _BEFORE)
        before = self._codes[begin:start]
        for name, form in _LEXICON.circumstances:
            if name in asked and form.search(before):
                return name
        if "answered" in asked:
            after = self._codes.find(BREAK, end)
            if _LEXICON.answered.search(self._codes[begin : min(after, end + _BEFORE)]):
                return "answered"
        return ""

    def _is_quoted(self, place: int) -> bool:
        """Whether an odd number of marks stands before, one after, and text outside of them."""
        marks = self._quotes
        before = bisect_right(marks, place)
        if not before % 2 or before == len(marks):
            return False
        first, last = self._worded
        return first < marks[before - 1] or marks[before] < last

    @cached_property
    def _worded(self) -> tuple[int, int]:
        """The places of the first and of the last word."""
        signs = BREAK + COMMA + QUOTE
        return (
            len(self._codes) - len(self._codes.lstrip(signs)),
            len(self._codes.rstrip(signs)) - 1,
        )

    @cached_property
    def _quotes(self) -> list[int]:
        return [place for place, code in enumerate(self._codes) if code == QUOTE]


def _code(word: str, get: Callable[[str], str | None]) -> str:
    """Of a sign, of a word in asterisks, or of one with an elided word before it ("d'idiots")."""
    sign = _SIGNS.get(word)
    if sign is not None:
        return sign
    if word[-1] == "*":
        return get(word.rstrip("*")) or OTHER
    elided, apostrophe, rest = word.partition("'")
    return (apostrophe and len(elided) <= _ELIDED_MAX and get(rest)) or OTHER
