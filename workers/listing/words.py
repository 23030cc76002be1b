"""Words and phrases of lists, in texts.

Whole words only, never substrings: a match must begin and end at a word boundary of UAX #29, or
between a letter and an apostrophe, full stop, colon or underscore, so that an entry is found in
"l'entry", "entry.example" and "_entry_" too. Text and entries are folded alike (`workers.text`);
the text is looked at as it is read, too, so that an entry is found under its disguises.
In scripts without spaces UAX #29 knows no words: Han, hiragana, Thai, Lao, Khmer and Myanmar have a
boundary at every character (but not before its marks), so there an entry matches inside running
text. Katakana matches whole runs, Hangul what stands between spaces, particles included.
One pass of an Aho-Corasick automaton finds all candidates, whatever the length of the list.

What an allowed phrase covers no other entry finds: "ass" is not in "pack ass" where that is
allowed. An entry for all sites that allows lifts only such ones; a site's own lifts any.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from ahocorasick_rs import AhoCorasick
from uniseg.wordbreak import word_boundaries  # type: ignore[import-untyped]  # it has annotations, but no marker

from service.core.lists import Effect, ListEntry
from workers.text import SPANS_MAX, Folded, Text, folded, read

Ranges = tuple[tuple[int, int], ...]

_ENDS_WORD = frozenset("'\u2018\u2019._:\u00b7\u2027")

# Between two of these there is always a boundary: hiragana, Han, Thai and Lao letters.
_UNSPACED = re.compile(
    "[\u3041-\u3096\u3400-\u4dbf\u4e00-\u9fff\u0e01-\u0e30\u0e40-\u0e46\u0e81-\u0eb0\u0ec0-\u0ec4]{2}"
)
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30fe]{2}")  # Here never (WB13).

# Up to here letters are Latin, Greek and Cyrillic: two of them never part (WB5), and no ASCII sign
# joins them but those of `_ENDS_WORD`.
_LAST_CERTAIN = "\u052f"
_CHUNK = re.compile("[^ ]+")
_SHORT_CHUNK = 64
_LONG_CHUNK = 256
_EXACT_MAX_CHARS = 1_024
"""So much is looked at by UAX #29, in pieces; then every doubtful place may end a word."""


@dataclass(slots=True)
class Hits:
    """Of one effect: which entries, how many places, and the first ranges as they were written."""

    entries: dict[str, None] = field(default_factory=dict)
    count: int = 0
    spans: Ranges = ()


class WordMatcher:
    """A list's automata: for folded texts, and for texts as they are read."""

    def __init__(self, entries: Iterable[ListEntry]) -> None:
        by_pattern: dict[str, list[ListEntry]] = defaultdict(list)
        for entry in entries:
            plain = folded(entry.value).strip()
            if plain:
                by_pattern[plain].append(entry)
        self._folded = _Automaton(by_pattern)
        # An entry that is a disguise itself ("5ex") means this disguise, and not what it hides.
        self._read = _Automaton({one: some for one, some in by_pattern.items() if read(one) == one})

    def find(self, text: Text) -> Mapping[Effect, Hits]:
        """By effect what is found, allowed phrases only where they lifted something."""
        found: dict[Effect, Hits] = {}
        if self._folded.may_match(text.folded):
            mapped = Folded(text.written)
            _add(found, self._folded.find(mapped.text), mapped.original_span)
        if text.read != text.folded and self._read.may_match(text.read):
            # What stands in the open is found once more here.
            _add(found, self._read.find(text.read), text.read_span)
        return found


class _Automaton:
    def __init__(self, by_pattern: Mapping[str, Sequence[ListEntry]]) -> None:
        patterns = sorted(by_pattern)
        self._entries = [by_pattern[one] for one in patterns]
        self._automaton = AhoCorasick(patterns) if patterns else None

    def may_match(self, text: str) -> bool:
        return self._automaton is not None and bool(self._automaton.find_matches_as_indexes(text))

    def find(self, text: str) -> Mapping[Effect, Sequence[tuple[ListEntry, int, int]]]:
        """Entries with their ranges of `text`; what allowed ones cover is left out."""
        if self._automaton is None:
            return {}
        found = [
            (entry, start, end)
            for index, start, end in _matches(self._automaton, text)
            for entry in self._entries[index]
        ]
        allowed = [one for one in found if one[0].effect is Effect.ALLOW]
        if not allowed:
            return _by_effect(found)
        own = _Cover([one for one in allowed if not one[0].is_for_all])
        for_all = _Cover([one for one in allowed if one[0].is_for_all])
        kept, used = [], []
        for one in found:
            if one[0].effect is Effect.ALLOW:
                continue
            lifted_by = own.over(one) or (for_all.over(one) if one[0].is_for_all else None)
            if lifted_by is None:
                kept.append(one)
            else:
                used.append(lifted_by)
        return _by_effect([*kept, *used])


