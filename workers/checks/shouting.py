"""Capital letters throughout. Scripts without case cannot shout."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material

CASED_MIN = 20
"""Fewer cased letters are an abbreviation or a heading."""

SHARE_MIN, SHARE_FULL = 0.7, 0.95

_WEAKEST = 0.4


def check_shouting(material: Material) -> Iterable[Signal]:
    content = material.subject.draft.content
    upper = sum(map(str.isupper, content))
    if upper < CASED_MIN * SHARE_MIN:
        return
    cased = upper + sum(map(str.islower, content))
    share = upper / cased
    if cased >= CASED_MIN and share >= SHARE_MIN:
        strength = _WEAKEST + (1 - _WEAKEST) * (share - SHARE_MIN) / (SHARE_FULL - SHARE_MIN)
        yield Signal("SHOUTING", min(strength, 1.0), f"{share:.0%} capital letters")
