"""The honeypot: a form field that people never see."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_honeypot(material: Material) -> Iterable[Signal]:
    if material.subject.draft.facts.honeypot_filled:
        yield Signal("HONEYPOT_FILLED")
