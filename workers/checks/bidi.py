"""Characters that reverse the reading direction (UAX #9), after CVE-2021-42574.

Overrides (LRO, RLO) have no use in a comment: they show other letters than were written.
Embeddings (LRE, RLE) are outdated but honest if they are closed within their paragraph. Marks
(LRM, RLM, ALM) and isolates are what Arabic and Hebrew writers need, and are never a signal.
"""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

UNCLOSED_STRENGTH = 0.5

_OVERRIDES = "\u202d\u202e"
_PDF = "\u202c"
_CONTROLS = re.compile("[\u202a\u202b\u202c\u202d\u202e\n\u2029]")


def check_bidi(material: Material) -> Iterable[Signal]:
    overrides, unclosed = _direction_controls(material.subject.draft.content)
    named, unclosed_named = _direction_controls(material.subject.draft.author_name)
    if overrides or named:
        spans = tuple((place, place + 1) for place in overrides[:SPANS_MAX])
        yield Signal("BIDI_OVERRIDE", detail=_where(named, "override"), spans=spans)
    elif unclosed or unclosed_named:
        spans = tuple((place, place + 1) for place in unclosed[:SPANS_MAX])
        detail = _where(unclosed_named, "unclosed embedding")
        yield Signal("BIDI_OVERRIDE", UNCLOSED_STRENGTH, detail, spans)


def _where(named: list[int], what: str) -> str:
    return f"{what}, in the name" if named else what


def _direction_controls(text: str) -> tuple[list[int], list[int]]:
    """Places of overrides, and of embeddings that their paragraph leaves open."""
    if text.isascii():
        return [], []
    overrides: list[int] = []
    unclosed: list[int] = []
    opened: list[int] = []
    for match in _CONTROLS.finditer(text):
        character, place = match[0], match.start()
        if character in _OVERRIDES:
            overrides.append(place)
        elif character == _PDF:
            if opened:
                opened.pop()
        elif character in "\n\u2029":
            unclosed += opened
            opened = []
        else:
            opened.append(place)
    return overrides, unclosed + opened
