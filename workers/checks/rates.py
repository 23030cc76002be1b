"""How much the same author, and the same network, wrote within ten minutes.

Whole offices, schools and mobile carriers share one network, and a lively thread makes regulars
write fast: the thresholds are generous, and neither symbol holds a comment by itself. Both at full
strength do.
"""

from collections.abc import Iterable

from service.core.lists import Effect, EntryKind
from service.core.signals import Signal
from workers.material import Material

AUTHOR_FROM, AUTHOR_FULL = 6, 20
"""From the sixth comment in ten minutes on (one in 100 s), at full strength from the twentieth."""

NETWORK_FROM, NETWORK_FULL = 25, 150

_WEAKEST = 0.25


def check_rates(material: Material) -> Iterable[Signal]:
    rates = material.subject.rates
    if rates.author >= AUTHOR_FROM:
        strength = _rising(rates.author, AUTHOR_FROM, AUTHOR_FULL)
        yield Signal("AUTHOR_BURST", strength, f"{rates.author} in ten minutes")
    if rates.network >= NETWORK_FROM and not _is_allowed(material):
        strength = _rising(rates.network, NETWORK_FROM, NETWORK_FULL)
        yield Signal("NETWORK_BURST", strength, f"{rates.network} in ten minutes")


def _is_allowed(material: Material) -> bool:
    """Whether the site has said that much may come from this network: an office, a school."""
    return any(
        one.kind is EntryKind.NETWORK and one.effect is Effect.ALLOW
        for one in material.subject.listed
    )


def _rising(count: int, first: int, full: int) -> float:
    """From a quarter at `first` in a straight line to 1 at `full`."""
    return min(_WEAKEST + (1 - _WEAKEST) * (count - first) / (full - first), 1.0)
