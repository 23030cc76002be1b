"""Measures checks, models and policy: `python tests/bench/checks_report.py`, or `make bench-checks`.

Needs `../shared/data`. Writes `docs/checks-report.html`, and into `docs/checks.md` how often each
symbol fires. Holds aggregates only: no text of the data is quoted.
"""

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import checks_figures as measured
import numpy as np
from checks_figures import Target, Told, bad, by_set, recall_at, roc_auc, told
from filter_figures import figures as filters

from service.core.policy import packaged_policy
from service.core.rules import Family
from service.core.states import State
from workers.commands.alone import Judged
from workers.commands.report import html_table, page

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "checks-report.html"
CHECKS = ROOT / "docs" / "checks.md"
BEGIN, END = "<!-- fires: make bench-checks -->", "<!-- end of fires -->"

SPAM_SETS = ("youtube_spam", "sms_spam", "tg_spam", "indo_gambling", "blog_mmistakes")
ABUSE_SETS = ("davidson", "olid", "unhealthy", "jigsaw_subset", "wiki_context", "edos", "stormfront",
              "germeval2018", "korean_hate")  # fmt: skip
MODELS = ("MODEL_SPAM", "MODEL_ABUSE", "MODEL_HATE")


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    say("judging the sets")
    everything = {name: told(by_set()[name]) for name in (*SPAM_SETS, *ABUSE_SETS)}
    blog = told(measured.both_folds("blog_mmistakes"))
    rows = targets(everything, blog)
    body = html_table("Targets", [("what", "measured", "asked for"),
                                  *((one.what, one.found, one.asked) for one in rows)])  # fmt: skip
    body += html_table("By set, at the shipped policy (fold dev)", by_set_rows(everything))
    body += html_table("Ablation: AUC over these sets together", ablation(everything))
    fires = firing(everything)
    body += html_table("Symbols", fires)
    REPORT.write_text(page("Checks, models and policy, measured", body), encoding="utf-8")
    write_fires(fires)
    for one in rows:
        print(f"{one.what}: {one.found} (asked: {one.asked})")


def targets(everything: Mapping[str, Told], blog: Told) -> list[Target]:
    found = []
    say("sets never seen")
    unseen = measured.never_seen()
    found.append(
        Target("abuse, sets never seen, linear models: mean AUC", _mean(unseen), "to be measured")
    )
    found += [Target(f"... {name}", f"{value:.3f}", "") for name, value in unseen.items()]
    hate = measured.left_out("stormfront", label="hate")["stormfront"]
    found.append(Target("identity attacks (stormfront, left out), linear", f"{hate:.3f}", "0.84"))
    say("cases of meaning")
    share, worst, group = measured.identities()
    found.append(
        Target(
            "harmless identity mentions flagged (madlibs), linear",
            f"{share:.3f}, worst group {worst:.3f} ({group})",
            "0.06, worst group 0.20",
        )
    )
    whole, by_group = measured.meaning()
    parts = ", ".join(f"{name} {value:.2f}" for name, value in by_group.items())
    found.append(
        Target("quoted, negated, reclaimed, counter-speech: AUC", f"{whole:.3f} ({parts})", "0.75")
    )
    videos = everything["youtube_spam"].probabilities(Family.SPAM)
    target = bad(by_set()["youtube_spam"])
    found.append(
        Target(
            "spam, cold (youtube_spam dev): AUC, recall at 1 % FPR",
            f"{roc_auc(videos, target):.3f}, {recall_at(videos, target, false_positives=0.01):.2f}",
            "0.97, 0.86",
        )
    )
    say("spam on a site never seen")
    unknown = measured.left_out("youtube_spam", label="spam")["youtube_spam"]
    found.append(Target("... by a model that saw no video comments", f"{unknown:.3f}", ""))
    found.append(
        Target(
            "honest blog comments held as spam / as abuse",
            f"{blog.stopped_as(Family.SPAM):.1%} / {blog.stopped_as(Family.ABUSE):.1%}",
            "under 2 % each",
        )
    )
    say("the sites' own filters")
    found += [
        Target(f"site filter after 20 / 50 / 200 labels, {name}: AUC", after, asked)
        for (name, after), asked in zip(filters(), ["0.90 / 0.95 / 0.98", "", "", ""], strict=True)
    ]
    say("disguises")
    ways = measured.disguised()
    clean = ways.pop("clean")
    found.append(
        Target(
            "disguised copies, eight ways: mean AUC", f"{_mean(ways)} (clean {clean:.3f})", "0.89"
        )
    )
    found += [Target(f"... {name}", f"{value:.3f}", "") for name, value in ways.items()]
    for label, (error, auc, many) in measured.calibration().items():
        found.append(
            Target(
                f"calibration of {label}: ECE",
                f"{error:.3f} (AUC {auc:.3f}, {many:,} texts)",
                "under 0.03",
            )
        )
    say("time")
    asked = {
        "linear, singly": "250 us",
        "linear, in batches": "80 us",
        "pipeline without the second reader, in batches": "500 us",
    }
    found += [
        Target(f"time of 330 characters: {name}", f"{value:.0f} us", asked[name])
        for name, value in measured.times().items()
    ]
    return found


