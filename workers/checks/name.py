"""The author's name and web site, where they are there to be found by search engines."""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from service.core.signals import Signal
from workers.material import Material
from workers.phrases import promotion
from workers.text import read

_SELLING = frozenset(["gambling", "pharmacy", "money", "crypto", "seo", "adult"])
_NAME_WORDS = re.compile(
    r"\b(?:best|cheap|buy|online|free|discount|services?|reviews?|company|agency|loans?|insurance"
    r"|lawyers?|attorneys?|plumbers?|roofing|movers|repairs?|cleaning|marketing|hosting|seo|software"
    r"|download|store|shop|sale|outlet|replica|tickets|hotels?|apartments|escorts?|dating|jobs|essay"
    r"|casino|poker|betting|slots?|pills?|pharmacy|near me|for sale|how to|prices?|rental|guide)\b"
)
_SEPARATORS = re.compile(r"[\W_]+")


def check_name(material: Material) -> Iterable[Signal]:
    name = material.name.read
    if material.name.links:
        yield Signal("NAME_IS_LINK")
    selling = len(_NAME_WORDS.findall(name))
    if not _SELLING.isdisjoint(promotion().find(name)) or selling > 1:
        yield Signal("NAME_IS_KEYWORD")
    site = _words_of_site(material.subject.draft.author_url)
    if not site:
        return
    selling = len(set(_NAME_WORDS.findall(site)))
    if not _SELLING.isdisjoint(promotion().find(site)) or selling > 1:
        yield Signal("AUTHOR_SITE_KEYWORD")
    elif selling:
        yield Signal("AUTHOR_SITE_KEYWORD", 0.4)


def _words_of_site(url: str | None) -> str:
    """The host and path of the author's web site as words."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        return _SEPARATORS.sub(" ", read(f"{parts.hostname or ''} {unquote(parts.path)}"))
    except ValueError:
        return ""
