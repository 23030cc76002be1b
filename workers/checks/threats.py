"""Threats: violence that is announced, wished or called for, against anybody."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.wording import said


def check_threats(material: Material) -> Iterable[Signal]:
    found = said("threat", material.wording, material.name_wording)
    if found is not None:
        yield Signal("THREAT", found.strength, found.detail, found.spans)
