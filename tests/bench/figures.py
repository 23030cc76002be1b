"""Figures: a measurement beside its baseline, and the table that shows them."""

import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. `target` is a text for people; `ok` is None where there is none."""

    what: str
    ours: str
    baseline: str
    ratio: str = ""
    target: str = ""
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians over rounds; `ratio` is the median of the ratios, each within one round."""

    ours: float
    baseline: float
    ratio: float

    def at_least(self, what: str, *, ratio: float, unit: str) -> Figure:
        return Figure(
            what,
            f"{self.ours:,.0f} {unit}",
            f"{self.baseline:,.0f} {unit}",
            f"{self.ratio:.2f}",
            f">= {ratio:.2f}",
            self.ratio >= ratio,
        )


def interleaved(
    what: str, rounds: int, ours: Callable[[], float], baseline: Callable[[], float]
) -> Compared:
    """Both in turns, the one that goes first changing: the machine's moods then meet both."""
    pairs = []
    for number in range(rounds):
        first, second = (ours, baseline) if number % 2 == 0 else (baseline, ours)
        one, other = first(), second()
        pair = (one, other) if number % 2 == 0 else (other, one)
        say(f"{what}: round {number + 1} of {rounds}: {pair[0]:,.0f} beside {pair[1]:,.0f}")
        pairs.append(pair)
    return Compared(
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
        statistics.median(one / other for one, other in pairs),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(values: Sequence[float]) -> str:
    """Median and 99th percentile of times in seconds."""
    middle, late = statistics.median(values), percentile(values, 0.99)
    return f"{middle * 1e3:.1f} / {late * 1e3:.1f} ms"


def say(text: str) -> None:
    """Progress, apart from the table."""
    print(f"  {text}", file=sys.stderr, flush=True)


def table(figures: Sequence[Figure]) -> str:
    head = ("what", "ours", "baseline", "ratio", "target", "ok")
    marks = {True: "yes", False: "NO", None: ""}
    rows = [head, *((f.what, f.ours, f.baseline, f.ratio, f.target, marks[f.ok]) for f in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
