"""What the second reader makes of a comment that the linear models were unsure about.

It judges sentences where they count words, so it may also speak for a comment. It saw some of the
same labels as they did: it counts for a little more than half of what its odds say, and both kinds
of models together can hold a comment, not refuse it.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material, SecondReading
from workers.model.signals import ratio

SHARE = 0.6
MOST, LEAST = 2.5, -2.0
"""In log-odds, as `points` and `points_at_zero` of the policy have it."""

SURE = 5.0
"""No odds above 148 to 1 are told, as for the linear models."""

HATE_FROM = 1.0
SHOWN_FROM = 2.0
"""From this much evidence on the words that carried it are looked for: it takes 12 readings."""


def check_second_reader(material: Material) -> Iterable[Signal]:
    second = material.second
    if second is None:
        return
    yield _signal("DEEP_ABUSE", second, "abuse")
    if second.evidence("hate") >= HATE_FROM:
        yield _signal("DEEP_HATE", second, "hate")


def _signal(symbol: str, second: SecondReading, head: str) -> Signal:
    evidence = second.evidence(head)
    points = min(max(SHARE * evidence, LEAST), MOST)
    return Signal(
        symbol,
        (points - LEAST) / (MOST - LEAST),
        f"odds {ratio(min(max(evidence, -SURE), SURE))}",
        second.spans(head) if evidence >= SHOWN_FROM else (),
    )
