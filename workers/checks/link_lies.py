"""Links that say one thing and do another, and addresses written so that no program sees them."""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX, Link, host_of

_SHOWN_HOST = re.compile(
    r"\s*(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?\s*", re.IGNORECASE
)
_DISGUISED = re.compile(
    r"\bh(?:xx|\*\*|tt\s|t\*)ps?\s?:\s?//\S{3}"
    r"|\b\w[\w-]{1,40}\s?(?:\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|<dot>)\s?[a-z]{2,12}\b"
    r"|\b(?!the\s)\w[\w-]{2,40}\s(?:dot|d0t|punkt|punto)\s(?:com|net|org|info|ru|de|xyz|shop|site|online)\b"
    r"|\bwww\s[\w-]{2,40}\s(?:com|net|org|info|ru|xyz|shop|site|online)\b"
    r"|\b\w[\w-]{2,40}(?:\.\s|\s\.\s)(?-i:com)(?![\w.])",
    re.IGNORECASE,
)

# One of these stands in every disguise; looking for them is much quicker.
_HINTS = (
    "hxx",
    "h**",
    "htt p",
    "ht*p",
    ".]",
    ".)",
    ".}",
    "dot",
    "d0t",
    "punkt",
    "punto",
    "www ",
    ". com",
)


def check_link_lies(material: Material) -> Iterable[Signal]:
    lying = [one for one in material.text.links if _lies(one)]
    if lying:
        spans = tuple((one.start, one.end) for one in lying[:SPANS_MAX])
        yield Signal("LINK_TEXT_LIES", spans=spans)
    if not any(hint in material.text.folded for hint in _HINTS):
        return
    disguised = [one.span() for one in _DISGUISED.finditer(material.text.written)]
    if disguised:
        yield Signal("LINK_DISGUISED", spans=tuple(disguised[:SPANS_MAX]))


def _lies(link: Link) -> bool:
    """Whether what is shown, or stands before an `@`, is another address than the target."""
    if link.host is None:
        return False
    shown = host_of(link.label.strip()) if _SHOWN_HOST.fullmatch(link.label) else None
    if shown is not None and "." in shown.name and shown.domain != link.host.domain:
        return True
    return "." in link.host.pretends
