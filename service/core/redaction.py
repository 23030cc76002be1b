"""Redaction: words of a comment that a moderator takes out, for all to see, and for good.

Nothing else of a text changes: each place becomes the same mark, and all around it stays as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MARK = "[removed by a moderator]"
QUOTES_MAX = 30
QUOTE_MIN_CHARS = 2
QUOTE_MAX_CHARS = 300

PERSONAL = frozenset({"PERSONAL_PHONE", "PERSONAL_ADDRESS", "PAYMENT_CARD", "EMAIL_IN_TEXT"})
"""Symbols whose places are offered for redaction."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class StoredSignal:
    """What is kept of a signal that may tell of redacted words."""

    symbol: str
    detail: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class StoredText:
    """A text of a comment: `number` is 0 for what is shown, else that of a revision."""

    number: int
    content: str


def places(text: str, quotes: Iterable[str]) -> Sequence[Span]:
    """Where these words stand, as they are written, in order; never inside an earlier mark."""
    marks = list(_occurrences(text, MARK))
    found: list[Span] = []
    for start, end in sorted(one for quote in quotes for one in _occurrences(text, quote)):
        if any(start < last and first < end for first, last in marks):
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def redacted(text: str, removed: Sequence[Span]) -> str:
    """The text with a mark in each of these places; they stand in order and apart."""
    pieces: list[str] = []
    done = 0
    for start, end in removed:
        pieces += [text[done:start], MARK]
        done = end
    return "".join([*pieces, text[done:]])


def redacted_signal(
    signal: StoredSignal, removed: Sequence[Span], quotes: Sequence[str]
) -> StoredSignal:
    """A signal about a redacted text: its places as they lie now, and nothing that was removed."""
    spans = tuple(moved for one in signal.spans if (moved := _moved(one, removed)) is not None)
    tells = len(spans) < len(signal.spans) or any(
        quote.casefold() in signal.detail.casefold() for quote in quotes
    )
    return StoredSignal(signal.symbol, "" if tells else signal.detail, spans)


def _moved(span: Span, removed: Sequence[Span]) -> Span | None:
    shift = 0
    for start, end in removed:
        if start >= span[1]:
            break
        if end > span[0]:
            return None
        shift += len(MARK) - (end - start)
    return span[0] + shift, span[1] + shift


def _occurrences(text: str, quote: str) -> Iterable[Span]:
    at = text.find(quote) if quote else -1
    while at >= 0:
        yield at, at + len(quote)
        at = text.find(quote, at + len(quote))


class RedactionReads(Protocol):
    def stored_texts(self, site_id: str, comment_id: str) -> Sequence[StoredText]:
        """All texts of a comment that there are: what is shown, and its revisions."""
        ...

    def stored_signals(
        self, site_id: str, comment_id: str, number: int
    ) -> Sequence[StoredSignal]: ...


class RedactionWrites(RedactionReads, Protocol):
    def replace_texts(
        self, site_id: str, comment_id: str, version: int, texts: Sequence[StoredText]
    ) -> bool:
        """Put these in the place of those with their numbers, if the comment has this version.

        It gets the next one, and so does its thread. Nothing is left of what stood there before.
        """
        ...

    def replace_signals(
        self, site_id: str, comment_id: str, number: int, signals: Sequence[StoredSignal]
    ) -> None: ...
    def tell_of_redaction(
        self, site_id: str, comment_id: str, *, event_id: str, at: datetime
    ) -> None:
        """That readers see another text now."""
        ...
