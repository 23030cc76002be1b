"""Attacks on people for what they are: groups called less than others, or to be driven out; slurs.

That a group is named says nothing. Only what is said of it can be an attack, and not where that is
denied, reported, answered, or said by somebody of themselves.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_identity(material: Material) -> Iterable[Signal]:
    wording = material.wording
    attacks = wording.meant("identity")
    if attacks:
        strength = max(one.strength for one in attacks)
        yield Signal("IDENTITY_ATTACK", strength, spans=wording.spans(attacks))
