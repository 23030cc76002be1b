"""Characters nobody sees: between letters they hide a word from lists, in rows a whole message.

Many of them have honest work, and where they do it they are no signal: joiners in emoji and between
letters of Arabic, Persian and Indic scripts, zero-width spaces in Thai or Khmer, soft hyphens where
a word may be broken, single variation selectors, a byte order mark at an edge, flags made of tags.
"""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import IGNORABLE, SPANS_MAX

ROW_MIN = 4
"""No script needs so many invisible characters in a row."""

_WEAKEST, _EACH = 0.4, 0.15

# What this module looks at: everything ignorable, the blank Braille pattern, annotation marks, and
# controls that are no white space. Direction controls have a check of their own.
_HIDDEN = re.compile(
    f"[{IGNORABLE}\u2800\ufff9-\ufffb\x00-\x08\x0e-\x1b\x7f]+",
)
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")

# These have no honest place in a comment, with the exceptions in `_is_excused`.
_ALWAYS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\u115f\u1160\u17b4\u17b5\u180e\u2061-\u2064\u206a-\u206f\u2800\u3164"
    "\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f]")
_FLAG = re.compile("[\U000e0020-\U000e007e]{1,16}\U000e007f")
_BLACK_FLAG = "\U0001f3f4"
_SOFT_HYPHEN = "\u00ad"
_LAST_PLAIN = "\u052f"


def check_invisible(material: Material) -> Iterable[Signal]:
    spans, count = _hidden(material.subject.draft.content)
    _, named = _hidden(material.subject.draft.author_name)
    if count or named:
        yield Signal(
            "INVISIBLE_CHARACTERS",
            min(_WEAKEST + _EACH * (count + named - 1), 1.0),
            _detail(count, named),
            tuple(spans[:SPANS_MAX]),
        )


def _detail(count: int, named: int) -> str:
    total = count + named
    text = "1 character" if total == 1 else f"{total} characters"
    if not named:
        return text
    return f"{text}, {'some ' if count else ''}in the name"


def _hidden(text: str) -> tuple[list[tuple[int, int]], int]:
    """Ranges of invisible characters without excuse, and how many characters these are."""
    if text.isascii() and text.isprintable():
        return [], 0
    spans: list[tuple[int, int]] = []
    for match in _HIDDEN.finditer(text):
        start, end = match.span()
        before = text[start - 1] if start else ""
        after = text[end] if end < len(text) else ""
        run = _DIRECTION.sub("", match[0])
        if not run or _is_excused(run, before, after):
            continue
        if (
            len(run) >= ROW_MIN
            or _ALWAYS.search(run)
            or len(_VARIATION.findall(run)) > 1
            or (
                _is_plain_letter(before)
                and _is_plain_letter(after)
                and not _VARIATION.fullmatch(run)
                and not (run == _SOFT_HYPHEN and _may_break(text, start, end))
            )
        ):
            spans.append((start, end))
    return spans, sum(end - start for start, end in spans)


def _is_excused(run: str, before: str, after: str) -> bool:
    """Whether the run does what it is for: a tag flag, Mongolian, old Korean, Braille."""
    if before == _BLACK_FLAG and _FLAG.fullmatch(run):
        return True
    around = (before, after)
    if run == "\u180e":
        return any("\u1800" <= one <= "\u18af" for one in around)
    if run in {"\u115f", "\u1160"}:
        return any("\u1100" <= one <= "\u11ff" for one in around)
    return set(run) == {"\u2800"} and any("\u2801" <= one <= "\u28ff" for one in around)


def _is_plain_letter(character: str) -> bool:
    """A letter or digit of Latin, Greek or Cyrillic, or an accent on one: none needs joiners."""
    return character != "" and (
        (character <= _LAST_PLAIN and character.isalnum()) or "\u0300" <= character <= "\u036f"
    )


def _may_break(text: str, start: int, end: int) -> bool:
    """Whether a hyphenator could have put a soft hyphen here: two letters stand on either side."""
    return (
        text[max(start - 2, 0) : start].isalpha()
        and text[end : end + 2].isalpha()
        and (
            start >= 2 and end + 2 <= len(text)  # noqa: PLR2004 (two letters, as the docstring says)
        )
    )
