"""Links in a text, with or without markup: where they stand, what they show, where they lead.

A link is what a reader would take for one: `http://`, `https://` or `www.` and something after it;
an address inside another one's path or query (an archived page, a redirect) is part of that link.
Beside these stand the targets of HTML, BBCode and Markdown links, and bare hosts ("bit.ly/x",
"example.com") whose ending leaves no doubt.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workers.lexicons import sections
from workers.text.hosts import Host, host_of, is_public_suffix

URL_MAX_CHARS = 2_000

_START = re.compile(
    r"(?:https?://(?:www\.)?|(?<!\w)www\.)(?=[^\s<>\"'\[\]])",
    re.IGNORECASE,
)
_END = re.compile(r"[\s<>\"\[\]]")
_TRAILING = ".,;:!?)'*_~\u2019\u201d\u00bb\u2026"

# No part can run into the next, so each is read once, whatever is typed.
_MARKUP = re.compile(
    r"<a\s(?P<before>[^<>]{0,300}?)href\s{0,3}=\s{0,3}[\"']?(?P<html>[^\s<>\"']{1,2000})[^<>]{0,300}>"
    r"(?P<html_label>[^<>]{0,300})"
    r"|\[(?:url|link)\s?=\s?[\"']?(?P<bbcode>[^\]\[\s\"']{1,2000})[\"']?\](?P<bbcode_label>[^\[\]]{0,300})"
    r"|\[(?:url|link)\](?P<plain_bbcode>[^\]\[\s]{1,2000})"
    r"|\[(?P<markdown_label>[^\[\]\n]{1,300})\]\((?P<markdown>[^\s()<>\[\]]{1,2000})",
    re.IGNORECASE,
)
_TARGETS = {"html": "html", "bbcode": "bbcode", "plain_bbcode": "bbcode", "markdown": "markdown"}
_LABELS = {"html": "html_label", "bbcode": "bbcode_label", "markdown": "markdown_label"}

_NO_PLACE = re.compile("mailto:|tel:|sms:", re.IGNORECASE)
_BARE_HINT = re.compile(r"\.(?=[a-zA-Z]{2})(?<=[\w]\.)")
_BARE = re.compile(
    r"(?<![A-Za-z0-9_@./:=-])[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,63}){1,5}(?![\w@:-])"
)
_PATH = re.compile(r"[/?#][^\s<>\"\[\]]{1,2000}")
# Endings that are no word, no file's name and no abbreviation, so that "e.g", "node.js", "notes.md"
# and a full stop without a space make no links. Others count where a path follows.
_CERTAIN_ENDINGS = frozenset(sections("hosts.txt")["certain_endings"])


@dataclass(frozen=True, slots=True)
class Link:
    """`start` and `end` are the place of the address; `label` is what a reader sees instead.

    `markup` is html, bbcode or markdown, or empty; `bare` says that there was neither a scheme nor
    `www.`. `host` is None where an address has none that anybody could ask for.
    """

    start: int
    end: int
    url: str
    host: Host | None
    label: str = ""
    markup: str = ""
    bare: bool = False


def links(text: str) -> tuple[Link, ...]:
    """All links of `text` in order, in time linear in its length."""
    found = {start: _link(text, start, end) for start, end in find_links(text)}
    for link in _marked_up(text):
        # An address that is found both ways keeps its own end: the markup's is less exact.
        known = found.get(link.start)
        end = known.end if known else link.end
        found[link.start] = Link(
            link.start, end, text[link.start : end], link.host, link.label, link.markup
        )
    taken = sorted((one.start, one.end) for one in found.values())
    found.update((one.start, one) for one in _bare(text, taken))
    return tuple(found[start] for start in sorted(found))


def find_links(text: str) -> list[tuple[int, int]]:
    """The ranges of all addresses with a scheme or `www.`, in order, in linear time."""
    ranges: list[tuple[int, int]] = []
    start = scanned = None
    for match in _START.finditer(text):
        here = match.start()
        if start is not None and scanned is not None:
            # Every character is looked at once: the search begins where the last one gave up.
            end = _END.search(text, scanned, here)
            if end is None and text[here - 1] in "/=":
                scanned = match.end()
                continue
            ranges.append((start, here if end is None else end.start()))
        start, scanned = here, match.end()
    if start is not None and scanned is not None:
        end = _END.search(text, scanned)
        ranges.append((start, len(text) if end is None else end.start()))
    return ranges


def _link(text: str, start: int, end: int) -> Link:
    url = text[start:end]
    return Link(start, end, url, _host(url))


def _host(url: str) -> Host | None:
    return host_of(url[:URL_MAX_CHARS].rstrip(_TRAILING))


def _marked_up(text: str) -> Iterator[Link]:
    if "[" not in text and "<" not in text:
        return
    for match in _MARKUP.finditer(text):
        for group, markup in _TARGETS.items():
            target = match[group]
            host = None if not target or _NO_PLACE.match(target) else _host(target)
            if host is not None and "." in host.name:
                start, end = match.span(group)
                label = match[_LABELS[group]] if group in _LABELS else ""
                yield Link(start, end, target, host, label.strip(), markup)


def _bare(text: str, taken: list[tuple[int, int]]) -> Iterator[Link]:
    if _BARE_HINT.search(text) is None:
        return
    upcoming = iter(taken)
    start, end = next(upcoming, (len(text), len(text)))
    covered = 0
    for match in _BARE.finditer(text):
        while end <= match.start() and start < len(text):
            start, end = next(upcoming, (len(text), len(text)))
        if match.end() > start or match.start() < covered:
            continue
        path = _PATH.match(text, match.end(), start)
        ending = match[0].rpartition(".")[2].lower()
        certain = ending in _CERTAIN_ENDINGS and not match[0][-len(ending)].isupper()
        if certain or (path and is_public_suffix(ending)):
            covered = path.end() if path else match.end()
            url = text[match.start() : covered]
            yield Link(match.start(), covered, url, host_of(match[0]), bare=True)
