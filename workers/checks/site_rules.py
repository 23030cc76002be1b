"""What the site asked for, whatever a comment says.

Whom a moderator trusts need not wait for one, where it is known to be them; the other checks look
at their comments as at all others.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_site_rules(material: Material) -> Iterable[Signal]:
    if material.subject.trusted:
        return
    settings = material.subject.site.settings
    if settings.hold_all:
        yield Signal("SITE_HOLDS_ALL")
    if settings.hold_first and not material.subject.history.approved:
        yield Signal("SITE_HOLDS_FIRST")
