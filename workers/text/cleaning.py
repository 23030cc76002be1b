"""The first step of reading: what a page would show of what was typed.

Entities are decoded once, as a browser does it. Characters that nobody sees go, and so do piles of
accents and lines drawn through letters. Letters in boxes, circles and brackets, which normalising
leaves alone, become letters.
"""

import html
import re
from collections.abc import Iterator

from workers.text.edits import Edited
from workers.text.folding import IGNORABLE

# Names need their semicolon: without it "?a=1&copy=2" would lose a parameter. Numbers are short,
# since Python refuses to read thousands of digits.
_ENTITY = r"&(?:#0{0,9}[0-9]{1,7};?|#[xX]0{0,9}[0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31};)"
_CONTROLS = "\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f"
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"

# Strokes, slashes, rings and lines over or under a letter: no alphabet is written with them.
_OVERLAYS = "\u0332-\u0338\u0489\u20d2\u20d3\u20d8-\u20da\u20dd-\u20e8"

MARKS_MAX = 2
"""Vietnamese has two marks on one letter; what has more is no accent."""

_SQUARED = {
    first + place: chr(ord("a") + place)
    for first in (0x1F110, 0x1F130, 0x1F150, 0x1F170, 0x249C)
    for place in range(26)
}
_FLAG_LETTERS = {0x1F1E6 + place: chr(ord("a") + place) for place in range(26)}
# Two ligatures of whole sentences, by their usual abbreviations: eighteen times as long otherwise.
_SENTENCES = {0xFDFA: "\u0635\u0644\u0639\u0645", 0xFDFB: "\u062c\u0644"}
_REPLACED = {**_SQUARED, **_FLAG_LETTERS, **_SENTENCES}

_ASCII_ODD = re.compile(f"&|[{_CONTROLS}]")
_ODD = re.compile(
    f"{_ENTITY}"
    # Two letters side by side are a flag; letters kept apart from each other spell something.
    "|(?P<flag>[\U0001f1e6-\U0001f1ff]{2})"
    f"|[{IGNORABLE}{_CONTROLS}]+|[{_OVERLAYS}]+|[{_MARKS}]{{{MARKS_MAX + 1},}}"
    "|[\u249c-\u24b5\U0001f110-\U0001f129\U0001f130-\U0001f149\U0001f150-\U0001f169"
    "\U0001f170-\U0001f189\U0001f1e6-\U0001f1ff]|[\ufdfa\ufdfb]+|[\ud800-\udfff]+"
)


def needs_cleaning(text: str) -> bool:
    """Whether `cleaned` could change anything; quick for ordinary English."""
    return (_ASCII_ODD if text.isascii() else _ODD).search(text) is not None


def cleaned(text: str) -> Edited:
    return Edited(text, _edits(text))


def written_as_entities(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of entities that stand for an ASCII letter or digit: nobody needs to write those."""
    for match in _ODD.finditer(text) if "&" in text else ():
        shown = _shown(match[0])
        if match[0][0] == "&" and shown.isascii() and shown.isalnum():
            yield match.span()


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _ODD.finditer(text):
        if match["flag"] is None:
            yield match.start(), match.end(), _shown(match[0])


def _shown(odd: str) -> str:
    if odd[0] == "&":
        # What an entity stands for may itself be something that nobody sees.
        return _ODD.sub(lambda one: _character(one[0]), html.unescape(odd))
    return _character(odd)


def _character(odd: str) -> str:
    if "\ud800" <= odd[0] <= "\udfff":
        return "\ufffd"
    return odd if odd[0] == "&" else _REPLACED.get(ord(odd[0]), "")
