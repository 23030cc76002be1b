"""Postal addresses: a street and a number, more surely with a postcode or words like "lives at".

Shops and museums have addresses as well, so a street alone is weak. English, German, French and
Spanish forms. A street's word (or ending) is found first, and the little around it looked at then.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from ahocorasick_rs import AhoCorasick, MatchKind

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

CANDIDATES_MAX = 40
AROUND = 60
STREET_STRENGTH = 0.4
"""For a street and a number without anything that says whose they are."""

_HALVES = re.compile("[\ud800-\udfff]")
_DIGIT = re.compile(r"\d")
_STREET = re.compile(
    r"(?P<en>\b(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Terrace|Close"
    r"|Crescent|Highway|Hwy|Parkway)\b)"
    r"|(?P<de>(?:stra(?:\u00df|ss)e|str\.|gasse|allee|weg|platz|damm|ufer)(?= \d))"
    r"|(?P<fr>\b(?:rue|avenue|boulevard|impasse|chemin|all\u00e9e|quai)\b)"
    r"|(?P<es>\b(?:calle|avenida|avda\.?|plaza|paseo|carretera)\b|\bC/)",
    re.IGNORECASE,
)
_BEFORE_EN = re.compile(r"(?<![\w.,$#/-])\d{1,5}[A-Za-z]?,?(?: [A-Z][\w.'\u2019-]{0,24}){1,3} \Z")
_YEAR = re.compile(r"(?:19|20)\d\d ")
_BEFORE_DE = re.compile(r"(?:[A-Z\u00c4\u00d6\u00dc][\w.\u00df\u2019-]{0,30}[ -]?){1,3}\Z")
_AFTER_DE = re.compile(
    r" \d{1,4}(?: ?[a-z])?\b(?![.:,]\d|\d| ?(?:uhr|km|m|euro|%))",
    re.IGNORECASE,
)
_BEFORE_FR = re.compile(r"(?<![\w.,/-])\d{1,4}(?: ?(?:bis|ter))?,? \Z")
_AFTER_FR = re.compile(
    r" (?:d[eu]s? |de la |de l'|la |l'|le )?[A-Z\u00c0-\u00dd][\w'\u2019-]{1,30}"
    r"(?: [A-Z\u00c0-\u00dd][\w'\u2019-]{1,30}){0,3}"
)
_AFTER_ES = re.compile(
    r" ?(?:de )?(?:la |los |las |el )?[A-Z\u00c0-\u00dd]\w{1,30}"
    r"(?: [\w.]{1,30}){0,3}?,? (?:n\.?\u00ba ?)?\d{1,4}\b"
)
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{2},? \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
    r"|(?:D-|F-|E-)?\d{5} [A-Z\u00c0-\u00dd]\w+|[A-Z]\d[A-Z] \d[A-Z]\d)\b"
)
_WHOSE = re.compile(
    r"\b(?:lives? (?:at|on|in)|living at|home address|address is|house is|resides? at|stays? at"
    r"|find (?:him|her|them|you) at|(?:his|her|their|your) (?:address|house|home|flat)"
    r"|wohnt (?:in|an)|wohnhaft|adresse|habite|domicile|vive en|domicilio|direcci\u00f3n)\b",
    re.IGNORECASE,
)


_STEMS = (
    *(
        "street",
        "st",
        "avenue",
        "ave",
        "road",
        "rd",
        "lane",
        "ln",
        "drive",
        "dr",
        "boulevard",
        "blvd",
    ),
    *("court", "ct", "terrace", "close", "crescent", "highway", "hwy", "parkway"),
    *("strasse", "stra\u00dfe", "str.", "gasse", "allee", "weg", "platz", "damm", "ufer"),
    *("rue", "impasse", "chemin", "all\u00e9e", "quai"),
    *("calle", "avenida", "avda", "plaza", "paseo", "carretera", "c/"),
)
_WORDS = AhoCorasick(
    sorted({form for stem in _STEMS for form in (stem, stem.capitalize(), stem.upper())}),
    matchkind=MatchKind.LeftmostLongest,
)
"""Where a street's word may stand: one pass, some ten times as quick as the pattern."""


def check_postal_addresses(material: Material) -> Iterable[Signal]:
    # Half a character (a lone surrogate) cannot be handed to the automaton; the length stays.
    text = _HALVES.sub("\ufffd", material.text.written)
    found = list(islice(_addresses(text), SPANS_MAX))
    if found:
        strength = max(one for one, _ in found)
        yield Signal("PERSONAL_ADDRESS", strength, spans=tuple(span for _, span in found))


def _addresses(text: str) -> Iterator[tuple[float, tuple[int, int]]]:
    """Strength and range of each address, at most one for each street's word."""
    covered = 0
    if _DIGIT.search(text) is None:
        return
    places = (start for _, start, _ in _WORDS.find_matches_as_indexes(text))
    matches = filter(None, (_STREET.match(text, place) for place in places))
    for match in islice(matches, CANDIDATES_MAX):
        begin = max(covered, match.start() - AROUND)
        span = _span(text, match, begin)
        if span is None:
            continue
        covered = span[1]
        year = _YEAR.match(text, span[0])
        around = text[max(0, span[0] - AROUND) : span[0]]
        sure = _WHOSE.search(around) or _POSTCODE.search(text, span[0], span[1] + AROUND)
        if sure or year is None:
            yield (1.0 if sure else STREET_STRENGTH), span


def _span(text: str, match: re.Match[str], begin: int) -> tuple[int, int] | None:
    """The range of street and number around a street's word, or None if there is no number."""
    before, after = text[begin : match.start()], text[match.end() : match.end() + AROUND]
    if match["en"]:
        number = _BEFORE_EN.search(before)
        return (begin + number.start(), match.end()) if number else None
    if match["de"]:
        name, number = _BEFORE_DE.search(before), _AFTER_DE.match(after)
        if number is None or (name is None and not match[0][0].isupper()):
            return None
        start = begin + name.start() if name else match.start()
        return start, match.end() + number.end()
    if match["fr"]:
        number, name = _BEFORE_FR.search(before), _AFTER_FR.match(after)
        return (begin + number.start(), match.end() + name.end()) if number and name else None
    number = _AFTER_ES.match(after)
    return (match.start(), match.end() + number.end()) if number else None
