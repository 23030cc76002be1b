"""Makes `workers/text/confusables.txt` of Unicode's table of look-alikes.

`python tests/confusables_table.py --write` writes it anew; a test holds that nothing has changed.
The source is `confusables.txt` of UTS #39 as the package confusable-homoglyphs ships it.
"""

import sys
import unicodedata
from importlib.metadata import version
from pathlib import Path

from confusable_homoglyphs import confusables

TABLE = Path(__file__).parents[1] / "workers" / "text" / "confusables.txt"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MARKS = "\u200e\u200f"


def lookalikes() -> dict[str, list[str]]:
    """What looks like each small or capital ASCII letter, as single characters; not ASCII itself."""
    found: dict[str, set[str]] = {letter: set() for letter in LETTERS}
    for letter in LETTERS:
        for form in (letter, letter.upper()):
            found[letter] |= set(_neighbours(form))
        # What looks like an "rn" looks like an "m", which the table counts among the former.
        if letter == "m":
            found[letter] |= set(_neighbours("rn"))
        # Small capitals are no look-alikes to Unicode, but what looks like them reads like a letter.
        small = _named(f"LATIN LETTER SMALL CAPITAL {letter.upper()}")
        if small is not None:
            found[letter] |= {small, *_neighbours(small)}
        found[letter] = {one for one in found[letter] if not one.isascii()}
    # The letter O looks like a nought and the other way round; so does what looks like a nought.
    taken: set[str] = set()
    result = {}
    for letter, some in found.items():
        result[letter] = sorted(some - taken)
        taken |= some
    return result


def _neighbours(form: str) -> list[str]:
    some = (entry["c"].strip(_MARKS) for entry in confusables.confusables_data.get(form, ()))
    return [one for one in some if len(one) == 1]


def _named(name: str) -> str | None:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None


def table() -> str:
    """The file's text. Half of it is written right to left, so characters are given by number."""
    source = f"confusable-homoglyphs {version('confusable-homoglyphs')}"
    lines = [
        "# What looks like an ASCII letter, as code points: `letter: number number ...`.",
        "# From Unicode's confusables.txt (UTS #39) and the names of small capitals, by way of the",
        f"# package {source}. Data: Unicode License v3, (c) Unicode, Inc.",
        "# Made by tests/confusables_table.py.",
    ]
    for letter, some in lookalikes().items():
        lines.append(f"{letter}: {' '.join(f'{ord(one):x}' for one in some)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        TABLE.write_text(table(), "utf-8")
    else:
        sys.exit(
            0 if TABLE.read_text("utf-8") == table() else "the table differs: run with --write"
        )
