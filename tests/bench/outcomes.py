"""What became of the comments that the driver sent: kept, counted, and told."""

import json
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Sent:
    """One comment's way: when it was accepted and decided, by the driver's clock."""

    comment: dict[str, Any]
    watched: bool = False
    status: int = 0
    id: str = ""
    status_path: str = ""
    accepted_at: float = 0.0
    decided_at: float = 0.0
    state: str = ""
    tries: int = 0


@dataclass(slots=True)
class Report:
    """What a run came to. `lost` were accepted and have no verdict."""

    sent: list[Sent]
    began_at: float
    seconds: float
    lost: list[Sent] = field(default_factory=list)

    @property
    def accepted(self) -> list[Sent]:
        return [one for one in self.sent if one.id]

    def all_decided_seconds(self) -> float:
        return max((one.decided_at for one in self.sent), default=0.0) - self.began_at

    def honest_share(self) -> float:
        honest = [one for one in self.accepted if one.comment.get("y") == 0]
        return sum(one.state == "approved" for one in honest) / len(honest) if honest else 1.0


class Progress:
    """One line that is written over as things go on."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._posted = self._decided = 0
        self._guard = threading.Lock()
        self._told_at = 0.0

    @property
    def posted_share(self) -> float:
        return self._posted / self._total

    def posted(self, _one: Sent) -> None:
        with self._guard:
            self._posted += 1
            self._tell()

    def decided(self) -> None:
        with self._guard:
            self._decided += 1
            self._tell()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told_at > 0.5:
            self._told_at = now
            sys.stderr.write(f"\rposted {self._posted}, decided {self._decided} of {self._total} ")
            sys.stderr.flush()

    def end(self) -> None:
        sys.stderr.write(f"\rposted {self._posted}, decided {self._decided} of {self._total}\n")


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def lines_of(report: Report) -> Iterator[str]:
    """The report in words."""
    accepted = report.accepted
    delays = [one.decided_at - one.accepted_at for one in accepted if one.watched and one.state]
    yield f"accepted          {len(accepted)} of {len(report.sent)}, {len(accepted) / report.seconds:.0f}/s"
    refused = Counter(one.status for one in report.sent if not one.id)
    if refused:
        yield f"refused           {dict(refused)}"
    if delays:
        yield (
            f"time to verdict   median {statistics.median(delays):.2f} s, "
            f"p99 {percentile(delays, 0.99):.2f} s (of {len(delays)} watched closely)"
        )
    by_label: dict[str, Counter[str]] = defaultdict(Counter)
    for one in accepted:
        label = {0: "honest", 1: "bad"}.get(one.comment.get("y", -1), "unlabelled")
        by_label[label][one.state or "no verdict"] += 1
    for label, states in sorted(by_label.items()):
        yield f"{label:<17} {dict(states)}"
    yield f"honest approved   {report.honest_share():.1%}"
    yield f"all decided       {report.all_decided_seconds():.1f} s after the first was sent"
    yield f"repeated requests {sum(one.tries - 1 for one in report.sent if one.tries)}"
    yield f"lost              {len(report.lost)}"


def write_each(report: Report, path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        for number, one in enumerate(report.sent):
            kept = {name: one.comment[name] for name in ("ds", "y") if name in one.comment}
            told = {"number": number, "status": one.status, "id": one.id, "state": one.state}
            if one.watched and one.state:
                told["seconds"] = round(one.decided_at - one.accepted_at, 3)
            out.write(json.dumps(kept | told) + "\n")
