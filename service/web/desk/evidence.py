"""Visitors' text as moderators see it: evidence marked, and nothing hidden from them."""

import re
from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

Span = tuple[int, int]
ReadAs = tuple[int, int, str]

_READ = Markup('<span class="read"><span class="apart">read as </span>{}</span>')

# Controls but tab and newline, and whatever turns the reading direction: a moderator must not
# approve a text that reads differently elsewhere.
_TURNING = "\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_NEVER_HIDDEN = re.compile(f"[{_TURNING}]")
# Joiners and the like belong to emoji and to many scripts; they are shown only as evidence.
_HIDDEN_EVIDENCE = re.compile(
    f"[{_TURNING}\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065"
    "\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def merged(spans: Iterable[Span], length: int) -> list[Span]:
    """Spans in order, cut to the text and joined where they touch or overlap."""
    found: list[Span] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def marked(text: str, spans: Iterable[Span], read_as: Iterable[ReadAs] = ()) -> Markup:
    """Escaped text with the evidence in `mark`; spans are half-open ranges of code points.

    Behind evidence that the checks read otherwise than it is written stands what they read.
    """
    pieces: list[Markup] = []
    done = 0
    readings = sorted(read_as)
    for start, end in merged(spans, len(text)):
        pieces.append(visible(text[done:start]))
        pieces.append(
            Markup("<mark>{}</mark>").format(_join(_named(text[start:end], _HIDDEN_EVIDENCE)))
        )
        read = _longest(one for first, last, one in readings if start <= first and last <= end)
        if read:
            pieces.append(_READ.format(visible(" · ".join(read))))
        done = end
    pieces.append(visible(text[done:]))
    return _join(pieces)


def _longest(readings: Iterable[str]) -> list[str]:
    """Those that are no part of another one, each once."""
    found = list(dict.fromkeys(readings))
    return [one for one in found if not any(one in other for other in found if other != one)]


def visible(text: str) -> Markup:
    """Escaped text in which characters that control or turn it show as their code points."""
    return _join(_named(text, _NEVER_HIDDEN))


def _join(pieces: Iterable[Markup]) -> Markup:
    return Markup("").join(pieces)


def _named(text: str, hidden: re.Pattern[str]) -> Iterator[Markup]:
    done = 0
    for match in hidden.finditer(text):
        yield escape(text[done : match.start()])
        yield Markup('<span class="unseen">U+{}</span>').format(f"{ord(match[0]):04X}")
        done = match.end()
    yield escape(text[done:])
