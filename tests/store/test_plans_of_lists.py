"""That lists, authors and campaigns are found by an index, on tables that have grown."""

import pytest

from service.core.listing import EntryFilter
from service.core.lists import EntryKind
from service.core.ruling import ItemOutcome
from service.core.states import State
from tests.store.test_plans import TABLES, plans

__all__ = ["plans"]

GROWING = (
    *TABLES, "list_entries", "rule_firings", "rule_versions", "ruling_items", "ruling_texts",
    "rulings", "members",
)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lists_authors_and_campaigns_read_no_whole_table(world, plans):
    """What screening asks for each batch, and what each page asks."""
    contact, site, now = world.contact(), world.site, world.now
    one = world.add(contact_id=contact)
    asked = EntryFilter(site.id, now)
    questions = {
        "rule_versions": lambda tx: tx.rule_versions([site.id]),
        "list_entries": lambda tx: tx.entries_in_force(site.id, now=now),
        "a page of entries": lambda tx: tx.entry_page(asked, after=one, limit=5),
        "ix_list_entries_one": lambda tx: tx.entries_with_keys(site.id, [(EntryKind.WORD, "x")]),
        "firings": lambda tx: tx.fired_at([site.id], one, before=one, limit=5),
        "places": lambda tx: tx.places(site.id, [one]),
        "ix_comments_contact": lambda tx: tx.shown_from(site.id, [contact], [b"n" * 16]),
        "a trial": lambda tx: tx.recent_drafts(site.id, since=now, before=one, limit=5),
        "authors": lambda tx: tx.newest_authors([site.id], after=one, limit=5),
        "an author": lambda tx: tx.author_traces(site.id, contact),
        "their comments": lambda tx: tx.author_comments(
            site.id, contact, State.HELD, before=one, limit=5
        ),
        "campaigns": lambda tx: tx.campaign_lines(site.id, before=one, limit=5),
        "a campaign": lambda tx: tx.campaign_line(site.id, one),
        "its states": lambda tx: tx.campaign_states(site.id, [one]),
        "its comments": lambda tx: tx.campaign_comments(site.id, one, after=one, limit=5),
        "rulings in force": lambda tx: tx.rulings_in_force(site.id),
        "a ruling on a campaign": lambda tx: tx.ruling_of(site.id, one),
        "its items": lambda tx: tx.ruling_items(site.id, one, ItemOutcome.WAITING, limit=5),
        "its figures": lambda tx: tx.ruling_counts(site.id, one),
    }
    for name, ask in questions.items():
        scans = [
            line
            for line in plans(world.store, ask)
            if line.startswith("SCAN") and line.split()[1] in GROWING
        ]
        assert scans == [], (name, scans)
