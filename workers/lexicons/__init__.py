"""Words, phrases and names that checks look for: small lists of our own writing.

The text files here have sections: a name in square brackets on a line of its own, then one entry a
line; a line that begins with `#` is a comment. What the files of words of abuse (`.toml`) hold
stands in `workers/wording/lexicon.py`.
"""

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

_ALTERNATIVES = re.compile(r"\[([^\]]*)\]")
_HIDDEN_KINDS = frozenset(
    [
        *(
            "strong",
            "mild",
            "insult_noun",
            "weak_noun",
            "insult_adj",
            "weak_adj",
            "slur",
            "weak_slur",
        ),
        *("explicit", "violence", "killed", "die", "dehuman", "inferior"),
    ]
)
_HIDDEN_MIN = 3


@lru_cache(maxsize=8)
def sections(file_name: str) -> Mapping[str, tuple[str, ...]]:
    """The entries of each section of a file in this folder, in order."""
    found: dict[str, list[str]] = {}
    entries: list[str] = []
    lines = resources.files("workers.lexicons").joinpath(file_name).read_text("utf-8")
    for line in map(str.strip, lines.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            entries = found.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            entries.append(line)
    return {name: tuple(some) for name, some in found.items()}


@lru_cache(maxsize=1)
def lexicon_files() -> Mapping[str, Mapping[str, Any]]:
    """The files of words of abuse, by their names."""
    folder = resources.files("workers.lexicons")
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return {name: tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in names}


def expanded(words: str) -> Iterator[str]:
    """The words of a list; `a[b|c]` stands for `ab` and `ac`."""
    for entry in words.split():
        pieces = _ALTERNATIVES.split(entry)
        choices = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
        for chosen in itertools.product(*choices):
            yield "".join(chosen)


@lru_cache(maxsize=1)
def words_of_interest() -> frozenset[str]:
    """Words that somebody might hide: those of abuse and of promotion."""
    lists = (
        words
        for data in lexicon_files().values()
        for kind, words in data.get("words", {}).items()
        if kind in _HIDDEN_KINDS
    )
    abuse = (word for words in lists for word in expanded(words))
    phrases = (phrase for some in sections("promotion.txt").values() for phrase in some)
    promotion = (word for phrase in phrases for word in phrase.split())
    return frozenset(
        word.lower()
        for word in itertools.chain(abuse, promotion)
        if len(word) >= _HIDDEN_MIN and word.isalpha()
    )
