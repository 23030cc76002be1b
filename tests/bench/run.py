"""All figures in one run, each beside its baseline: `make bench`.

    python tests/bench/run.py [--quick] [--only PART ...]

The ratios are what counts: machines differ, and both sides of a ratio meet the same one. Exit
status 1 if a target is missed.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from desk_figures import NUMBER as DESK_NUMBER
from desk_figures import desk
from figures import Figure, table
from http_figures import posting, reading
from screen_figures import screening
from servers import work_folder
from whole_figures import readiness, visibility
from widget_figures import embedding

POSTS_A_ROUND_MAX = 5_000


def parts(*, quick: bool) -> dict[str, Callable[[Path], list[Figure]]]:
    """What there is to measure, by name; each gets a folder of its own."""
    rounds, seconds = (3, 1.5) if quick else (7, 2.5)
    batch, single = (600, 60) if quick else (2_000, 200)

    def posts(kind: str) -> Callable[[Path], list[Figure]]:
        return lambda folder: posting(
            folder, kind, rounds=rounds, seconds=seconds, most=POSTS_A_ROUND_MAX
        )

    return {
        "ready": lambda folder: readiness(folder, rounds=3),
        "visible": visibility,
        "read": lambda folder: reading(folder, rounds=rounds, seconds=seconds),
        "sqlite": posts("SQLite"),
        "postgres": posts("PostgreSQL"),
        "widget": lambda folder: embedding(folder, rounds=rounds),
        "desk": lambda folder: [
            figure
            for kind in ("SQLite", "PostgreSQL")
            for figure in desk(folder / kind, kind, number=DESK_NUMBER // (10 if quick else 1))
        ],
        "screen": lambda folder: screening(folder, rounds=3, batch=batch, single=single),
    }


def main() -> int:
    known = parts(quick="--quick" in sys.argv)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", nargs="+", choices=list(known), default=list(known))
    wanted = parser.parse_args().only
    with work_folder() as folder:
        figures = [figure for name in wanted for figure in known[name](folder / name)]
    print(table(figures))
    return 0 if all(figure.ok is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
