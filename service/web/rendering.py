"""The one door from visitors' text to HTML.

Text becomes paragraphs, line breaks and links; every other character is escaped. Nothing a visitor
types is read as markup, so there is nothing to sanitise. All of it takes linear time.
"""

import re
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from service.core.comment import normalise_newlines
from service.core.errors import InvalidURL
from service.core.urls import author_link

# Controls but tab and newline; half surrogate pairs, which no encoder takes; and the two
# bidirectional overrides, which only ever disguise text. Embeddings and isolates are left to the
# scripts that need them: `dir="auto"` ends their reach with the paragraph.
_DROPPED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")

# What ends an address: white space, quotes and brackets of markup, and full-width punctuation,
# behind which Chinese and Japanese text goes on without a space.
_ENDS = (
    r"""\s<>"\\^`{|}"""
    "\u3001\u3002\u300a-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff5c\u201c\u201d"
)
_CANDIDATE = re.compile(
    # ASCII letters only in the look-behind: other scripts write addresses without a space before.
    r"(?:(?<![0-9A-Za-z_])https?://|(?<![0-9A-Za-z_.@/\-])www\.)"
    rf"(?:\[[0-9A-Fa-f:.]++\])?+[^/?#()\[\]',;!*{_ENDS}]*+"
    rf"(?:[/?#][^{_ENDS}]*+)?+",
    re.IGNORECASE,
)
# `dir` keeps the parts of an address in order within a right-to-left paragraph.
_LINK_ATTRIBUTES = 'rel="nofollow ugc noopener" dir="ltr"'
_CLOSERS = {")": "(", "]": "["}
_NEVER_LAST = frozenset(".,:;!?*~\u2026")
_BOX = re.compile(r"[0-9]+(?:\.[0-9]+)*")


def render_content(text: str) -> Markup:
    """A comment's text as HTML made of `p`, `br` and `a` alone."""
    paragraphs: list[str] = []
    lines: list[str] = []
    for line in [*_DROPPED.sub("", normalise_newlines(text)).split("\n"), ""]:
        shown = line.rstrip()
        if shown:
            lines.append(_line(shown))
        elif lines:
            paragraphs.append(f'<p dir="auto">{"<br>".join(lines)}</p>')
            lines = []
    return Markup("\n".join(paragraphs))  # noqa: S704 (made of escaped pieces and constant tags)


def safe_author_url(url: str | None) -> str | None:
    """An author's link if it is an http(s) address that may be shown, else None."""
    if not url:
        return None
    try:
        return author_link(url)
    except InvalidURL:
        return None


def _line(text: str) -> str:
    if "://" not in text and "www." not in text.lower():
        return escape(text)
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    done = 0
    for match in _CANDIDATE.finditer(text):
        shown = _without_tail(match[0])
        href = _href(shown)
        if href is not None:
            yield escape(text[done : match.start()])
            yield f'<a href="{escape(href)}" {_LINK_ATTRIBUTES}>{escape(shown)}</a>'
            done = match.start() + len(shown)
    yield escape(text[done:])


def _without_tail(candidate: str) -> str:
    """Without the punctuation that belongs to the sentence: full stops, brackets opened before."""
    counts = Counter(candidate)
    end = len(candidate)
    while end:
        last = candidate[end - 1]
        opener = _CLOSERS.get(last)
        if not (
            last in _NEVER_LAST
            or (last == "'" and counts["'"] % 2)
            or (opener is not None and counts[last] > counts[opener])
        ):
            break
        counts[last] -= 1
        end -= 1
    return candidate[:end]


def _href(shown: str) -> str | None:
    """The address to link to, or None for what only looks like one."""
    url = f"https://{shown}" if shown[:4].lower() == "www." else shown
    try:
        author_link(url)
        host = urlsplit(url).hostname or ""
    except (InvalidURL, ValueError):
        return None
    return url if _is_public_looking(host) else None


def _is_public_looking(host: str) -> bool:
    """An IP address, or a name with a top-level domain that could exist."""
    if ":" in host:
        return _is_ip(host, IPv6Address)
    if _BOX.fullmatch(host):
        return _is_ip(host, IPv4Address)
    labels = host.split(".")
    return not any(
        label.startswith("-") or label.endswith("-") or not label for label in labels
    ) and (len(labels[-1]) > 1 and "_" not in labels[-1] and not labels[-1].isdigit())


def _is_ip(host: str, kind: type[IPv4Address] | type[IPv6Address]) -> bool:
    try:
        kind(host)
    except ValueError:
        return False
    return True
