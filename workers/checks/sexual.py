"""Sexual words and offers. One word alone is weak: people also talk about such things."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.wording import said


def check_sexual(material: Material) -> Iterable[Signal]:
    found = said("sexual", material.wording, material.name_wording)
    if found is not None:
        yield Signal("SEXUAL_CONTENT", found.strength, found.detail, found.spans)
