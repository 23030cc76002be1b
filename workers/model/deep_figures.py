"""Figures of the second reader: how well it tells, what its odds are worth, whom it harms."""

import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

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


def rising_knots(scores: Floats, bad: npt.NDArray[np.int_], weights: Floats) -> list[list[float]]:
    """A calibration: knots of a rising line from scores to log-odds (isotonic, in bins).

    The bins hold about equal weight; neighbours that do not rise are pooled (the algorithm of pool
    adjacent violators, Ayer and others 1955), and a prior of one text keeps the odds finite.
    """
    order = np.argsort(scores, kind="stable")
    scores, bad, weights = scores[order], bad[order], weights[order]
    share = np.cumsum(weights) / weights.sum()
    where = np.minimum((share * 30).astype(int), 29)
    pools: list[list[float]] = []
    for one in np.unique(where):
        inside = where == one
        heavy = float(weights[inside].sum())
        positive = float((weights * bad)[inside].sum())
        pools.append([float((weights * scores)[inside].sum()) / heavy, positive, heavy])
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            x, positive, heavy = pools.pop()
            old = pools[-1]
            middle = (old[0] * old[2] + x * heavy) / (old[2] + heavy)
            pools[-1] = [middle, old[1] + positive, old[2] + heavy]
    unit = float(weights.mean())
    return [
        [round(x, 4), round(math.log((good + unit / 2) / (heavy - good + unit / 2)), 4)]
        for x, good, heavy in pools
    ]
