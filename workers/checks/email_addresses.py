"""E-mail addresses in the text, where every reader and every harvester sees them.

Also "name (at) host (dot) example" with brackets. The address itself goes into no detail.
"""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

_LOCAL_MAX, _DOMAIN_MAX = 64, 254
_SIGN = re.compile(r"[@(\[{](?:(?<=@)|\s?(?:at|@|\u00e4t)\s?[)\]}]\s?)", re.IGNORECASE)
_LOCAL = re.compile(r"[^\W_](?:[\w.+%-]*\w)?\Z")
_DOMAIN = re.compile(
    r"[^\W_](?:[\w-]{0,61}[^\W_])?"
    r"(?:(?:\.|\s?[(\[{]\s?(?:dot|punkt|\.)\s?[)\]}]\s?)[^\W_](?:[\w-]{0,61}[^\W_])?){1,8}",
    re.IGNORECASE,
)
_TOP = re.compile(r"[^\W\d_]{2,}\Z|xn--[\w-]+\Z", re.IGNORECASE)


def check_email_addresses(material: Material) -> Iterable[Signal]:
    spans = tuple(find_emails(material.text.written))
    if spans:
        detail = "1 address" if len(spans) == 1 else f"{len(spans)} addresses"
        yield Signal("EMAIL_IN_TEXT", detail=detail, spans=spans[:SPANS_MAX])


def find_emails(text: str) -> list[tuple[int, int]]:
    """The ranges of e-mail addresses. Each sign is looked at with a bounded stretch around it."""
    found: list[tuple[int, int]] = []
    for sign in _SIGN.finditer(text):
        end = sign.start()
        if sign[0] != "@" and text[end - 1 : end] == " ":
            end -= 1
        if (
            not end
            or not text[end - 1].isalnum()
            or not text[sign.end() : sign.end() + 1].isalnum()
        ):
            continue
        begin = max(found[-1][1] if found else 0, end - _LOCAL_MAX)
        before = text[begin:end]
        start = len(before) - len(_trailing(before))
        local = _LOCAL.search(before, start)
        domain = _DOMAIN.match(text, sign.end(), min(len(text), sign.end() + _DOMAIN_MAX))
        if local and domain and _TOP.search(re.split(r"[.)\]}\s]+", domain[0])[-1]):
            found.append((begin + local.start(), domain.end()))
    return found


def _trailing(text: str) -> str:
    """The longest end of `text` that may be an address's local part."""
    place = len(text)
    while place and (text[place - 1].isalnum() or text[place - 1] in "._+%-"):
        place -= 1
    return text[place:].lstrip("._+%-")
