"""What issue and model cards ask of checks and models, measured on `../shared/data`; aggregates only."""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "workers"))

import json

import numpy as np
from obfuscations import WAYS
from training_lines import labels, rows, training_lines

from service.core.policy import decide, packaged_policy
from service.core.rules import Family
from service.core.signals import Signal
from service.core.states import State
from workers.commands.alone import Judged, subject
from workers.commands.figures import calibration_error, recall_at, roc_auc
from workers.commands.lines import Line
from workers.model import training
from workers.model.deep import installed_second_reader
from workers.model.deep_figures import by_identity, threshold_at
from workers.model.features import BUCKETS
from workers.model.scores import Models, packaged_models
from workers.pipeline import Pipeline
from workers.text import Text

MEANING = Path(__file__).parents[1] / "data" / "meaning.jsonl"
LEFT_OUT = ("davidson", "olid", "unhealthy", "jigsaw_subset", "wiki_context")
NEVER_TRAINED = ("olid", "unhealthy")
DISGUISED = (*LEFT_OUT, "edos", "stormfront", "youtube_spam", "sms_spam")
TEXT_MAX = 4000
LENGTH = 330

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the table: what was measured, the figure, and what was asked for."""

    what: str
    found: str
    asked: str


@cache
def by_set(fold: str = "dev") -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(fold):
        found[row["ds"]].append(row)
    return found


def both_folds(name: str) -> list[Row]:
    return [*by_set("train")[name], *by_set()[name]]


def bad(some: Sequence[Row]) -> np.ndarray:
    return np.array([bool(row["y"]) for row in some])


def task(some: Sequence[Row]) -> str:
    return str(some[0]["task"])


def scored(texts: Sequence[str], label: str, models: Models | None = None) -> np.ndarray:
    """The linear models' log-odds."""
    found = (models or packaged_models()).score([Text(text[:TEXT_MAX]) for text in texts])
    return np.array([one.log_odds[label] for one in found])


# -- the linear models -----------------------------------------------------------------------------


def left_out(*names: str, label: str) -> Mapping[str, float]:
    """AUC on whole sets by a model that has never seen any of them."""
    lines = [one for one in training_lines(frozenset(names)) if label in one["labels"]]
    counts, sizes = training.matrix([one["text"] for one in lines])
    scaled = counts.copy()
    scaled.data *= np.repeat(sizes**-training.POWER, np.diff(counts.indptr)).astype(np.float32)
    sources = np.unique([one["source"] for one in lines], return_inverse=True)[1]
    target = np.array([bool(one["labels"][label]) for one in lines])
    strength = training.STRENGTHS.get(label, training.STRENGTH)
    heft = np.array([one.get("weight", 1.0) for one in lines])
    weights = training.fit(scaled, target, sources, heft, strength=strength)
    assert len(weights) == BUCKETS
    found = {}
    for name in names:
        some = both_folds(name)
        counts, sizes = training.matrix([row["text"] for row in some])
        found[name] = roc_auc((counts @ weights) / sizes**training.POWER, bad(some))
    return found


def never_seen() -> Mapping[str, float]:
    """AUC on each of the five sets by a linear model that did not see it."""
    found = dict(left_out("davidson", label="abuse"))
    found |= left_out("jigsaw_subset", label="abuse")
    found |= left_out("wiki_context", label="abuse")
    for name in NEVER_TRAINED:
        some = both_folds(name)
        found[name] = roc_auc(scored([row["text"] for row in some], "abuse"), bad(some))
    return {name: found[name] for name in LEFT_OUT}


def disguised() -> Mapping[str, float]:
    """Mean AUC over sets, of clean texts and of copies disguised in each way."""
    ways: dict[str, Callable[[str, Random], str]] = {"clean": lambda text, _: text, **WAYS}
    found = {}
    for name, way in ways.items():
        values = []
        for one in DISGUISED:
            some = by_set()[one]
            texts = [way(row["text"], Random(place)) for place, row in enumerate(some)]
            values.append(roc_auc(scored(texts, task(some)), bad(some)))
        found[name] = float(np.mean(values))
    return found


