"""What the site asked for, whatever a comment says."""

from collections.abc import Iterable

from service.core.comment import Subject
from service.core.signals import Signal


def check_site_rules(subject: Subject) -> Iterable[Signal]:
    settings = subject.site.settings
    if settings.hold_all:
        yield Signal("SITE_HOLDS_ALL")
    if settings.hold_first and not subject.history.approved:
        yield Signal("SITE_HOLDS_FIRST")
