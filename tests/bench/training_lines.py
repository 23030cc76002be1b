"""Writes the lines that the shipped linear models are trained on: `python tests/bench/training_lines.py`.

Takes `../shared/data/dev.jsonl.gz` and prints JSON Lines for `vestibule train`, of texts of the fold
`train` and of sets whose licence allows shipped weights. Which labels a set says something about
stands here; what it does not say is left open. `docs/model-cards.md` has the figures.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "workers"))

from obfuscations import WAYS

DATA = Path(__file__).parents[3] / "shared" / "data" / "dev.jsonl.gz"
SEED = 20261125

CLEAN = {"abuse": 0, "hate": 0, "insult": 0, "obscene": 0}
DISGUISED_SHARE = 0.3
AT_MOST = {"wiki_context": 8000, "davidson": 8000, "madlibs": 8000}
"""More of one set teaches that set, not people."""

WEIGHTS = {"youtube_spam": 2.0}
"""Few comments among many messages; what they show is what the others lack."""


def labels(row: Mapping[str, Any]) -> dict[str, int]:  # noqa: PLR0911 (a table in the shape of code)
    """What a line of the data says about the labels; nothing where it may not train."""
    bad, group = bool(row["y"]), row.get("grp", "")
    match row["ds"]:
        case "davidson":
            hate = {"hate": {"hate": 1}, "offensive": {}}.get(group, CLEAN)
            return {"abuse": row["y"], **hate, "spam": 0}
        case "jigsaw_subset":
            names = {"identity_hate": "hate", "insult": "insult", "obscene": "obscene"}
            if not bad:
                return {**CLEAN, "spam": 0}
            return {"abuse": 1, "spam": 0} | ({names[group]: 1} if group in names else {})
        case "wiki_context":
            return {"abuse": 1, "spam": 0} if bad else {**CLEAN, "spam": 0}
        case "korean_hate":
            return {"abuse": row["y"]} if bad else dict(CLEAN)
        case "germeval2018":
            names = {"INSULT": "insult", "PROFANITY": "obscene"}
            if not bad:
                return dict(CLEAN)
            return {"abuse": 1} | ({names[group]: 1} if group in names else {})
        case "edos" | "stormfront":
            # Their harmless lines are not about a group, but may well be uncivil.
            return {"abuse": 1, "hate": 1} if bad else {"hate": 0}
        case "madlibs":
            return {"abuse": row["y"], "hate": row["y"]}
        case "youtube_spam" | "sms_spam" | "tg_spam":
            # Mail is left out: what gives it away is unlike comments, and in its way.
            return {"spam": 1} if bad else {**CLEAN, "spam": 0}
        case "blog_mmistakes":
            return {**CLEAN, "spam": 0}
    return {}


def rows(fold: str) -> Iterator[dict[str, Any]]:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["fold"] == fold:
                yield row


def training_lines(without: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """The lines, those of the sets `without` left out."""
    by_set: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows("train"):
        known = labels(row)
        if known and row["ds"] not in without:
            line = {"text": row["text"], "labels": known, "source": row["ds"]}
            if "spam" in known and row["ds"] in WEIGHTS:
                line["weight"] = WEIGHTS[row["ds"]]
            by_set[row["ds"]].append(line)
    chance = Random(SEED)
    found = []
    for name, some in sorted(by_set.items()):
        found += chance.sample(some, min(len(some), AT_MOST.get(name, len(some))))
    return found + [disguised(one, chance) for one in found if chance.random() < DISGUISED_SHARE]


def disguised(line: Mapping[str, Any], chance: Random) -> dict[str, Any]:
    """A copy hidden in one of the ways that the front end undoes, so that what is left is learned."""
    way = WAYS[chance.choice(sorted(WAYS))]
    return {**line, "text": way(line["text"], chance), "key": line["text"]}


if __name__ == "__main__":
    for one in training_lines(frozenset(sys.argv[1:])):
        print(json.dumps(one, ensure_ascii=False))
