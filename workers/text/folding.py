"""Folding: text as it is compared, so that spellings that look alike become one; and mapped back.

Folding is Unicode's NFKC_Casefold (The Unicode Standard, section 3.13, D147: compatibility forms
and case are folded, characters nobody sees are dropped) with white space collapsed to one space.
`folded` is quick and keeps no places; `Folded` also knows where in the original each place stands.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from workers.text.edits import Edited

SPANS_MAX = 20
"""At most this many spans go into a signal: enough to see why, and a bound on what is stored."""

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point, as the inside of a regex class."""

_IGNORED = re.compile(f"[{IGNORABLE}]+")
_SINGLE = re.compile(r"\s+|\S")
_SPACES = re.compile(r"\s+")
_DROPPED = re.compile(f"[{IGNORABLE}\ud800-\udfff]")
_SURROGATES = re.compile("[\ud800-\udfff]")

# These have combining class 0 but decompose to, or act as, combining characters.
_ACTS_AS_MARK = dict.fromkeys(map(ord, "\u0f73\u0f75\u0f81\uff9e\uff9f"), "\u0301")

# Letters that may join the one before under NFKC though they are no marks: Hangul vowels and finals
# in their three shapes, and the half-width voicing marks.
_JOINS = re.compile("[\u1160-\u11ff\u3130-\u318f\uff9e-\uff9f\uffa0-\uffdc]")

_MARKS_MAX = 30
_MANY_MARKS = re.compile(rb"[\x01-\xff]{31,}")


def folded(text: str) -> str:
    """`text` folded for comparing, in time linear in its length."""
    if text.isascii():
        return _SPACES.sub(" ", text.lower())
    plain = text.casefold()
    if _is_in_order(plain):
        return _SPACES.sub(" ", plain)
    text = _SURROGATES.sub("\ufffd", _IGNORED.sub("", text))
    return _SPACES.sub(" ", "".join(map(_fold, _stream_safe(text))))


def _is_in_order(plain: str) -> bool:
    """Whether a text that has no case needs nothing but its white space collapsed."""
    # This is quick even for long rows of marks: what is not in order is found at the first one.
    return unicodedata.is_normalized("NFKC", plain) and _DROPPED.search(plain) is None


def _fold(piece: str) -> str:
    piece = unicodedata.normalize("NFKC", piece).casefold()
    # Case folding may take a composed letter apart, and a ligature may fold to something ignorable.
    return _IGNORED.sub("", unicodedata.normalize("NFKC", piece))


def _stream_safe(text: str) -> Iterator[str]:
    """Pieces of `text` with at most 30 combining marks in a row (UAX #15, stream-safe text).

    Normalising sorts each run of marks, and CPython's sort takes quadratic time: one second for
    40,000 marks. No written language needs more than a handful.
    """
    marks = bytes(map(unicodedata.combining, text.translate(_ACTS_AS_MARK)))
    start = 0
    for run in _MANY_MARKS.finditer(marks):
        for cut in range(run.start() + _MARKS_MAX, run.end(), _MARKS_MAX):
            yield text[start:cut]
            start = cut
    yield text[start:]


class Folded:
    """A folded text that can say where in the original a range of it stands."""

    __slots__ = ("_edited", "_original_end", "_origins", "_starts", "text")

    def __init__(self, original: str) -> None:
        plain = original.casefold()
        if len(plain) == len(original) and _is_in_order(plain):
            # Each character stands for itself, but for white space.
            self._edited: Edited | None = Edited(
                plain, ((one.start(), one.end(), " ") for one in _SPACES.finditer(plain))
            )
            self.text = self._edited.text
            return
        self._edited = None
        pieces: list[str] = []
        self._starts: list[int] = []
        self._origins: list[int] = []
        self._original_end = len(original)
        length = 0
        clusters = _clusters(original) if any(map(_continues, set(original))) else _alone(original)
        for start, cluster in clusters:
            piece = _folded_cluster(cluster)
            if piece == " " and pieces and pieces[-1][-1] == " ":
                continue
            if piece:
                self._starts.append(length)
                self._origins.append(start)
                pieces.append(piece)
                length += len(piece)
        self.text = "".join(pieces)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest range of original characters that yields the folded range [start, end)."""
        if self._edited is not None:
            return self._edited.original_span(start, end)
        first = bisect_right(self._starts, start) - 1
        after = bisect_right(self._starts, end - 1)
        begin = self._origins[first]
        return begin, self._origins[after] if after < len(self._origins) else self._original_end


def _alone(text: str) -> Iterator[tuple[int, str]]:
    """Place and text of each cluster, where no character may join another but white space."""
    return ((one.start(), one[0]) for one in _SINGLE.finditer(text))


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Place and text of what folds independently of its neighbours: a character and its marks."""
    start = 0
    for place, character in enumerate(text):
        if place == start:
            continue
        spaces = character.isspace() and text[place - 1].isspace()
        if spaces or (_continues(character) and place - start < _MARKS_MAX):
            continue
        yield start, text[start:place]
        start = place
    if text:
        yield start, text[start:]


@lru_cache(maxsize=8192)
def _folded_cluster(cluster: str) -> str:
    return " " if cluster.isspace() else folded(cluster)


@lru_cache(maxsize=8192)
def _continues(character: str) -> bool:
    return character > "\x7f" and (
        unicodedata.category(character)[0] == "M"
        or _JOINS.match(character) is not None
        or _IGNORED.match(character) is not None
    )
