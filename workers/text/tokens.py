"""The last step of reading: one word after another, each for itself.

Words repeat, so what was read once is remembered: ordinary text costs a look-up for each word.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from workers.text.edits import Edited
from workers.text.folding import Folded, folded
from workers.text.leet import has_stand_ins, is_code, tall_letter, unleeted
from workers.text.lookalikes import script_of, unmasked

REMEMBERED_MAX = 20_000
REMEMBERED_MAX_CHARS = 32
LONG_MAX_CHARS = 40_000
"""Of longer words so many characters are remembered."""

_REPEATED = re.compile(r"([^\W\d_])\1\1+")
# Three of one letter that stand alone are an abbreviation or a number.
_ABBREVIATION = re.compile(r"(?<![^\W_])(?:ww|[clvx]{1,5})?([^\W\d_])\1\1(?![^\W_])")

# Addresses and names of people are read as they are written: with other letters they are others'.
_NAME = re.compile(
    r"[\"'(.]*[@#](?!ss(?:es|holes?)?$)\w\w\w|https?:|ftp:|[(\[]?(?:https?:)?//|www\.|[^/]*\w\.[A-Za-z]{2,24}[/?#:]\S"
    r"|[^@]+@[^@]+\.[A-Za-z]|[\w.-]+\.(?:com|net|org|info|io|co|ru|de|uk|eu|xyz|top|site|online"
    r"|shop|club|me|tv|cn|app|dev)$",
    re.IGNORECASE,
)
# A capital I among small letters; not where it begins a word in the middle of another ("DoIt").
_TALL_I = re.compile("(?<=[a-zI])I(?=[a-zI]|$)(?![dfnst]s?$)")
_SMALL_BUT_I = re.compile("[A-Z]?[a-z][^A-HJ-Z]{2,}")

_HONEST = frozenset("\u0131")  # The dotless i is replaced though Turkish is written with it.
_FANCY_MIN = 3
# Letters of mathematics, in circles and of full width, in a row.
FANCY = re.compile("[\U0001d400-\U0001d7ff\u24b6-\u24e9\uff21-\uff3a\uff41-\uff5a]{3}")
_QUOTES = str.maketrans(
    "\u2018\u2019\u201b\u00b4\u02bc\u201c\u201d\u201e\u00ab\u00bb", "'''''\"\"\"\"\""
)


SpanMap = Callable[[int, int], tuple[int, int]]


class Manner(NamedTuple):
    """How the words of one text are read; see `lookalikes.mostly_latin` and `leet.is_keen`."""

    latin: bool
    keen: bool


class Reader(dict[str, str]):
    """Words as they are read, by the words as they stand; made when they are first asked for."""

    def __init__(self, manner: Manner) -> None:
        super().__init__()
        self._manner = manner
        # Rows of characters without a space are as long as a text, and asked for several times.
        self._long: dict[str, str] = {}
        self._long_characters = 0

    def __missing__(self, token: str) -> str:
        if len(token) > REMEMBERED_MAX_CHARS:
            return self._long.get(token) or self._long_one(token)
        read = read_token(token, self._manner)
        if len(self) >= REMEMBERED_MAX:
            self.clear()
        self[token] = read
        return read

    def _long_one(self, token: str) -> str:
        self._long_characters += len(token)
        if self._long_characters > LONG_MAX_CHARS:
            self._long.clear()
            self._long_characters = len(token)
        self._long[token] = read_token(token, self._manner)
        return self._long[token]


READERS = {
    (latin, keen): Reader(Manner(latin, keen)) for latin in (False, True) for keen in (False, True)
}


def read_token(token: str, manner: Manner) -> str:
    """`token` (no white space in it) as a reader takes it, in time linear in its length."""
    plain = _letters(_unmasked(token, manner), manner)
    edits = _surplus(plain)
    return Edited(plain, edits).text if edits else plain


def traced(token: str, manner: Manner) -> SpanMap:
    """From ranges of `read_token(token)` to ranges of `token`."""
    # Look-alikes and stand-ins are replaced one by one; only folding and surplus move places.
    same_places = _unmasked(token, manner)
    steps = [] if same_places.isascii() else [Folded(same_places).original_span]
    plain = _letters(same_places, manner)
    edits = _surplus(plain)
    if edits:
        steps.append(Edited(plain, edits).original_span)

    def original_span(start: int, end: int) -> tuple[int, int]:
        for step in reversed(steps):
            start, end = step(start, end)
        return start, end

    return original_span


def disguise_of(token: str, manner: Manner) -> str | None:
    """How `token` hides the word that is read: `look-alike`, `stand-in` or `fancy`; None if not."""
    if not token.isascii():
        pairs = zip(token, unmasked(token, latin=manner.latin), strict=True)
        changed = [one for one, other in pairs if one != other and one not in _HONEST]
        if any(script_of(one) not in {"LATIN", ""} for one in changed):
            return "look-alike"
        if len(changed) >= _FANCY_MIN or FANCY.search(token):
            return "fancy"
    same_places = _unmasked(token, manner)
    plain = _folded(same_places)
    other = _letters(same_places, manner)
    # A sign before a word may as well be a currency's, or a variable's.
    first = next((place for place, one in enumerate(plain) if one.isalnum()), 0)
    return "stand-in" if other[first:] != plain[first:] else None


def _unmasked(token: str, manner: Manner) -> str:
    if not token.isascii():
        token = unmasked(token, latin=manner.latin).translate(_QUOTES)
    if "I" in token and _SMALL_BUT_I.fullmatch(token) and not _NAME.match(token):
        token = _TALL_I.sub(_tall, token)
    return token


def _tall(found: re.Match[str]) -> str:
    word, place = found.string, found.start()
    return tall_letter(word[place - 1], word[place + 1 : place + 2])


def _letters(token: str, manner: Manner) -> str:
    plain = _folded(token)
    if has_stand_ins(plain) and not _NAME.match(plain) and (manner.keen or not is_code(token)):
        plain = unleeted(plain, keen=manner.keen)
    return plain


def _folded(token: str) -> str:
    """What `folded` gives, sooner for what is in order already, as most words are."""
    return token.lower() if token.isascii() else folded(token)


def _surplus(plain: str) -> list[tuple[int, int, str]]:
    """Edits that leave letters at most twice in a row, and no space at the ends."""
    edits = []
    if plain[:1] == " ":
        edits.append((0, 1, ""))
    if _REPEATED.search(plain) and not _NAME.match(plain):
        kept = {one.start(1) for one in _ABBREVIATION.finditer(plain)}
        edits += [
            (run.start() + 2, run.end(), "")
            for run in _REPEATED.finditer(plain)
            if run.start() not in kept
        ]
    if plain[-1:] == " " and len(plain) > 1:
        edits.append((len(plain) - 1, len(plain), ""))
    return edits
