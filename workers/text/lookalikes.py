"""Letters that look like others: words that mix alphabets are written in the one they imitate.

Unicode's UTS #39 counts look-alikes; `confusables.txt` lists those of the ASCII letters. A word in
one alphabet stays what it is, whatever it looks like. In a word of several, letters become ASCII if
they look like it, unless most of the word is Cyrillic: then its ASCII letters become Cyrillic.
"""

import re
import unicodedata
from functools import lru_cache
from importlib import resources
from itertools import groupby


def _table() -> dict[str, str]:
    table = {}
    lines = resources.files("workers.text").joinpath("confusables.txt").read_text("ascii")
    for line in lines.splitlines():
        if not line.startswith("#"):
            letter, _, numbers = line.partition(": ")
            table.update({chr(int(number, 16)): letter for number in numbers.split()})
    return table


LOOKS_LIKE = _table()
"""The ASCII letter that a character looks like."""

WORD_MAX_CHARS = 100
"""Nobody disguises words as long as this; whoever types one wants to keep a program busy."""

# Letters of Latin alphabets of which a whole word may consist: Ewe and others are written so.
_LATIN_KEPT = frozenset("\u0263\u028b\u0192")
_LATIN_FOLDED = {
    one: letter
    for one, letter in LOOKS_LIKE.items()
    if unicodedata.name(one, "").startswith("LATIN") and one not in _LATIN_KEPT
} | {"\u0131": "i"}  # The dotless i: its capital is I, whose small letter is i to all others.

# Capitals that look like an I, and so like a small L among small letters.
_TALL = re.compile("[\u0399\u0406\u04c0\u2c92\u13c6\u0197]")

# Alphabets that few readers know: even a whole word in them is a costume.
_COSTUMES = frozenset(
    ["LISU", "CHEROKEE", "CANADIAN", "COPTIC", "WARANG", "DESERET", "LYCIAN", "CARIAN", "OLD",
     "LYDIAN", "ELBASAN", "OSAGE", "VAI", "MIAO", "TIFINAGH", "RUNIC", "BAMUM", "OSMANYA", "PAU"]
)  # fmt: skip

_TO_CYRILLIC = str.maketrans(
    "aceopxykmthbijsABCEHKMOPTXYIJS",
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u043a\u043c\u0442\u043d\u044c\u0456\u0458\u0455"
    "\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425\u0423\u0406\u0408\u0405",
)
# Letters that leave no doubt, since they look like none of the other alphabet.
_CERTAINLY_OTHER = re.compile(
    f"[{''.join(chr(one) for one in range(0x370, 0x530) if chr(one) not in LOOKS_LIKE)}]"
)
_CERTAINLY_LATIN = re.compile("[dfglnqruvwzDFGLNQRSUVWZ]")
_ASCII_LETTER = re.compile("[A-Za-z]")

_SYMBOLS = "".join(one for one in LOOKS_LIKE if not one.isalnum())
_WORD = re.compile(rf"[\w{re.escape(_SYMBOLS)}\u0300-\u036f]+")
_TO_LOOK_AT = frozenset({*LOOKS_LIKE, *_LATIN_FOLDED})


def mostly_latin(text: str) -> bool:
    """Whether words of mixed alphabets in this text imitate Latin ones."""
    others = len(_CERTAINLY_OTHER.findall(text))
    return others == 0 or others <= len(_CERTAINLY_LATIN.findall(text))


def unmasked(token: str, *, latin: bool) -> str:
    """`token` with its look-alikes replaced, character by character."""
    if _TO_LOOK_AT.isdisjoint(token):
        return token
    return _WORD.sub(lambda word: _unmasked_word(word[0], latin=latin), token)


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """The alphabet, by the first word of the character's name; empty for what is no letter."""
    plain = unicodedata.normalize("NFKC", character)[:1]
    if not plain.isalpha():
        return ""
    return unicodedata.name(plain, "UNKNOWN").partition(" ")[0]


def _unmasked_word(word: str, *, latin: bool) -> str:
    if word.isascii() or len(word) > WORD_MAX_CHARS:
        return word
    word = "".join(_LATIN_FOLDED.get(one, one) for one in word)
    foreign = [one for one in word if not one.isascii() and script_of(one) not in {"LATIN", ""}]
    symbols = [one for one in word if one in LOOKS_LIKE and script_of(one) == ""]
    if not foreign and not symbols:
        return word
    ascii_letters = len(_ASCII_LETTER.findall(word))
    scripts = set(map(script_of, foreign))
    if not latin and scripts == {"CYRILLIC"}:
        other = word.translate(_TO_CYRILLIC)
        if not _ASCII_LETTER.search(other):
            return other
    if all(one in LOOKS_LIKE for one in foreign):
        if ascii_letters or len(scripts) > 1 or (scripts and scripts <= _COSTUMES):
            return in_ascii(word)
        return word
    return _where_alike(word) if latin and ascii_letters else word


def _where_alike(word: str) -> str:
    """Only stretches of foreign letters that all look like ASCII: the others are real words."""
    pieces = []
    for foreign, some in groupby(word, lambda one: one.isalpha() and not one.isascii()):
        piece = "".join(some)
        alike = foreign and all(one in LOOKS_LIKE for one in piece)
        pieces.append(in_ascii(piece, tall="l") if alike else piece)
    return "".join(pieces)


def in_ascii(word: str, *, tall: str = "") -> str:
    """`word` with what looks like ASCII letters replaced; `tall` is what a tall I becomes."""
    if not tall:
        tall = "l" if re.search("[a-z]", word) else "i"
    return "".join(tall if _TALL.match(one) else LOOKS_LIKE.get(one, one) for one in word)
