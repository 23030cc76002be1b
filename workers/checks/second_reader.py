"""What the second reader makes of a comment that the linear models were unsure about.

It judges sentences where they count words, so it may also speak for a comment: it takes back what
they said against it. Beyond that, what speaks for a comment counts a quarter, as it does with them.
All models together can hold a comment, not refuse it.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.checks.model_abuse import BESIDE_SECOND
from workers.material import Material, SecondReading
from workers.model.signals import AGAINST_SHARE, ratio

SHARE = 0.8
"""What counts of the reader's log-odds: it has learned from some of the same labels."""

MOST = 3.0
"""The most it says either way, in log-odds: `points` and `points_at_zero` of the policy."""

SURE = 5.0
"""No odds above 148 to 1 are told, as for the linear models."""

HATE_FROM = 1.0
SHOWN_FROM = 2.0
"""From this much evidence on the words that carried it are looked for: it takes 12 readings."""


def check_second_reader(material: Material) -> Iterable[Signal]:
    second = material.second
    if second is None:
        return
    said = max(BESIDE_SECOND * material.scores.evidence("abuse"), 0.0)
    yield _signal("DEEP_ABUSE", second, "abuse", said)
    if second.evidence("hate") >= HATE_FROM:
        yield _signal("DEEP_HATE", second, "hate", said)


def points(evidence: float, said: float) -> float:
    """Log-odds that count, where the linear models have said so much against the comment."""
    counted = SHARE * evidence
    if counted < 0.0:
        taken_back = min(-counted, said)
        counted = -taken_back + AGAINST_SHARE * (counted + taken_back)
    return min(max(counted, -MOST), MOST)


def _signal(symbol: str, second: SecondReading, head: str, said: float) -> Signal:
    evidence = second.evidence(head)
    return Signal(
        symbol,
        (points(evidence, said) + MOST) / (2 * MOST),
        f"odds {ratio(min(max(evidence, -SURE), SURE))}",
        second.spans(head) if evidence >= SHOWN_FROM else (),
    )
