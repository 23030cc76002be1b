"""The second step of reading: words whose letters were set apart are put together again.

"f r e e", "v.i.a.g.r.a", "c - a - s - h": four single letters or more, the same sign between all of
them. A few digits may stand among them. Where some gaps are wider, they are those between words.
"""

import re
from collections.abc import Iterator

from workers.text.edits import Edited

LETTERS_MIN = 4

_ONE = r"[^\W_]"
# Three characters of which each stands alone: cheap to look for, and rare.
_HINT = re.compile(r"[\W_][^\W_][\W_]{1,4}[^\W_][\W_]{1,4}[^\W_](?![^\W_])")
_SPACED = re.compile(rf"(?<![^\W_]){_ONE}(?:\s{{1,4}}{_ONE}){{{LETTERS_MIN - 1},}}(?![^\W_])")
_SIGNED = re.compile(
    rf"(?<![^\W_]){_ONE}(?P<sign> ?[^\w\s,;()\[\]] ?|_){_ONE}"
    rf"(?:(?P=sign){_ONE}){{{LETTERS_MIN - 2},}}(?![^\W_])"
)
_GAP = re.compile(r"[\W_]+")
_DIGITS_SHARE_MAX = 0.4


def needs_joining(text: str) -> bool:
    return _HINT.search(text) is not None


def joined(text: str) -> Edited:
    return Edited(text, _edits(text))


def words_set_apart(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of words whose letters were set apart, in order."""
    done = 0
    for run in sorted(_runs(text), key=re.Match.start):
        if run.start() >= done and _spells(run[0]):
            done = run.end()
            yield run.span()


def _runs(text: str) -> Iterator[re.Match[str]]:
    """Rows of letters. One with the same sign throughout ("u r a c.u.n.t") ends what is spaced."""
    done = 0
    for signed in _SIGNED.finditer(text):
        yield signed
        yield from _SPACED.finditer(text, done, signed.start())
        done = signed.end()
    yield from _SPACED.finditer(text, done)


def are_initials(text: str) -> bool:
    """Whether capitals with full stops are an abbreviation or a name rather than a word."""
    return "." in text and text.isupper()


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    for first, last in words_set_apart(text):
        gaps = [gap.span() for gap in _GAP.finditer(text, first, last)]
        least = min(end - start for start, end in gaps)
        for start, end in gaps:
            if end - start == least:
                yield start, end, ""


def _spells(run: str) -> bool:
    """Whether these letters spell a word: not numbers, and not syllables that are words alone."""
    digits = sum(map(str.isdigit, run))
    letters = sum(map(str.isalpha, run))
    hangul = sum("\uac00" <= one <= "\ud7a3" for one in run)
    return digits <= _DIGITS_SHARE_MAX * letters and hangul * 2 < letters
