"""Capital letters throughout. Scripts without case cannot shout."""

from collections.abc import Iterable

from service.core.comment import Subject
from service.core.signals import Signal

CASED_MIN = 20
"""Fewer cased letters are an abbreviation or a heading."""

SHARE_MIN, SHARE_FULL = 0.7, 0.95

_WEAKEST = 0.4


def check_shouting(subject: Subject) -> Iterable[Signal]:
    content = subject.draft.content
    upper = sum(map(str.isupper, content))
    if upper < CASED_MIN * SHARE_MIN:
        return
    cased = upper + sum(map(str.islower, content))
    share = upper / cased
    if cased >= CASED_MIN and share >= SHARE_MIN:
        strength = _WEAKEST + (1 - _WEAKEST) * (share - SHARE_MIN) / (SHARE_FULL - SHARE_MIN)
        yield Signal("SHOUTING", min(strength, 1.0), f"{share:.0%} capital letters")
