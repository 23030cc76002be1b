"""Redact: take personal data out of a comment, visibly and for good. It cannot be undone."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.core.audit import Entry, Event, by_moderator
from service.core.errors import NotFound, StaleVersion, TransitionRefused
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, Store, Writes
from service.core.redaction import (
    QUOTE_MAX_CHARS,
    QUOTE_MIN_CHARS,
    QUOTES_MAX,
    Span,
    StoredText,
    places,
    redacted,
    redacted_signal,
)
from service.core.states import State


@dataclass(frozen=True, slots=True)
class Redaction:
    """Which words go, wherever they stand in the texts of a comment, as it was at that version."""

    site_id: str
    comment_id: str
    seen_version: int
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RedactComment:
    """Returns in how many places words were removed. Raises `Forbidden`, `NotFound`,
    `StaleVersion`, or `TransitionRefused` where there is nothing to remove.

    The words are overwritten in every text of the comment, its edits too, and in what the checks
    said of them; the record tells that something was removed, and not what. What the site's filter
    learned from the text is read again.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, wanted: Redaction, moderator: Moderator) -> int:
        moderator.require(Permission.DECIDE, wanted.site_id)
        check_quotes(wanted.quotes)
        site_id, comment_id, now = wanted.site_id, wanted.comment_id, self.clock()
        with self.store.write() as tx:
            head = tx.head(site_id, comment_id)
            if head is None or head.state is State.ERASED:
                raise NotFound
            if head.version != wanted.seen_version:
                raise StaleVersion("It has changed. Look at it again before you redact it.")
            texts = tx.stored_texts(site_id, comment_id)
            removed = _removed(texts, wanted.quotes)
            if not removed:
                raise TransitionRefused("These words do not stand in it.")
            new = [StoredText(one.number, redacted(one.content, at)) for one, at in removed]
            if not tx.replace_texts(site_id, comment_id, head.version, new):
                raise StaleVersion("It has just changed. Look at it again before you redact it.")
            _clean_signals(tx, wanted, removed, was_edited=len(texts) > 1)
            if head.state is State.APPROVED and any(not one.number for one, _ in removed):
                tx.tell_of_redaction(site_id, comment_id, event_id=self.new_id(), at=now)
            tx.read_lessons_anew(site_id, comment_id)
            number = sum(len(at) for one, at in removed if one.number == removed[0][0].number)
            tx.record(
                Entry(
                    site_id,
                    Event.COMMENT_REDACTED,
                    by_moderator(moderator),
                    now,
                    about=comment_id,
                    details={"places": number},
                )
            )
        return number


def check_quotes(quotes: Sequence[str]) -> None:
    """Raise `TransitionRefused` for none, too many, and for those too short or too long."""
    if not quotes:
        raise TransitionRefused("Say which words are to be removed.")
    if len(quotes) > QUOTES_MAX:
        raise TransitionRefused(f"At most {QUOTES_MAX} at once, please.")
    if any(not QUOTE_MIN_CHARS <= len(one) <= QUOTE_MAX_CHARS for one in quotes):
        raise TransitionRefused(
            f"Each must have {QUOTE_MIN_CHARS} to {QUOTE_MAX_CHARS} characters."
        )


def _removed(
    texts: Sequence[StoredText], quotes: Sequence[str]
) -> Sequence[tuple[StoredText, Sequence[Span]]]:
    found = [(one, places(one.content, quotes)) for one in texts]
    return [(one, at) for one, at in found if at]


def _clean_signals(
    tx: Writes,
    wanted: Redaction,
    removed: Sequence[tuple[StoredText, Sequence[Span]]],
    *,
    was_edited: bool,
) -> None:
    for text, at in removed:
        if was_edited and not text.number:
            # What is shown is one of the revisions, and the signals are about that.
            continue
        # A comment's own signals are about its first text, which edits keep as number 1.
        for number in {0, text.number} if text.number == 1 else {text.number}:
            found = tx.stored_signals(wanted.site_id, wanted.comment_id, number)
            clean = [redacted_signal(one, at, wanted.quotes) for one in found]
            tx.replace_signals(wanted.site_id, wanted.comment_id, number, clean)
