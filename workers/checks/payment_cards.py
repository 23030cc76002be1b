"""Numbers of payment cards: 13 to 19 digits with an issuer's prefix and length, and a right check
digit (ISO/IEC 7812; Luhn). Digits inside a longer number or a link are no card's.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX
from workers.text.links import find_links

_DIGITS = re.compile(r"\d(?<![\w.,+#/-]\d)(?:[ \u00a0-]?\d){12,18}(?!\w|[ ,.-]?\d)", re.ASCII)
_KINDS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"6011|64[4-9]|65"), (16, 17, 18, 19)),
    (re.compile(r"3(?:0[0-5]|[689])"), (14, 15, 16)),
    (re.compile(r"35(?:2[89]|[3-8])"), (16, 17, 18, 19)),
    (re.compile(r"62|50|5[6-9]|6[0-9]"), (16, 17, 18, 19)),
)
"""Prefix and lengths: Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay and
Maestro, after the issuers' published ranges."""

_NINE = 9
_KINDS_OF_DIGITS_MIN = 2


def check_payment_cards(material: Material) -> Iterable[Signal]:
    text = material.text.written
    spans = tuple(_cards(text))
    if spans:
        detail = "1 number" if len(spans) == 1 else f"{len(spans)} numbers"
        yield Signal("PAYMENT_CARD", detail=detail, spans=spans[:SPANS_MAX])


def _cards(text: str) -> Iterator[tuple[int, int]]:
    links: list[tuple[int, int]] | None = None
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if not is_card(digits) or not _grouped(match[0]):
            continue
        links = find_links(text) if links is None else links
        if not any(start <= match.start() < end for start, end in links):
            yield match.span()


def is_card(digits: str) -> bool:
    """Whether prefix, length and check digit fit, and it is not one digit over and over."""
    return (
        len(set(digits)) >= _KINDS_OF_DIGITS_MIN
        and any(prefix.match(digits) and len(digits) in sizes for prefix, sizes in _KINDS)
        and _luhn(digits)
    )


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - _NINE if number > _NINE else number
    return total % 10 == 0


def _grouped(written: str) -> bool:
    """Whether it is written in one piece, or in groups as cards are: none of one or two digits."""
    sizes = [len(list(some)) for digit, some in groupby(written, str.isdigit) if digit]
    return min(sizes) > 2  # noqa: PLR2004 (as the docstring says)