class _Cover:
    """Ranges of allowed phrases, of which the longest that begins first covers a place."""

    def __init__(self, found: Iterable[tuple[ListEntry, int, int]]) -> None:
        self._ranges: list[tuple[ListEntry, int, int]] = []
        for one in sorted(found, key=lambda one: (one[1], -one[2])):
            # Of two that begin one after the other only a longer reach adds anything.
            if not self._ranges or one[2] > self._ranges[-1][2]:
                self._ranges.append(one)
        self._starts = [one[1] for one in self._ranges]

    def over(self, found: tuple[ListEntry, int, int]) -> tuple[ListEntry, int, int] | None:
        index = bisect_right(self._starts, found[1]) - 1
        if index < 0 or self._ranges[index][2] < found[2]:
            return None
        return self._ranges[index]


def _by_effect(
    found: Iterable[tuple[ListEntry, int, int]],
) -> Mapping[Effect, Sequence[tuple[ListEntry, int, int]]]:
    grouped: dict[Effect, list[tuple[ListEntry, int, int]]] = defaultdict(list)
    for one in found:
        grouped[one[0].effect].append(one)
    return grouped


def _add(
    found: dict[Effect, Hits],
    matches: Mapping[Effect, Sequence[tuple[ListEntry, int, int]]],
    original_span: Callable[[int, int], tuple[int, int]],
) -> None:
    for effect, some in matches.items():
        hits = found.setdefault(effect, Hits())
        hits.entries.update(dict.fromkeys(entry.id for entry, _, _ in some))
        places = _merged((start, end) for _, start, end in some)
        hits.count = max(hits.count, len(places))
        written = [original_span(*one) for one in places[:SPANS_MAX]]
        hits.spans = _merged([*hits.spans, *written])[:SPANS_MAX]


def host_and_path(url: str | None) -> str:
    """What of an author's link is made of words, as a reader would see it."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url  # The door takes no such address.
    host = parts.hostname or ""
    try:
        shown = host.encode("ascii").decode("idna")
    except UnicodeError:
        shown = host  # It is not ASCII already, or no name that was ever registered.
    return f"{shown} {unquote(parts.path)}"


def _matches(automaton: AhoCorasick, text: str) -> Iterator[tuple[int, int, int]]:
    edges = _Edges(text)
    for index, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
        if _inside_word(text, start) or _inside_word(text, end):
            continue
        if edges.ends_word(start, inside=start) and edges.ends_word(end, inside=end - 1):
            yield index, start, end


def _inside_word(text: str, place: int) -> bool:
    """Whether UAX #29 certainly has no boundary here: a short entry matches in many a word."""
    if not 0 < place < len(text):
        return False
    one, two = text[place - 1], text[place]
    return (
        one <= _LAST_CERTAIN
        and two <= _LAST_CERTAIN
        and one.isalnum()
        and two.isalnum()
        and (one.isalpha() or two.isalpha())
    )


def _merged(spans: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


class _Edges:
    """Word boundaries of one folded text, worked out only where they are asked for.

    UAX #29 costs some 10 microseconds a character in Python, so the clear cases are decided by the
    two characters at the place, and the others for the stretch between two spaces, once. Long
    stretches are cut in pieces, at whose seams a word may end.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._chunks: list[tuple[int, int]] | None = None
        self._known: dict[int, frozenset[int]] = {}
        self._exact_left = _EXACT_MAX_CHARS

    def ends_word(self, place: int, *, inside: int) -> bool:
        """Whether a word may begin or end at `place`; the match's own character is at `inside`."""
        text = self._text
        if place in {0, len(text)}:
            return True
        own, other = text[inside], text[place if inside < place else place - 1]
        if " " in {own, other} or (own.isalpha() and other in _ENDS_WORD):
            return True
        sure = _surely_apart(text[place - 1], text[place])
        if sure is not None:
            return sure
        boundaries = self._boundaries(place)
        return boundaries is None or place in boundaries

    def _boundaries(self, place: int) -> frozenset[int] | None:
        """Of the stretch around `place`; None where so much was looked at that it is enough."""
        if self._chunks is None:
            self._chunks = [one.span() for one in _CHUNK.finditer(self._text)]
        index = bisect_right(self._chunks, (place, len(self._text))) - 1
        start, end = self._chunks[index]
        start += (place - start) // _LONG_CHUNK * _LONG_CHUNK
        end = min(end, start + _LONG_CHUNK)
        known = self._known.get(start)
        if known is None:
            if end - start > _SHORT_CHUNK:
                if self._exact_left <= 0:
                    return None
                self._exact_left -= end - start
            chunk = self._text[start:end]
            inner = (_inner if len(chunk) <= _SHORT_CHUNK else word_boundaries)(chunk)
            known = frozenset(start + one for one in inner) | {start}
            self._known[start] = known
        return known


@lru_cache(maxsize=4096)
def _inner(chunk: str) -> tuple[int, ...]:
    """The word boundaries of a stretch without spaces; such stretches come again and again."""
    return tuple(word_boundaries(chunk))


def _surely_apart(one: str, two: str) -> bool | None:
    """What UAX #29 says of the place between two characters, where these alone decide it."""
    letters = one.isalpha() + two.isalpha()
    if letters and one <= _LAST_CERTAIN and two <= _LAST_CERTAIN:
        if one.isalnum() and two.isalnum():
            return False
        other = two if one.isalpha() else one
        if other.isascii() and other not in _ENDS_WORD:
            return True
    if _KATAKANA.match(one + two):
        return False
    return True if _UNSPACED.match(one + two) else None
