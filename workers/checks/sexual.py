"""Sexual words and offers. One word alone is weak: people also talk about such things."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_sexual(material: Material) -> Iterable[Signal]:
    wording = material.wording
    explicit = wording.meant("sexual")
    if explicit:
        strength = max(one.strength for one in explicit)
        yield Signal("SEXUAL_CONTENT", strength, spans=wording.spans(explicit))
