"""Links: how many, and how much of the text they are. The author's own web site does not count.

A link is what a reader would take for one: `http://`, `https://` or `www.` and something after it.
An address inside another one's path or query (an archived page, a redirect) is part of that link.
"""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

STRENGTHS = {3: 0.45, 4: 0.7, 5: 1.0}
"""Strength by number of links. Up to two say nothing; five hold a comment (see `policy.toml`)."""

MOSTLY_SHARE = 0.5
MOSTLY_STRENGTH = 0.5

_START = re.compile(
    r"(?:https?://(?:www\.)?|(?<!\w)www\.)(?=[^\s<>\"'\[\]])",
    re.IGNORECASE,
)
_END = re.compile(r"[\s<>\"\[\]]")
_SPACE = re.compile(r"\s+")


def check_links(material: Material) -> Iterable[Signal]:
    content = material.subject.draft.content
    links = find_links(content)
    if not links:
        return
    spans = tuple(links[:SPANS_MAX])
    if len(links) >= min(STRENGTHS):
        strength = STRENGTHS[min(len(links), max(STRENGTHS))]
        yield Signal("MANY_LINKS", strength, f"{len(links)} links", spans)
    linked = sum(end - start for start, end in links)
    share = linked / len(_SPACE.sub("", content))
    if share >= MOSTLY_SHARE:
        # In a straight line from half the text to a text that is nothing else.
        strength = MOSTLY_STRENGTH + (share - MOSTLY_SHARE) * (1 - MOSTLY_STRENGTH) / (
            1 - MOSTLY_SHARE
        )
        yield Signal("MOSTLY_LINKS", min(strength, 1.0), f"{share:.0%} of the text", spans)


def find_links(text: str) -> list[tuple[int, int]]:
    """The ranges of all links in `text`, in order, in time linear in its length."""
    links: list[tuple[int, int]] = []
    start = scanned = None
    for match in _START.finditer(text):
        here = match.start()
        if start is not None and scanned is not None:
            # Every character is looked at once: the search begins where the last one gave up.
            end = _END.search(text, scanned, here)
            if end is None and text[here - 1] in "/=":
                scanned = match.end()
                continue
            links.append((start, here if end is None else end.start()))
        start, scanned = here, match.end()
    if start is not None and scanned is not None:
        end = _END.search(text, scanned)
        links.append((start, len(text) if end is None else end.start()))
    return links
