"""The site's own lists: words and phrases that hold a comment, or make it spam.

Text, name, and the host and path of the author's web site are looked at. Whole words only, never
substrings: a match must begin and end at a word boundary of UAX #29, or between a letter and an
apostrophe, full stop, colon or underscore, so that an entry is found in "l'entry", "entry.example"
and "_entry_" too. Text and entries are folded alike (`workers.text`); the text is looked at as it
is read, too, so that an entry is found under its disguises.
In scripts without spaces UAX #29 knows no words: Han, hiragana, Thai, Lao, Khmer and Myanmar have a
boundary at every character (but not before its marks), so there an entry matches inside running
text. Katakana matches whole runs, Hangul what stands between spaces, particles included.
One pass of an Aho-Corasick automaton finds all candidates, whatever the length of the list.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from ahocorasick_rs import AhoCorasick
from uniseg.wordbreak import word_boundaries  # type: ignore[import-untyped]  # it has annotations, but no marker

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX, Folded, Text, folded, read

Ranges = tuple[tuple[int, int], ...]

_LISTS_CACHED = 64
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


def check_words(material: Material) -> Iterable[Signal]:
    settings = material.subject.site.settings
    for symbol, words in (
        ("HELD_WORD", settings.held_words),
        ("BLOCKED_WORD", settings.blocked_words),
    ):
        entries = _entries(words) if words else None
        if entries is None:
            continue
        count, spans = _whole_words(entries, material.text)
        # How often and where; never the word, since a list may hold anything, addresses included.
        places = [f"{count} in the text"] if count else []
        if _whole_words(entries, material.name)[0]:
            places.append("in the name")
        if _whole_words(entries, Text(_host_and_path(material.subject.draft.author_url)))[0]:
            places.append("in the web site")
        if places:
            yield Signal(symbol, detail=", ".join(places), spans=spans)


def _host_and_path(url: str | None) -> str:
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


@dataclass(frozen=True, slots=True)
class _Entries:
    """A list's automata: for folded texts, and for texts as they are read."""

    folded: AhoCorasick
    read: AhoCorasick


@lru_cache(maxsize=_LISTS_CACHED)
def _entries(words: tuple[str, ...]) -> _Entries | None:
    plain = sorted({folded(word).strip() for word in words} - {""})
    if not plain:
        return None
    # An entry that is a disguise itself ("5ex") means this disguise, and not what it hides.
    return _Entries(AhoCorasick(plain), AhoCorasick([one for one in plain if read(one) == one]))


def _whole_words(entries: _Entries, text: Text) -> tuple[int, Ranges]:
    """How many entries stand as whole words, and the first ranges of what was written there."""
    spans: list[tuple[int, int]] = []
    count = 0
    if entries.folded.find_matches_as_indexes(text.folded):
        mapped = Folded(text.written)
        found = _merged(_matches(entries.folded, mapped.text))
        spans += [mapped.original_span(*one) for one in found[:SPANS_MAX]]
        count = len(found)
    if text.read != text.folded and entries.read.find_matches_as_indexes(text.read):
        # What stands in the open is found once more here.
        found = _merged(_matches(entries.read, text.read))
        spans += [text.read_span(*one) for one in found[:SPANS_MAX]]
        count = max(count, len(found))
    return count, _merged(spans)[:SPANS_MAX]


def _matches(automaton: AhoCorasick, text: str) -> Iterator[tuple[int, int]]:
    edges = _Edges(text)
    for _, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
        if _inside_word(text, start) or _inside_word(text, end):
            continue
        if edges.ends_word(start, inside=start) and edges.ends_word(end, inside=end - 1):
            yield start, end


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
    two characters at the place, and the others for the stretch between two spaces, once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._chunks: list[tuple[int, int]] | None = None
        self._known: dict[int, frozenset[int]] = {}

    def ends_word(self, place: int, *, inside: int) -> bool:
        """Whether a word may begin or end at `place`; the match's own character is at `inside`."""
        text = self._text
        if place in {0, len(text)}:
            return True
        own, other = text[inside], text[place if inside < place else place - 1]
        if " " in {own, other} or (own.isalpha() and other in _ENDS_WORD):
            return True
        sure = _surely_apart(text[place - 1], text[place])
        return place in self._boundaries(place) if sure is None else sure

    def _boundaries(self, place: int) -> frozenset[int]:
        if self._chunks is None:
            self._chunks = [one.span() for one in _CHUNK.finditer(self._text)]
        index = bisect_right(self._chunks, (place, len(self._text))) - 1
        start, end = self._chunks[index]
        known = self._known.get(start)
        if known is None:
            inner = word_boundaries(self._text[start:end])
            known = frozenset(start + one for one in inner) | {start}
            self._known[start] = known
        return known


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
