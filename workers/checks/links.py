"""Links: whether there are any, how many, and how much of the text they are.

The author's own web site does not count, nor do links to the site itself, or to domains that its
lists allow.
"""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

STRENGTHS = {3: 0.45, 4: 0.7, 5: 1.0}
"""Strength by number of links. Up to two are conversation; five hold a comment."""

MOSTLY_SHARE = 0.5
MOSTLY_STRENGTH = 0.5

_SPACE = re.compile(r"\s+")
_MARKUP_NAMES = {"html": "HTML", "bbcode": "BBCode"}


def check_links(material: Material) -> Iterable[Signal]:
    content = material.text.written
    elsewhere = [one for one in material.text.links if not material.is_welcome(one.host)]
    many = sum(not one.bare for one in elsewhere) >= min(STRENGTHS)
    if elsewhere and not many:
        places = tuple((one.start, one.end) for one in elsewhere[:SPANS_MAX])
        yield Signal("LINK", detail=_counted(len(elsewhere)), spans=places)
    marked = [one for one in elsewhere if one.markup in _MARKUP_NAMES]
    if marked:
        names = sorted({_MARKUP_NAMES[one.markup] for one in marked})
        places = tuple((one.start, one.end) for one in marked[:SPANS_MAX])
        yield Signal("LINK_MARKUP", detail=" and ".join(names), spans=places)
    full = [(one.start, one.end) for one in elsewhere if not one.bare]
    if not full:
        return
    spans = tuple(full[:SPANS_MAX])
    if many:
        strength = STRENGTHS[min(len(full), max(STRENGTHS))]
        yield Signal("MANY_LINKS", strength, _counted(len(full)), spans)
    linked = sum(end - start for start, end in full)
    share = linked / len(_SPACE.sub("", content))
    if share >= MOSTLY_SHARE:
        # In a straight line from half the text to a text that is nothing else.
        strength = MOSTLY_STRENGTH + (share - MOSTLY_SHARE) * (1 - MOSTLY_STRENGTH) / (
            1 - MOSTLY_SHARE
        )
        yield Signal("MOSTLY_LINKS", min(strength, 1.0), f"{share:.0%} of the text", spans)


def _counted(number: int) -> str:
    return "1 link" if number == 1 else f"{number} links"
