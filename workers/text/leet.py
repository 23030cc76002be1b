"""Digits and signs that stand for letters: "h3llo", "p@ssw0rd", "$hit".

Two rules, since a digit mostly is what it says ("mp3", "covid19", "4th", checksums):
Inside a word it is a letter where the word can be said with it. At a word's edge, where numbers
and units stand, only where the word is one that the lexicons know or has another such letter, or
where the text is full of such words ("keen").
"""

import re
from itertools import islice

from workers.lexicons import words_of_interest

_LETTERS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a",
            "$": "s", "!": "i", "\u20ac": "e", "\u00a3": "l", "\u00a2": "c", "|": "l"}  # fmt: skip

LENGTH_MAX = 40
"""Longer words are keys, checksums and addresses."""

KEEN_WORDS = 2
"""This many words with a digit between letters, and one in ten of all, make a text keen."""

_ODD = re.compile("[0134578@$!|9\u20ac\u00a3\u00a2]")
_WORD = re.compile(r"(?:[^\W_]|[@$!|\u20ac\u00a3\u00a2])+")

# Between letters: one digit, one twice, or two that are letters; more are a number.
_INSIDE = re.compile(
    r"(?<=[^\W\d_])(?:[01357]|4|9(?=[^\W\d_]{2})|([013457])\1|[013457]{2}"
    r"|@|[$\u20ac\u00a3\u00a2]{1,3}|[01345$]{2})(?=[^\W\d_])"
)
_KEEN = re.compile(r"[013457](?<=[A-Za-z].)[A-Za-z](?=[A-Za-z0-9])")
_EDGE_START = re.compile(r"^(?:[013457]|[013457]{2}|8(?=[^\W\d_]{2}))(?=[^\W\d_])")
_EDGE_END = re.compile(r"(?<=[^\W\d_])[013457]{1,3}$")
_INNER_EIGHT = re.compile(r"(?<=[^\W\d_])8(?=[^\W\d_])")

# Digits that are what they say, beside letters.
_UNITS = re.compile(
    r"(?:\d*1st|\d*2nd|\d*3rd|\d+th|\d+(?:s|d|k|m|g|p|x|mm|cm|km|kg|mg|lb|lbs|oz|ft|in|am|pm|h|hr|hrs|min|mins|sec|secs"
    r"|ms|gb|mb|kb|tb|px|pt|em|fps|mph|kmh|w|v|c|f|yo|yr|yrs|year|years|day|days|week|weeks|month"
    r"|months|hour|hours|minutes|times|bit|bn|mn|mil|usd|eur|gbp|pc|pcs))"
)
_LABEL = re.compile(r"[^\W\d_]\d+s?|[^\W\d_](?!00|33)\d{2,}[^\W\d_]")  # "A4", "F16s", "i18n"
_PRICE = re.compile(r"[$\u20ac\u00a3\u00a2]\d")
_SHORT = 2
_SHORTEST_SAID = 3
_HEX = frozenset("0123456789abcdef")
_HEX_MIN = 6
_CODE = re.compile(
    r"(?=.{8})(?=[^\d]*\d)[^a-z]*[a-z][^A-Z]*[A-Z]|\W*(?:[A-Z]\d[A-Za-z]|\$[A-Z]{2,5})(?![^\W_])"
)
_ESCAPED = re.compile("%[0-9a-f]{2}")

# Beside letters of other scripts a digit is a number.
_OTHER = re.compile("[\u0250-\u2099\u20d0-\U0010ffff]")
_VOWELS = frozenset("aeiou\u00e4\u00f6\u00fc")
_SAID = re.compile("[aeiouy\u00e4\u00f6\u00fc]")
# With what words of languages in Latin letters begin before a vowel.
_ONSET = re.compile(
    "(?:[bcdfghjklmnpqrstvwxz]|[bcdfgkpstvw]?[lrhw]|s?[cpt][hlr]?|s[cklmnpqtwz]|sch[lmnrw]?|[gkp]n|p[fst]"
    "|[tc]z|dz|sh[rlm]?|thr|ph[lr]|chr|wr)?$"
)
_TALL = frozenset("1I")
_BEFORE_L = frozenset("bcfgkps")
_AFTER_AI = frozenset("nrdt")


