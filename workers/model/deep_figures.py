"""Figures of the second reader: how well it tells, what its odds are worth, whom it harms."""

import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BINS = 30
BEYOND = 10.0

_WORDS = (
    "lesbian gay bisexual transgender trans queer lgbt lgbtq homosexual straight heterosexual male "
    "female nonbinary african black white european hispanic latino latina latinx mexican canadian "
    "american asian indian chinese japanese christian muslim jewish buddhist catholic protestant "
    "sikh taoist old older young younger teenage millenial elderly blind deaf paralyzed"
)
IDENTITIES = tuple(_WORDS.split())
"""The identity words of the `madlibs` sentences; groups of two words count with one of them."""

_IDENTITY = re.compile(rf"\b(?:{'|'.join(IDENTITIES)})\b", re.IGNORECASE)


def auc(scores: Floats, bad: npt.NDArray[np.int_]) -> float:
    """The chance that a bad text scores above a fine one; ties count half."""
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    many = int(bad.sum())
    if not many or many == len(bad):
        return math.nan
    return float((ranks[bad == 1].sum() - many * (many + 1) / 2) / (many * (len(bad) - many)))


def calibration_error(probabilities: Floats, bad: npt.NDArray[np.int_], bins: int = 15) -> float:
    """The expected calibration error over `bins` equally wide bins."""
    where = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = (
        abs(probabilities[where == one].mean() - bad[where == one].mean()) * (where == one).mean()
        for one in np.unique(where)
    )
    return float(sum(gaps))


def threshold_at(scores: Floats, share: float) -> float:
    """The score that only `share` of these texts reach."""
    return float(np.quantile(scores, 1.0 - share))


def by_identity(
    texts: Sequence[str], flagged: npt.NDArray[np.bool_], *, at_least: int = 20
) -> dict[str, float]:
    """For each identity word that enough texts mention, the share of them that is flagged."""
    found: dict[str, list[bool]] = {}
    for text, one in zip(texts, flagged.tolist(), strict=True):
        for word in {match.group().lower() for match in _IDENTITY.finditer(text)}:
            found.setdefault(word, []).append(one)
    return {
        word: sum(ones) / len(ones) for word, ones in sorted(found.items()) if len(ones) >= at_least
    }


def rising_knots(scores: Floats, bad: npt.NDArray[np.int_]) -> list[list[float]]:
    """A calibration: knots of a rising line from scores to log-odds (isotonic, in bins).

    Bins of about equal size; neighbours that do not rise are pooled (pool adjacent violators, Ayer
    and others 1955), and half a text more on either side keeps the odds finite.
    """
    order = np.argsort(scores, kind="stable")
    pools: list[list[float]] = []
    for places in np.array_split(order, min(BINS, len(order))):
        pools.append([float(scores[places].sum()), float(bad[places].sum()), float(len(places))])
        while len(pools) > 1 and _share(pools[-2]) >= _share(pools[-1]):
            last = pools.pop()
            pools[-1] = [one + other for one, other in zip(pools[-1], last, strict=True)]
    knots = [
        [round(total / many, 4), round(math.log((good + 0.5) / (many - good + 0.5)), 4)]
        for total, good, many in pools
    ]
    # Beyond its ends the line still rises a little, so that no two different texts tie.
    (first_x, first_y), (last_x, last_y) = knots[0], knots[-1]
    return [[first_x - BEYOND, first_y - 1], *knots, [last_x + BEYOND, last_y + 1]]


def _share(pool: list[float]) -> float:
    return pool[1] / pool[2]
