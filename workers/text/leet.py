"""Digits and signs that stand for letters: "h3llo", "p@ssw0rd", "$hit".

Only inside words that have letters, and not where a digit is what it says: "mp3", "covid19", "4th",
"win32api", colours and checksums. In a text that is full of such words ("keen"), digits at a word's
edge are letters, too.
"""

import re
from itertools import islice

_LETTERS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a",
            "$": "s", "!": "i", "\u20ac": "e", "\u00a3": "l", "\u00a2": "c", "|": "l"}  # fmt: skip
_STAND_INS = "0134579@$!|\u20ac\u00a3\u00a2"

LENGTH_MAX = 40
"""Longer words are keys, checksums and addresses."""

KEEN_WORDS = 2
"""This many words with a digit between letters, and one in ten of all, make a text keen."""

_ODD = re.compile(f"[{re.escape(_STAND_INS)}8]")
_WORD = re.compile(r"(?:[^\W_]|[@$!|\u20ac\u00a3\u00a2])+")
_INSIDE = re.compile(
    r"(?<=[^\W\d_])(?:[0135]|9(?=[^\W\d_]{2})|4(?!(?:life|ever|eva|real|sale|hire|fun|ly|you?$|u$|me$))|7"
    r"|([013457])\1|[013457]{2}|[$\u20ac\u00a3\u00a2]{1,3}|[01345$]{2})(?=[^\W\d_])"
)
# Signs that mostly are what they say: an address, an exclamation, an alternative.
_SIGNS_INSIDE = re.compile(
    r"^(?!rt@)[bcdfghjklmnpqrstvwxyz]{1,4}@(?!user)(?=[^\W\d_])|^[^\W\d_]{1,2}!(?=[^\W\d_])"
    r"|^[^\W\d_]{1,3}\|{1,2}(?=[^\W\d_]{1,8}$)"
)
_KEEN = re.compile(r"[013457](?<=[A-Za-z].)[A-Za-z](?=[A-Za-z0-9])")

# What stands at either edge: signs, a nought after two letters, a doubled digit after few.
_START = re.compile(r"\$(?=[^\W\d_]{2})|@(?=ss(?:es|holes?)?$)|[45](?=ss|ex(?:y|$)|hit|lut)")
_END = re.compile(
    r"(?<=[^\W\d_])(?:(?<=^[^\W\d_]{2})|(?<=^[^\W\d_]{3})|(?<=^[^\W\d_]{4})|(?<=^[^\W\d_]{5}))0$"
    r"|(?:(?<=^[^\W\d_])|(?<=^[^\W\d_]{2})|(?<=^[^\W\d_]{3}))(?:33|00|55)$|\$+$"
)
_KEEN_START = re.compile(r"(?:[013457]|[013457]{2}|8(?=[^\W\d_]{2}))(?=[^\W\d_])")
_KEEN_END = re.compile(r"(?<=[^\W\d_])[013457]{1,3}$")

# Digits that are what they say, beside letters.
_UNITS = re.compile(
    r"(?:\d*1st|\d*2nd|\d*3rd|\d+th|\d+(?:s|d|k|m|g|p|x|mm|cm|km|kg|mg|lb|lbs|oz|ft|in|am|pm|h|hr|hrs|min|mins|sec|secs"
    r"|ms|gb|mb|kb|tb|px|pt|em|fps|mph|kmh|w|v|c|f|yo|yr|yrs|year|years|day|days|week|weeks|month"
    r"|months|hour|hours|minutes|times|ever|you|u|me|life|bit|bn|mn|mil|usd|eur|gbp|pc|pcs))"
)
_NAMES = re.compile(
    r"(?:mp|ps|gt|md|utf|sha|win|gpt|web|iso|rfc|html?|css|es|ie|php|python|java|ios|iphone|ipad|php"
    r"|android|windows|office|covid|section|part|page|step|chapter|version|type|route|area|level|day"
    r"|vol|no|fig|eq|room|unit|apt|bus|line|grade|form|figure|table|world|formula|top)\d+[a-z]{0,2}"
    r"|(?:mp[345]|md5|utf\d|win\d\d|x\d\d|web3|v\d(?:alpha|beta|rc))\w*"
    r"|[a-z](?!(\d)\1)\d\d[a-z]|b4u|a11y|m4[av]|[mwf]4[mwf]|b2b|p2p|c4d|s3"
)
_PLAIN_LABEL = re.compile(r"[^\W\d_]\d+s?")  # "A4", "T34", "F16s"
_SHORT = 2
_HEX = frozenset("0123456789abcdef")
_HEX_MIN = 6
_CODE = re.compile(
    r"(?=.{8})(?=[^\d]*\d)[^a-z]*[a-z][^A-Z]*[A-Z]|\W*(?:[A-Z]\d[A-Za-z]|\$[A-Z]{2,5})(?![^\W_])"
)
_ESCAPED = re.compile("%[0-9a-f]{2}")
# "8" reads "ate" after these.
_ATE = re.compile(r"(?:l|sk|h|m|w|gr|str|d|f|b|cre|sed|inn)8")

# Beside letters of other scripts a digit is a number.
_OTHER = re.compile("[\u0250-\u2099\u20d0-\U0010ffff]")
_VOWELS = frozenset("aeiou\u00e4\u00f6\u00fc")
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
    if letters == 0 or digits > letters + keen or _says_what_it_is(core, keen=keen):
        return word
    read = list(core)
    changed = _put(read, _INSIDE, core) + _put_sign(read, core)
    plain = "".join(read)
    if (changed or keen) and not _ATE.match(plain):
        if "8" in plain:
            read = list(re.sub(r"(?<=[^\W\d_])8(?=[^\W\d_])", "b", plain))
        _put(read, _KEEN_START, "".join(read), at_start=True)
        _put(read, _KEEN_END, "".join(read))
    _put(read, _START, "".join(read), at_start=True)
    _put(read, _END, "".join(read))
    return "".join(read) + word[len(core) :]


def _says_what_it_is(word: str, *, keen: bool) -> bool:
    return (
        _NAMES.fullmatch(word) is not None
        or (
            _UNITS.fullmatch(word) is not None
            and not (keen and word[1:].isalpha() and len(word) == _SHORT)
        )
        or (not keen and _PLAIN_LABEL.fullmatch(word) is not None)
        or (len(word) >= _HEX_MIN and _HEX.issuperset(word))
    )


def _put(read: list[str], pattern: re.Pattern[str], word: str, *, at_start: bool = False) -> bool:
    changed = False
    found = [pattern.match(word)] if at_start else pattern.finditer(word)
    for match in found:
        if match is None:
            continue
        for place in range(*match.span()):
            changed = True
            read[place] = _letter(read, place, word)
    return changed


def _put_sign(read: list[str], word: str) -> bool:
    match = _SIGNS_INSIDE.match(word)
    if match is None:
        return False
    for place in range(match.end()):
        read[place] = (
            _LETTERS.get(word[place], read[place]) if not word[place].isalnum() else read[place]
        )
    return True


def _letter(read: list[str], place: int, word: str) -> str:
    sign = word[place]
    if sign != "1":
        return _LETTERS.get(sign, sign)
    doubled = place > 0 and word[place - 1] == "1"
    before = "1" if doubled else "".join(read[max(place - 1, 0) : place])
    return tall_letter(before, word[place + 1 : place + 2])


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