def _mean(values: Mapping[str, float]) -> str:
    return f"{np.mean(list(values.values())):.3f}"


def by_set_rows(everything: Mapping[str, Told]) -> list[Sequence[str]]:
    found: list[Sequence[str]] = [
        ("set", "task", "many", "AUC", "bad ones stopped", "harmless ones stopped")
    ]
    for name, one in everything.items():
        target = bad(by_set()[name])
        kind = measured.task(by_set()[name])
        family = Family.SPAM if kind == "spam" else Family.ABUSE
        stopped = np.array([judged.verdict.state is not State.APPROVED for judged in one.judged])
        found.append(
            (
                name,
                kind,
                f"{len(target):,}",
                _figure(roc_auc(one.probabilities(family), target)),
                _share(stopped[target]),
                _share(stopped[~target]),
            )
        )
    return found


def ablation(everything: Mapping[str, Told]) -> list[Sequence[str]]:
    """Each group of symbols off, and each family's model; all sets of a family together."""
    policy = packaged_policy()
    groups: dict[str, set[str]] = defaultdict(set)
    for symbol in {
        part.symbol for told_ in everything.values() for one in told_.judged for part in one.signals
    }:
        rule = policy.rule(symbol)
        if rule is not None and policy.family(rule) is not None:
            groups[rule.group].add(symbol)
    found: list[Sequence[str]] = [("without", "spam", "abuse")]
    names = {Family.SPAM: SPAM_SETS, Family.ABUSE: ABUSE_SETS}
    judged = {
        family: [one for name in some for one in everything[name].judged]
        for family, some in names.items()
    }
    targets_ = {
        family: np.concatenate([bad(by_set()[name]) for name in some])
        for family, some in names.items()
    }
    parts: list[tuple[str, set[str]]] = [("nothing", set()), *sorted(groups.items())]
    parts.append(("all but the models", set().union(*groups.values()) - set(MODELS)))
    for name, symbols in parts:
        cells = [name]
        for family in names:
            off = measured.without(judged[family], frozenset(symbols), family)
            cells.append(_figure(roc_auc(off, targets_[family])))
        found.append(cells)
    return found


def firing(everything: Mapping[str, Told]) -> list[Sequence[str]]:
    """How often each symbol fires on what, and how much of that is of its family."""
    policy = packaged_policy()
    many: Counter[str] = Counter()
    fired: dict[str, Counter[str]] = defaultdict(Counter)
    for name, one in everything.items():
        kind = "spam" if measured.task(by_set()[name]) == "spam" else "abuse"
        for row, judged in zip(by_set()[name], one.judged, strict=True):
            label = kind if row["y"] else "ok"
            many[label] += 1
            for symbol in {part.signal.symbol for part in _counting(judged)}:
                fired[symbol][label] += 1
    found: list[Sequence[str]] = [
        ("Symbol", "Points", "Harmless", "Spam", "Abuse", "Of its family")
    ]
    for symbol, rule in sorted(policy.rules.items()):
        family = policy.family(rule)
        by_label = fired[symbol]
        precision = by_label[str(family)] / by_label.total() if family and by_label else math.nan
        found.append(
            (
                symbol,
                f"{rule.points:g}",
                *(_percent(by_label[label] / many[label]) for label in ("ok", "spam", "abuse")),
                _percent(precision),
            )
        )
    return found


def _counting(judged: Judged) -> list:
    """What adds to a sum; a model's word against is no alarm."""
    return [part for part in judged.verdict.contributions if part.points > 0]


def write_fires(rows: Sequence[Sequence[str]]) -> None:
    head, *body = rows
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| `{first}` | {' | '.join(rest)} |" for first, *rest in body]
    text = CHECKS.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = "\n".join(lines)
    CHECKS.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2%}"


def _share(some: np.ndarray) -> str:
    return f"{some.mean():.1%}" if len(some) else "-"


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


if __name__ == "__main__":
    main()
