"""What others said, where an operator wants them to be asked, and who of them was silent.

They were asked before the checks ran. Their good word takes nothing off: it is one more opinion,
and whoever is asked may be wrong, or gone.
"""

from collections.abc import Iterable

from service.core.lookups import Remote
from service.core.signals import Signal
from workers.material import Material

UNSURE = 0.5
"""A probability of one half says nothing; the strength rises from there in a straight line."""


def check_remote(material: Material) -> Iterable[Signal]:
    lookups = material.subject.lookups
    opinions = lookups.opinions
    akismet = opinions.get(Remote.AKISMET)
    if akismet is not None and akismet.spam > 0:
        yield Signal("REMOTE_SPAM_AKISMET", akismet.spam, akismet.detail)
    listed = opinions.get(Remote.STOP_FORUM_SPAM)
    if listed is not None and listed.spam > 0:
        yield Signal("REMOTE_LISTED_SENDER", listed.spam, listed.detail)
    external = opinions.get(Remote.EXTERNAL_CHECK)
    if external is not None and external.spam > UNSURE:
        yield Signal("EXTERNAL_CHECK_SPAM", _surety(external.spam), external.detail)
    if external is not None and external.abuse > UNSURE:
        yield Signal("EXTERNAL_CHECK_ABUSE", _surety(external.abuse), external.detail)
    if lookups.silent:
        symbol = "REMOTE_REQUIRED" if lookups.required else "REMOTE_UNAVAILABLE"
        yield Signal(symbol, detail=", ".join(lookups.silent))


def _surety(probability: float) -> float:
    return (probability - UNSURE) / (1 - UNSURE)
