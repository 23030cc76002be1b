"""Builds what checks look at: an ordinary comment, of which a test changes what it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from service.core.comment import (
    AuthorHistory,
    DoorFacts,
    Draft,
    Rates,
    Subject,
    TokenFact,
    TokenState,
)
from service.core.copies import Campaign, Copies
from service.core.list_values import wording
from service.core.lists import NO_LISTS, Effect, EntryKind, ListEntry, Lists
from service.core.lookups import NO_LOOKUPS
from service.core.policy import Verdict, decide, packaged_policy
from service.core.signals import Signal
from service.core.site import Site, SiteSettings
from service.core.states import State
from workers.pipeline import Pipeline

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)

FRIENDLY = "Thanks for this article. My grandmother baked the same bread, but with more caraway."


def subject(content: str = FRIENDLY, **given: Any) -> Subject:
    """A clean comment of a known author through the form; keywords name fields of any part."""
    facts = DoorFacts(
        token=TokenFact(given.pop("token", TokenState.VALID), given.pop("token_age_seconds", 42.0)),
        honeypot_filled=given.pop("honeypot_filled", False),
        origin_given=given.pop("origin_given", True),
        rate_counted=given.pop("rate_counted", True),
    )
    draft = Draft(
        id="0195b0f0-0000-7000-8000-000000000001",
        site_id="site",
        thread_id="thread",
        contact_id="contact",
        network_hash=b"network",
        author_name=given.pop("author_name", "Erika Musterfrau"),
        author_url=given.pop("author_url", None),
        content=content,
        facts=facts,
        created_at=NOW,
        attempt=1,
    )
    history = AuthorHistory(given.pop("history", {State.APPROVED: 3}))
    rates = Rates(given.pop("author_rate", 1), given.pop("network_rate", 1))
    copies = Copies(
        same_author_and_thread=given.pop("same", 0),
        exact=given.pop("exact", 0),
        near=given.pop("near", 0),
        refused=given.pop("copies_refused", 0),
        refused_by_people=given.pop("copies_refused_by_people", 0),
    )
    campaign = Campaign(**given.pop("campaign", {}))
    lookups = given.pop("lookups", NO_LOOKUPS)
    surge = given.pop("surge", None)
    lists = lists_of(
        [*given.pop("entries", ())],
        held_words=given.pop("held_words", ()),
        blocked_words=given.pop("blocked_words", ()),
        blocked_domains=given.pop("blocked_domains", ()),
    )
    listed = tuple(given.pop("listed", ()))
    trusted = given.pop("trusted", False)
    site = Site("site", "demo", "Demo", ("https://demo.example",), SiteSettings(**given), 1)
    return Subject(
        draft, site, history, rates, copies, NOW, campaign, lookups, surge,
        lists=lists, listed=listed, trusted=trusted,
    )  # fmt: skip


def entry(kind: str, effect: str, value: str, **changes: Any) -> ListEntry:
    """An entry of the site's lists, as it is kept."""
    made = ListEntry(
        f"{effect} {kind} {value}", "site", EntryKind(kind), Effect(effect), value,
        wording(EntryKind(kind), value).key if value.strip("\u200b ") else value, NOW,
    )  # fmt: skip
    return replace(made, **changes)


def lists_of(
    entries: Sequence[ListEntry] = (),
    *,
    held_words: Sequence[str] = (),
    blocked_words: Sequence[str] = (),
    blocked_domains: Sequence[str] = (),
) -> Lists:
    found = [
        *entries,
        *(_raw("word", "hold", one) for one in held_words),
        *(_raw("word", "block", one) for one in blocked_words),
        *(entry("domain", "block", one) for one in blocked_domains),
    ]
    return Lists(tuple(found)) if found else NO_LISTS


def _raw(kind: str, effect: str, value: str) -> ListEntry:
    """A word as it is, also one that nobody could add."""
    return ListEntry(
        f"{effect} {kind} {value}", "site", EntryKind(kind), Effect(effect), value, value, NOW
    )


def signals(content: str = FRIENDLY, **given: Any) -> dict[str, Signal]:
    """What all checks report, by symbol; the models' view of the words aside, which is always there."""
    [found] = Pipeline().screen([subject(content, **given)], lambda: None)
    return {one.symbol: one for one in without_models(found)}


def without_models(signals: Iterable[Signal]) -> list[Signal]:
    """For tests that are about what else is seen."""
    return [one for one in signals if not one.symbol.startswith("MODEL_")]


def verdict(content: str = FRIENDLY, **given: Any) -> Verdict:
    """What the packaged policy concludes."""
    return decide(signals(content, **given).values(), packaged_policy())