def has_stand_ins(text: str) -> bool:
    return _ODD.search(text) is not None


def is_keen(text: str) -> bool:
    """Whether so many words of `text` have digits for letters that all digits should be read so."""
    if len(_KEEN.findall(text)) < KEEN_WORDS:
        return False
    words = text.lower().split()
    needed = max(KEEN_WORDS, len(words) // 10)
    found = (word for word in words if _KEEN.search(word) and unleeted(word) != word)
    return sum(1 for _ in islice(found, needed)) == needed


def unleeted(token: str, *, keen: bool = False) -> str:
    """`token`, folded, with letters for what stands for them, character by character."""
    if _ESCAPED.search(token):
        return token
    return _WORD.sub(lambda word: _word(word[0], keen=keen), token)


def is_code(token: str) -> bool:
    """Whether `token`, as it stands, is a key, a part number or a share rather than a word."""
    return _CODE.match(token) is not None


def _word(word: str, *, keen: bool) -> str:
    core = word.rstrip("!|")
    if len(core) > LENGTH_MAX or _OTHER.search(core) or not _ODD.search(core):
        return word
    letters = sum(map(str.isalpha, core))
    digits = sum(map(str.isdigit, core))
    if letters == 0 or _is_number(core, keen=keen):
        return word
    whole = _replaced(core, range(len(core)))
    if whole in words_of_interest() and not (_LABEL.fullmatch(core) or _PRICE.search(core)):
        return whole + word[len(core) :]
    if digits > letters + keen or (_LABEL.fullmatch(core) and not keen):
        return word
    read = core
    for match in _INSIDE.finditer(core):
        if keen or _can_be_said(read, *match.span()):
            read = _replaced(read, range(*match.span()))
    if keen or read != core:
        read = _INNER_EIGHT.sub("b", read)
        for pattern in (_EDGE_START, _EDGE_END):
            edge = pattern.search(read)
            read = _replaced(read, range(*edge.span())) if edge else read
    return read + word[len(core) :]


def _is_number(word: str, *, keen: bool) -> bool:
    """Whether it is a number with its unit, or one to the base of sixteen."""
    unit = _UNITS.fullmatch(word) is not None
    return (unit and not (keen and word[1:].isalpha() and len(word) == _SHORT)) or (
        len(word) >= _HEX_MIN and _HEX.issuperset(word.removeprefix("0x"))
    )


def _can_be_said(word: str, start: int, end: int) -> bool:
    """Whether what stands in [start, end) makes one word of the letters around it."""
    before, after, sign = word[:start], word[end:], word[start]
    said = _SAID.search(before) is not None
    if sign in "4@" and said and _SAID.search(after) is not None:
        return False  # Both halves are words already: "car4sale", "me@home".
    if sign in "4@" and (len(word) <= _SHORTEST_SAID or after[0] in _VOWELS):
        return False
    # No word begins like "mp3player", "md5sum" or "rt@you".
    return said or _ONSET.match(before) is not None


def _replaced(word: str, places: range) -> str:
    read = list(word)
    for place in places:
        if word[place] == "1":
            doubled = place > 0 and word[place - 1] == "1"
            before = "1" if doubled else "".join(read[max(place - 1, 0) : place])
            read[place] = tall_letter(before, word[place + 1 : place + 2])
        else:
            read[place] = _LETTERS.get(word[place], word[place])
    return "".join(read)


def tall_letter(before: str, after: str) -> str:
    """An i or an l: a 1 or a capital I is either; which of them, its neighbours make likely."""
    if before in _TALL or after in _TALL:
        return "l"
    if before == "l":
        return "l" if after == "" else "i"
    if after == "l":
        return "l" if before in _VOWELS else "i"
    if before in _VOWELS:
        return "i" if before == "a" and after in _AFTER_AI else "l"
    if after in _VOWELS:
        return "l" if before == "" or (before in _BEFORE_L and after != "a") else "i"
    return "i"
