"""How a model's score becomes a signal that the policy can weigh.

Strength 0 is the most that a model may say against a label, and 1 the most that it may say for it;
in the policy these are `points_at_zero` and `points`, in the same log-odds. What speaks against
counts a quarter: text that reads harmless may carry a harmful link, and anybody can add some.
"""

import math

from service.core.signals import Signal
from workers.model.scores import Scores

MOST = 5.0
"""A model that counts words is never surer than this, which is 148 to 1."""

AGAINST_SHARE = 0.25
AGAINST_MOST = 3.0
LEAST = -AGAINST_MOST * AGAINST_SHARE

SHOWN_FROM = 1.0
"""From here on the words that carried the score are looked for, which takes as long as scoring."""


def model_signal(symbol: str, scores: Scores, label: str, *, share: float = 1.0) -> Signal:
    """The evidence for `label`, bounded, as a strength; the detail says it as odds.

    Where only a `share` of it counts, the detail says so.
    """
    evidence = scores.evidence(label)
    bounded = min(max(evidence, -AGAINST_MOST), MOST)
    counted = "" if share == 1.0 else f", counted {share:.0%}"
    return Signal(
        symbol,
        strength(bounded * share),
        f"odds {ratio(bounded)}{counted}",
        scores.spans(label) if evidence >= SHOWN_FROM else (),
    )


def strength(evidence: float) -> float:
    """Rises with `evidence` from 0 to 1, and gives back as points what counts of it."""
    counted = evidence if evidence >= 0 else evidence * AGAINST_SHARE
    return min(max((counted - LEAST) / (MOST - LEAST), 0.0), 1.0)


def ratio(evidence: float) -> str:
    """As people say odds: "20 to 1", "1 to 3.1"."""
    times = math.exp(abs(evidence))
    number = f"{times:.1f}" if times < 10 else f"{times:.0f}"  # noqa: PLR2004 (two digits)
    return f"{number} to 1" if evidence >= 0 else f"1 to {number}"
