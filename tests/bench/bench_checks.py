"""How long the checks take, and that time grows with the text and no faster.

`python tests/bench/bench_checks.py` prints, for ordinary text and for texts made to be hard, the
time of all checks and of the fingerprint at 10,000 and at 20,000 characters, and their ratio: 2 is
linear, 4 would be quadratic. It ends with status 1 if a ratio is over 3. A ratio within one run says
something on any machine; a limit in seconds would not, so this is no test of the suite.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "workers"))

from subjects import FRIENDLY, subject

from workers.fingerprint import fingerprint
from workers.pipeline import Pipeline

LENGTH = 10_000
RATIO_MAX = 3.0
REPEATS = 5
LEAST_SECONDS = 1e-3
WORDS = ("cialis", "a", "aa", "aaa", "\u0e04\u0e38\u0e13", "\u8d4c\u573a", "http", "\u30ab")

HOSTILE = {
    "ordinary": FRIENDLY + " ",
    "one letter": "a",
    "one letter, capital": "A",
    "alternating": "ab",
    "inside words": "xcialis",
    "links": "http://",
    "links, glued": "http://a",
    "links, nested": "http://a/",
    "links, short": "www.a ",
    "nearly links": "http:/ www ",
    "sorted marks": "\u0301",
    "unsorted marks": "\u0301\u0316",
    "marks that decompose": "\u0f73\u0f75",
    "half-width marks": "\uff9e",
    "hangul jamo": "\u1100\u1161\u11a8",
    "expanding": "\ufdfa",
    "zero width": "a\u200b",
    "zero width rows": "\u200b\u200d",
    "embeddings": "\u202a",
    "embeddings, closed": "\u202a\u202c",
    "flags": "\U0001f1e6",
    "families": "\U0001f468\u200d",
    "tags": "\U0001f3f4\U000e0067",
    "Thai": "\u0e04\u0e38\u0e13",
    "Han": "\u8d4c\u573a",
    "katakana": "\u30ab",
    "Arabic": "\u0633\u0644\u0627\u0645",
    "quotes": "a'",
    "space and marks": " \u0301",
    "white space": " \n",
    "bangs": "!!!!!!!!!.",
    "spaced": "a b c ",
    "dotted": "a.",
    "entities": "&#97;",
    "nearly entities": "&amp",
    "stand-ins": "h3ll0 ",
    "stand-ins, glued": "h3ll0",
    "look-alikes": "c\u0430sino ",
    "look-alikes, glued": "c\u0430\u03bf\u237a",
    "fancy": "\U0001d41a",
    "full width": "\uff41",
    "at signs": "a@",
    "hosts": "a.com ",
    "hosts, glued": "a.com/",
    "markup": "[a](",
    "markup, BBCode": "[url=a.b]",
    "markup, HTML": "<a href=",
    "disguised hosts": "a[.]",
    "promotion": "casino ",
    "noise": "xqzvbj ",
    "sounds": "jq",
}


def best(work: Callable[[], object]) -> float:
    """The least of a few runs: what else the machine does only ever adds."""
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def measured(make: Callable[[str], Callable[[], object]], text: str) -> tuple[float, float]:
    """Time for half the text, and how many times that the whole text takes.

    A bad ratio must show three times, since a busy machine makes one now and then; below a
    millisecond a ratio is noise, and 0 is given.
    """
    for _ in range(3):
        once, twice = best(make(text[:LENGTH])), best(make(text))
        if twice <= RATIO_MAX * once:
            break
    return once, twice / once if once > LEAST_SECONDS else 0.0


def screening(text: str) -> Callable[[], object]:
    found = subject(text, held_words=WORDS, exact=1, history={}, languages=("de",),
                    blocked_domains=("bad.example",))  # fmt: skip
    return lambda: Pipeline(budget_seconds=60).screen([found], lambda: None)


def fingerprinting(text: str) -> Callable[[], object]:
    return lambda: fingerprint(text)


def main() -> int:
    worst = 0.0
    print(
        f"{'text':22} {'checks':>10} {'ratio':>6} {'fingerprint':>12} {'ratio':>6}   (ms at {LENGTH})"
    )
    for name, piece in HOSTILE.items():
        text = piece * (2 * LENGTH // len(piece))
        row = []
        for make in (screening, fingerprinting):
            once, ratio = measured(make, text)
            worst = max(worst, ratio)
            row += [f"{once * 1e3:10.2f}", f"{ratio:6.2f}" if ratio else "     -"]
        print(f"{name:22} {row[0]} {row[1]}   {row[2]} {row[3]}")
    ordinary = (FRIENDLY * 4)[:300]
    many = 1_000
    found = [subject(ordinary)] * many
    checks = best(lambda: Pipeline().screen(found, lambda: None)) / many
    prints = best(lambda: [fingerprint(ordinary) for _ in range(many)]) / many
    print(
        f"300 ordinary characters: checks {checks * 1e6:.0f} us, fingerprint {prints * 1e6:.0f} us"
    )
    print(f"worst ratio {worst:.2f}, allowed {RATIO_MAX}")
    return 0 if worst <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
