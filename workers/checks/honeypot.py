"""The honeypot: a form field that people never see."""

from collections.abc import Iterable

from service.core.comment import Subject
from service.core.signals import Signal


def check_honeypot(subject: Subject) -> Iterable[Signal]:
    if subject.draft.facts.honeypot_filled:
        yield Signal("HONEYPOT_FILLED")
