"""Threats: violence that is announced, wished or called for, against anybody."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_threats(material: Material) -> Iterable[Signal]:
    wording = material.wording
    threats = wording.meant("threat")
    if threats:
        strength = max(one.strength for one in threats)
        yield Signal("THREAT", strength, spans=wording.spans(threats))
