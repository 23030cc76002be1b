"""Eight ways in which people hide words from filters: each makes a disguised copy of a text.

`WAYS` maps names to functions `(text, random) -> text`. About half of the words are disguised, of
those never the addresses; the same `random.Random` gives the same copy.
"""

import random
import re
from collections.abc import Callable

from confusable_homoglyphs import confusables

LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\u00ad\ufeff"
_FIRST_LETTERS = (
    # Mathematical alphabets without holes: bold, sans-serif, its bold and italic, monospace.
    0x1D41A, 0x1D5BA, 0x1D5EE, 0x1D622, 0x1D656, 0x1D68A, 0x1D4EA, 0x1D586,
    # Letters in circles, brackets and boxes, full width.
    0x24D0, 0x249C, 0x1F130, 0x1F150, 0x1F170, 0xFF41,
)  # fmt: skip
_WORD = re.compile(r"(?<![\w@#/.:])[A-Za-z]{3,}(?![\w@/:])")
_MARKS = "\u200e\u200f"

Way = Callable[[str, random.Random], str]


def _per_word(change: Callable[[str, random.Random], str]) -> Way:
    def way(text: str, rng: random.Random) -> str:
        return _WORD.sub(lambda word: change(word[0], rng) if rng.random() < 0.5 else word[0], text)

    return way


def leet(word: str, rng: random.Random) -> str:
    return "".join(LEET.get(one.lower(), one) if rng.random() < 0.7 else one for one in word)


def spaced(word: str, rng: random.Random) -> str:
    return f" {' '.join(word)} " if len(word) > 3 else word


def dotted(word: str, rng: random.Random) -> str:
    return rng.choice(".-_*").join(word) if len(word) > 3 else word


def repeated(word: str, rng: random.Random) -> str:
    place = rng.randrange(len(word))
    return word[:place] + word[place] * rng.randint(3, 6) + word[place + 1 :]


def fancy(word: str, rng: random.Random) -> str:
    first = rng.choice(_FIRST_LETTERS)
    return "".join(chr(first + ord(one) - ord("a")) for one in word.lower())


def lookalikes(letter: str) -> list[str]:
    """What Unicode's whole table has for a letter, single characters other than ASCII."""
    found = (entry["c"].strip(_MARKS) for entry in confusables.confusables_data.get(letter, ()))
    return sorted(one for one in found if len(one) == 1 and not one.isascii())


def confusable(word: str, rng: random.Random) -> str:
    letters = [rng.choice(lookalikes(one) or [one]) if rng.random() < 0.5 else one for one in word]
    return "".join(letters)


def zero_width(word: str, rng: random.Random) -> str:
    return "".join(one + rng.choice(ZERO_WIDTH) for one in word)


def entities(word: str, rng: random.Random) -> str:
    forms = (lambda one: f"&#{ord(one)};", lambda one: f"&#x{ord(one):x};", lambda one: one)
    return "".join(rng.choice(forms)(one) for one in word)


WAYS: dict[str, Way] = {
    "leet": _per_word(leet),
    "spaced": _per_word(spaced),
    "dotted": _per_word(dotted),
    "repeated": _per_word(repeated),
    "fancy": _per_word(fancy),
    "confusable": _per_word(confusable),
    "zero width": _per_word(zero_width),
    "entities": _per_word(entities),
}
