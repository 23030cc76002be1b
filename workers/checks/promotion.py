"""What sells, lures or flatters: phrases of `workers/lexicons/promotion.txt` in what is read.

Each of them stands in honest comments, too, so none holds a comment alone. Praise that fits any
page ("great post, thanks for sharing") stands in one honest comment of seven, and weighs little.
"""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.phrases import Ranges, promotion
from workers.text import SPANS_MAX

STRENGTHS = {1: 0.7, 2: 0.9, 3: 1.0}
"""Strength by number of phrases."""

PRAISE_LONG_CHARS = 400
"""Who writes so much besides has something to say."""

_SYMBOLS = {
    "gambling": "PROMOTION_GAMBLING",
    "pharmacy": "PROMOTION_PHARMACY",
    "money": "PROMOTION_MONEY",
    "crypto": "PROMOTION_CRYPTO",
    "seo": "PROMOTION_GOODS",
    "adult": "PROMOTION_ADULT",
    "channel": "PROMOTION_CHANNEL",
}
_REACHABLE = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){7,14}|@\w{4,}|\b(?:wa|t)\.me/")


def check_promotion(material: Material) -> Iterable[Signal]:
    text = material.text
    found = promotion().find(text.read)
    for section, symbol in _SYMBOLS.items():
        ranges = found.get(section)
        if ranges:
            strength = STRENGTHS[min(len(ranges), max(STRENGTHS))]
            yield Signal(symbol, strength, _counted(len(ranges)), _spans(material, ranges))
    lures = found.get("contact")
    if lures:
        reachable = _REACHABLE.search(text.read) is not None
        yield Signal(
            "CONTACT_LURE",
            1.0 if reachable else 0.4,
            "with a number or a name to write to" if reachable else "",
            _spans(material, lures),
        )
    praise = found.get("praise")
    if praise and len(text.read) < PRAISE_LONG_CHARS:
        strength = STRENGTHS[min(len(praise), max(STRENGTHS))]
        yield Signal("STOCK_PRAISE", strength, _counted(len(praise)), _spans(material, praise))


def _counted(number: int) -> str:
    return "1 phrase" if number == 1 else f"{number} phrases"


def _spans(material: Material, ranges: Ranges) -> tuple[tuple[int, int], ...]:
    return tuple(material.text.read_span(*one) for one in ranges[:SPANS_MAX])
