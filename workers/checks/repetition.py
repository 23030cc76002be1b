"""One character over and over: drawn-out letters, rows of exclamation marks, piles of accents.

Rules and rows of dots that people draw ("-----", "......") are no letters and do not count.
"""

import re
import unicodedata
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

RUN_MIN, RUN_FULL = 10, 40
"""The same letter, digit, question or exclamation mark this often in a row."""

MARKS_MIN = 8
"""Combining marks in a row; Hebrew with its accents, or Tibetan, reach five."""

_WEAKEST = 0.5
_RUN = re.compile(rf"([\w!?\uff01\uff1f])\1{{{RUN_MIN - 1},}}")
_UNDERSCORE = "_"
_MARKS = re.compile(rb"[\x01-\xff]{%d,}" % MARKS_MIN)


def check_repetition(material: Material) -> Iterable[Signal]:
    content = material.subject.draft.content
    runs = [one.span() for one in _RUN.finditer(content) if one[1] != _UNDERSCORE]
    if not content.isascii():
        marks = bytes(map(unicodedata.combining, content))
        runs += [one.span() for one in _MARKS.finditer(marks)]
    if runs:
        longest = max(end - start for start, end in runs)
        rise = (longest - RUN_MIN) / (RUN_FULL - RUN_MIN)
        yield Signal(
            "REPEATED_CHARACTERS",
            min(max(_WEAKEST + (1 - _WEAKEST) * rise, _WEAKEST), 1.0),
            f"{longest} in a row",
            tuple(sorted(runs)[:SPANS_MAX]),
        )
