"""Telephone numbers, which readers do not publish of themselves or of others.

An international number counts when it is valid. A national one is ambiguous - dates, prices and
order numbers have as many digits - so it counts only beside a word like "call", or written as
telephone numbers of its country are. Free and shared-cost numbers are nobody's own: hotlines and
services have them. libphonenumber takes 35 ms for 10,000 hostile characters, so
it sees no more than a few candidates, each cut out by a pattern before.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumberType,
    is_valid_number,
    number_type,
    parse,
)

from service.core.signals import Signal
from workers.material import Material
from workers.text.links import find_links

_NOBODYS = frozenset([PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN])

CANDIDATES_MAX = 12
DIGITS_MIN, DIGITS_MAX = 8, 15
"""ITU-T E.164 has at most 15; shorter ones than 8 are too much like anything else."""

WRITTEN_STRENGTH = 0.6
"""For a number that only its writing tells."""

_CANDIDATE = re.compile(
    r"\d(?<![\w.,:/#=$\u20ac\u00a3-]\d)(?:[ \u00a0./()-]{0,2}\d){7,15}(?![\w%/:]|[.,-]\d)",
    re.ASCII,
)
_OPENING = re.compile(r"(?<![\w+])(?:\+ ?\(?|\()\Z")
_DATE = re.compile(r"\D*(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})\b")
_CUE = re.compile(
    r"\b(?:call|text (?:me|him|her|us)|phone|tel|telephone|mobile|cell|whats ?app|viber|signal"
    r"|telegram|ring|dial|sms|fax|(?:phone|mobile|cell|contact|his|her|their|my) number|telefon"
    r"|handy|anrufen|\w*rufnummer|(?:telefon|handy)nummer|t\u00e9l(?:\u00e9phone)?|portable|appelez"
    r"|tel\u00e9fono|m\u00f3vil|llam[ae])\b[^\d]{0,15}\Z",
    re.IGNORECASE,
)
_CUE_BEFORE = 45
_WRITTEN = (
    ("US", re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}([.-])\d{3}\1\d{4})")),
    ("GB", re.compile(r"0(?:\d{4} \d{6}|\d{4} \d{3} ?\d{3}|20 \d{4} \d{4}|\d{3} \d{3} \d{4})")),
    ("FR", re.compile(r"0\d(?:[ .]\d\d){4}")),
    ("DE", re.compile(r"0\d{2,4}[ /-]{1,3}\d{3,4} ?\d{2,5}(?: \d{2,4})?")),
    ("ES", re.compile(r"[6789]\d{2}(?: \d{3} \d{3}|(?: \d{2}){3})")),
)
"""How five countries write their own numbers; plain rows of digits are left out."""

# Read at import, so before a worker forks: libphonenumber reads a region when it first needs it.
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "IN", "NL", "AT", "CH")
for _region in _REGIONS:
    PhoneMetadata.metadata_for_region(_region)


def check_phone_numbers(material: Material) -> Iterable[Signal]:
    found = list(_numbers(material.text.written))
    if found:
        detail = "1 number" if len(found) == 1 else f"{len(found)} numbers"
        yield Signal(
            "PERSONAL_PHONE",
            max(strength for strength, _ in found),
            detail,
            tuple(span for _, span in found),
        )


def _numbers(text: str) -> Iterator[tuple[float, tuple[int, int]]]:
    """Strength and range of each number, among the first candidates of a text."""
    candidates = list(islice(_CANDIDATE.finditer(text), CANDIDATES_MAX))
    links = find_links(text) if candidates else []
    for match in candidates:
        start, end = match.span()
        if _DATE.match(match[0]) or any(a <= start < b for a, b in links):
            continue
        opening = _OPENING.search(text, max(0, start - 3), start)
        if opening is not None:
            start = opening.start()
        strength = _strength(text[start:end], text[max(0, start - _CUE_BEFORE) : start])
        if strength:
            yield strength, (start, end)


def _strength(number: str, before: str) -> float:
    digits = sum(map(str.isdigit, number))
    if not DIGITS_MIN <= digits <= DIGITS_MAX:
        return 0.0
    if number.startswith(("+", "00")):
        return 1.0 if _is_somebodys("+" + number.lstrip("+0"), (None,)) else 0.0
    if _CUE.search(before):
        return 1.0 if _is_somebodys(number, _REGIONS) else 0.0
    regions = [region for region, form in _WRITTEN if form.fullmatch(number)]
    return WRITTEN_STRENGTH if _is_somebodys(number, regions) else 0.0


def _is_somebodys(number: str, regions: Iterable[str | None]) -> bool:
    """Whether it is valid in one of the regions, and in none of them a service's."""
    kinds = {_kind(number, region) for region in regions} - {None}
    return bool(kinds) and kinds.isdisjoint(_NOBODYS)


def _kind(number: str, region: str | None) -> int | None:
    """The library's type of the number, None if it is not valid."""
    try:
        found = parse(number, region)
    except NumberParseException:
        return None
    return int(number_type(found)) if is_valid_number(found) else None
