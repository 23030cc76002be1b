"""Attacks on people for what they are: groups called less than others, or to be driven out; slurs.

That a group is named says nothing. Only what is said of it can be an attack, and not where that is
denied, reported, answered, or said by somebody of themselves.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.wording import said


def check_identity(material: Material) -> Iterable[Signal]:
    found = said("identity", material.wording, material.name_wording)
    if found is not None:
        yield Signal("IDENTITY_ATTACK", found.strength, found.detail, found.spans)
