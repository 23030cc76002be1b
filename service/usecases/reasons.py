"""Reasons: a site's own words for why comments are taken away; what changes is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.core.audit import Entry, Event, by_moderator
from service.core.errors import Conflict, NotFound
from service.core.people import Moderator, Permission
from service.core.ports import Clock, Store
from service.core.reasons import (
    CODE,
    DEFAULT_LANGUAGE,
    LABEL_MAX_CHARS,
    REASONS_MAX,
    SENTENCE_MAX_CHARS,
    Reason,
    ReasonText,
    site_reasons,
)


@dataclass(frozen=True, slots=True)
class SetReason:
    """Raises `Forbidden`, `NotFound` for a site or a reason, `Conflict` for what is no reason."""

    store: Store
    clock: Clock

    def keep(self, site_id: str, reason: Reason, moderator: Moderator) -> None:
        """Add a reason, or put other words in the place of the one with its code."""
        moderator.require(Permission.SITE, site_id)
        with self.store.write() as tx:
            own = tx.own_reasons([site_id]).get(site_id, ())
            known = site_reasons(own)
            _check(reason, known)
            tx.keep_reason(site_id, reason)
            details = {
                "reason": reason.code,
                "label": site_reasons([reason])[reason.code].label,
                "out of use": reason.retired,
            }
            tx.record(
                Entry(
                    site_id,
                    Event.SITE_CHANGED,
                    by_moderator(moderator),
                    self.clock(),
                    site_id,
                    details,
                )
            )

    def reset(self, site_id: str, code: str, moderator: Moderator) -> None:
        """Go back to the built-in words; a reason that the site added can only go out of use."""
        moderator.require(Permission.SITE, site_id)
        if code not in site_reasons(()):
            raise Conflict("A reason that was added stays known; take it out of use instead.")
        with self.store.write() as tx:
            if not tx.drop_reason(site_id, code):
                raise NotFound
            details = {"reason": code, "words": "as built in"}
            who = by_moderator(moderator)
            tx.record(Entry(site_id, Event.SITE_CHANGED, who, self.clock(), site_id, details))


def _check(reason: Reason, known: Mapping[str, Reason]) -> None:
    if not CODE.fullmatch(reason.code):
        raise Conflict(
            "A code is a small letter, then small letters, digits and underscores, at most 40."
        )
    if reason.code not in known and len(known) >= REASONS_MAX:
        raise Conflict(f"A site has at most {REASONS_MAX} reasons.")
    for text in reason.texts.values():
        _check_text(text)
    if reason.code not in known and DEFAULT_LANGUAGE not in reason.texts:
        raise Conflict("A new reason needs words in English, which stand in for other languages.")


def _check_text(text: ReasonText) -> None:
    if not text.label.strip() or not text.sentence.strip():
        raise Conflict("Both a label and a sentence are needed in each language.")
    if len(text.label) > LABEL_MAX_CHARS or len(text.sentence) > SENTENCE_MAX_CHARS:
        raise Conflict(
            f"A label has at most {LABEL_MAX_CHARS} characters, a sentence {SENTENCE_MAX_CHARS}."
        )
