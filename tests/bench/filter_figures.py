"""How well a site's own filter tells spam after 20, 50 and 200 of the site's labels.

`python tests/bench/filter_figures.py`; needs `../shared/data`. Each collection of spam is taken for a
site: its comments come in many random orders, the first ones teach, and those that follow are told
apart (prequential: nothing is told that has been learned). The AUC is the mean over the orders, of
the filter's own sums; beside it that of the shipped model, to which a site's labels add nothing.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from checks_figures import Row, bad, both_folds, roc_auc

from workers.model.scores import packaged_models
from workers.site_filter.counting import Counts, Example, score
from workers.site_filter.features import Features
from workers.text import Text

SITES = ("youtube_spam", "indo_gambling", "sms_spam", "tg_spam")
LABELS = (20, 50, 200)
ORDERS = 20
TOLD = 400
"""So many of the comments that follow are told apart, in each order."""

KEY = b"a key of the figures"


def features(row: Row) -> Features:
    text = Text(str(row["text"]))
    return Features(text, str(row.get("author") or ""), row.get("url") or None, KEY)


def auc_after(number: int, read: list[Features], is_bad: np.ndarray, order: np.ndarray) -> float:
    counts = {True: Counts.none(), False: Counts.none()}
    for place in order[:number]:
        label = bool(is_bad[place])
        counts[label].add(Example(read[place].numbers, label, 1.0, 0.0, 1.0, 1.0))
    following = order[number : number + TOLD]
    found = [score(read[place].numbers, counts[True], counts[False]) for place in following]
    return roc_auc(np.array(found), is_bad[following])


def figures() -> list[tuple[str, str]]:
    """Rows of a name and what was measured."""
    rows = []
    for name in SITES:
        site = both_folds(name)
        random = np.random.default_rng(1)
        if len(site) > 2_000:
            site = [site[place] for place in random.permutation(len(site))[:2_000]]
        is_bad = bad(site)
        read = [features(row) for row in site]
        cold = packaged_models().score([Text(str(row["text"])) for row in site])
        cold_auc = roc_auc(np.array([one.log_odds["spam"] for one in cold]), is_bad)
        orders = [random.permutation(len(site)) for _ in range(ORDERS)]
        means = [
            np.mean([auc_after(number, read, is_bad, order) for order in orders])
            for number in LABELS
        ]
        after = " / ".join(f"{mean:.3f}" for mean in means)
        rows.append((name, f"{after} (shipped model {cold_auc:.3f})"))
    return rows


if __name__ == "__main__":
    for what, found in figures():
        print(f"{what}: AUC after {' / '.join(map(str, LABELS))} labels {found}")
