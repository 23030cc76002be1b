"""Feeds 2,000 real comments through a fresh installation, and kills parts of it half-way.

    python tests/bench/feed.py            # needs ../shared/data; `--calm` kills nothing

Every comment that was answered 202 must reach a verdict, and of the honest ones at least nine in
ten must be approved under the default policy. Exit status 1 if that does not hold.
"""

import argparse
import gzip
import json
import random
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from drive import Driver
from outcomes import lines_of
from running import Installation, wait_until

DATA = Path(__file__).parents[3] / "shared" / "data" / "dev.jsonl.gz"
SHARES = {"wiki_context": 1_000, "blog_mmistakes": 600, "youtube_spam": 200, "sms_spam": 200}
HONEST_SHARE_MIN = 0.9
CONTENT_MAX_CHARS = 10_000


def chosen(*, seed: int = 7) -> list[dict[str, Any]]:
    """Real comments, mostly honest ones, in a mixed order that is the same each time."""
    by_set: dict[str, list[dict[str, Any]]] = {name: [] for name in SHARES}
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            fits = one["text"].strip() and len(one["text"]) <= CONTENT_MAX_CHARS
            if one["ds"] in by_set and fits:
                by_set[one["ds"]].append(one)
    rng = random.Random(seed)
    picked = [
        {name: one.get(name) or "" for name in ("text", "author", "url", "ds")} | {"y": one["y"]}
        for name, number in SHARES.items()
        for one in rng.sample(by_set[name], min(number, len(by_set[name])))
    ]
    for one in picked:
        # Names and sites of other times and places: what the form would refuse is left out.
        if "@" in (one["author"] or "") or "\n" in (one["author"] or ""):
            one["author"] = ""
        if not (one["url"] or "").startswith(("http://", "https://")):
            one["url"] = ""
    rng.shuffle(picked)
    return picked


class Saboteur(threading.Thread):
    """Kills a worker when a third is accepted, and Redis when half is."""

    def __init__(self, installation: Installation, accepted: Any, total: int) -> None:
        super().__init__(daemon=True)
        self._installation, self._accepted, self._total = installation, accepted, total
        self.killed: list[str] = []

    def run(self) -> None:
        for word, share in (("worker", 1 / 3), ("redis", 1 / 2)):
            wait_until(lambda share=share: self._accepted() >= self._total * share, timeout=300)
            for process in self._installation.part(word):
                self._kill(process)
            self.killed.append(word)

    @staticmethod
    def _kill(process: psutil.Process) -> None:
        # What it has started may end by itself in the meantime.
        with suppress(psutil.NoSuchProcess):
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    one.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--calm", action="store_true", help="kill nothing")
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    comments = chosen()
    with tempfile.TemporaryDirectory(prefix="vestibule-feed-") as folder:
        installation = Installation(
            Path(folder),
            {
                "VESTIBULE_RATE_NETWORK_PER_MINUTE": 1_000_000,
                "VESTIBULE_RATE_SITE_PER_MINUTE": 1_000_000,
            },
        ).start()
        try:
            driver = Driver(installation.base_url, "demo", connections=given.connections)
            saboteur = Saboteur(installation, driver.accepted_so_far, len(comments))
            if not given.calm:
                saboteur.start()
            report = driver.run(comments)
        finally:
            installation.stop()
    print("\n".join(lines_of(report)))
    print(f"killed            {', '.join(saboteur.killed) or 'nothing'}")
    as_planned = given.calm or saboteur.killed == ["worker", "redis"]
    good = as_planned and not report.lost and report.honest_share() >= HONEST_SHARE_MIN
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