def calibration() -> Mapping[str, tuple[float, float, int]]:
    """By label: expected calibration error, AUC and number, on `dev` in training's proportions."""
    chance = Random(1)
    texts: list[str] = []
    known: list[Mapping[str, int]] = []
    for name, some in by_set().items():
        # Sets of which training takes only a part are thinned out here likewise.
        trained = len(by_set("train")[name])
        part = {"wiki_context": 8000, "davidson": 8000, "madlibs": 8000}.get(
            name, trained
        ) / trained
        for row in some:
            if (found := labels(row)) and chance.random() < part:
                texts.append(row["text"][:TEXT_MAX])
                known.append(found)
    scores = packaged_models().score([Text(one) for one in texts])
    result = {}
    for label in packaged_models().labels:
        chosen = [place for place, one in enumerate(known) if label in one]
        said = np.array([scores[place].probability(label) for place in chosen])
        true = np.array([bool(known[place][label]) for place in chosen])
        result[label] = (calibration_error(said, true), roc_auc(said, true), len(chosen))
    return result


# -- checks and policy -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """Comments as the pipeline and the packaged policy judge them."""

    judged: Sequence[Judged]

    def probabilities(self, family: Family) -> np.ndarray:
        return np.array([one.verdict.sum_of(family).log_odds for one in self.judged])

    def share(self, *states: State) -> float:
        return sum(one.verdict.state in states for one in self.judged) / len(self.judged)

    def stopped_as(self, family: Family) -> float:
        """The share whose probability reaches the family's threshold."""
        line = packaged_policy().thresholds[family].held
        return float(np.mean([one.verdict.sum_of(family).probability >= line
                              for one in self.judged]))  # fmt: skip


@cache
def pipeline() -> Pipeline:
    return Pipeline(second=installed_second_reader())


def told(some: Sequence[Row]) -> Told:
    lines = [
        Line(number, {"text": row["text"][:10_000], "author_name": row.get("author") or "",
                      "author_url": row.get("url") or None})
        for number, row in enumerate(some, 1)
    ]  # fmt: skip
    judged = []
    for start in range(0, len(lines), 200):
        portion = lines[start : start + 200]
        for line, one in zip(
            portion,
            pipeline().examine([subject(one) for one in portion], lambda: None),
            strict=True,
        ):
            verdict = decide(one.signals, packaged_policy())
            judged.append(Judged(line, verdict, one.scores, one.signals))
    return Told(judged)


def identities() -> tuple[float, float, str]:
    """Of harmless madlibs, the share over the threshold that 5 % of other harmless comments reach;
    that of the worst group, and which it is.
    """
    others = [row for name in ("davidson", "jigsaw_subset", "wiki_context", "stormfront", "edos",
                               "olid", "unhealthy")
              for row in by_set()[name] if not row["y"]]  # fmt: skip
    harmless = [row["text"] for row in by_set()["madlibs"] if not row["y"]]
    line = threshold_at(scored([row["text"] for row in others], "hate"), 0.05)
    flagged = scored(harmless, "hate") > line
    groups = by_identity(harmless, flagged)
    worst = max(groups, key=lambda name: groups[name])
    return float(flagged.mean()), groups[worst], worst


def meaning() -> tuple[float, Mapping[str, float]]:
    """AUC of the policy's abuse on the cases where meaning decides, and by their group."""
    lines = [json.loads(one) for one in MEANING.read_text("utf-8").splitlines()]
    scores = told(lines).probabilities(Family.ABUSE)
    target = np.array([one["label"] == "abuse" for one in lines])
    groups = np.array([one["group"] for one in lines])
    by_group = {
        str(one): roc_auc(scores[groups == one], target[groups == one]) for one in np.unique(groups)
    }
    return roc_auc(scores, target), by_group


def without(judged: Sequence[Judged], symbols: frozenset[str], family: Family) -> np.ndarray:
    """The sums as they would be if some symbols were never reported."""
    policy = packaged_policy()
    return np.array([
        decide([one for one in each.signals if one.symbol not in symbols], policy)
        .sum_of(family).log_odds
        for each in judged
    ])  # fmt: skip


# -- time ------------------------------------------------------------------------------------------


def best(work: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def times() -> Mapping[str, float]:
    """Microseconds a comment of 330 characters, each text another; the least of several runs."""
    ordinary = [row["text"] for row in by_set()["wiki_context"] if len(row["text"]) >= LENGTH]
    texts = [text[:LENGTH] for text in ordinary[:200]]
    subjects = [subject(Line(number, {"text": text})) for number, text in enumerate(texts)]
    models = packaged_models()
    alone, many = Pipeline(), len(texts)
    return {
        "linear, singly": best(lambda: [models.score([Text(one)]) for one in texts], 7)
        / many
        * 1e6,
        "linear, in batches": best(lambda: models.score([Text(one) for one in texts]), 15)
        / many
        * 1e6,
        "pipeline without the second reader, in batches": best(
            lambda: alone.screen(subjects, lambda: None), 7
        )
        / many
        * 1e6,
    }


__all__ = ["Signal", "recall_at"]
