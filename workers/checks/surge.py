"""A surge of the site: far more comments than usual, and far more of them refused.

The signal is the same for every comment meanwhile: it makes what else was seen weigh enough.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_surge(material: Material) -> Iterable[Signal]:
    surge = material.subject.surge
    if surge is not None:
        minutes = (material.subject.now - surge.started_at).total_seconds() / 60
        yield Signal("SITE_SURGE", detail=f"for {max(int(minutes), 0)} minutes")
