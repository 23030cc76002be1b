"""Lists from being changed to being met: authors, networks, and what is recorded of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from working import FRIENDLY, Visitors

from service.core.audit import BY_OPERATOR, AuditQuestion, Event
from service.core.errors import InvalidSubmission, NotFound
from service.core.lists import ALL_SITES, ENTRIES_MAX, Effect, EntryKind
from service.core.states import State
from service.usecases.listing.edit import NewEntry
from service.wiring import Services

ADDRESS, NETWORK, WORD = EntryKind.ADDRESS, EntryKind.NETWORK, EntryKind.WORD


@pytest.fixture
def visitors(services: Services) -> Iterator[Visitors]:
    yield Visitors(services)


def reached(visitors: Visitors, **given: object) -> State | None:
    posted = visitors.post(given.pop("content", FRIENDLY), **given)  # type: ignore[arg-type]
    visitors.services.screen([visitors.item(posted)])
    return visitors.state(posted)


def fired(visitors: Visitors, entry_id: str, site_id: str | None = None) -> int:
    with visitors.services.store.read() as tx:
        found = tx.entry(site_id or visitors.site.id, entry_id)
    assert found is not None
    return found.fired


@pytest.mark.parametrize(
    ("effect", "state"), [(Effect.BLOCK, State.REJECTED), (Effect.HOLD, State.HELD)]
)
def test_an_address_is_met_under_every_spelling(
    visitors: Visitors, effect: Effect, state: State
) -> None:
    """Also by an author who has never written before; and others are left alone."""
    entry = visitors.enlist(ADDRESS, effect, "Ann@News.example")
    assert entry.value == "A•••@N•••.example"
    assert reached(visitors, author_email="ann@news.example", content="Hello to all.") is state
    assert reached(visitors, author_email="bob@news.example") is State.APPROVED
    assert fired(visitors, entry.id) == 1
    visitors.services.lists.edit.end(
        visitors.site.id, [entry.id], BY_OPERATOR, event=Event.AUTHOR_CHANGED
    )
    assert reached(visitors, author_email="ann@news.example", content="Hi.") is State.APPROVED


def test_an_address_can_be_banned_on_all_sites(visitors: Visitors) -> None:
    """And a site may take its author back."""
    entry = visitors.enlist(ADDRESS, Effect.BLOCK, "ann@news.example", site_id=ALL_SITES)
    assert reached(visitors, author_email="ann@news.example") is State.REJECTED
    assert fired(visitors, entry.id, ALL_SITES) == 1
    visitors.enlist(ADDRESS, Effect.ALLOW, "ann@news.example")
    assert reached(visitors, author_email="ann@news.example", content="Hi.") is State.APPROVED


@pytest.mark.parametrize(
    ("network", "ip", "met"),
    [
        ("198.51.100.0/24", "198.51.100.200", True),
        ("198.51.0.0/16", "198.51.7.1", True),
        ("198.51.100.0/24", "198.51.101.1", False),
        ("198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
        ("198.51.100.0/28", "198.51.100.15", True),
        ("198.51.100.0/28", "198.51.100.16", False),
        ("2001:db8::/32", "2001:db8:7::1", True),
        ("2001:db8:7::1", "2001:db8:7::1", True),
        ("2001:db8:7::1", "2001:db8:7::2", False),
        ("198.51.100.0/24", "unknown", False),
    ],
)
def test_networks_are_met_as_they_are_kept(
    visitors: Visitors, network: str, ip: str, met: bool
) -> None:
    """Ranges by the encrypted network of a comment, small ones by the hash of its address."""
    visitors.enlist(NETWORK, Effect.BLOCK, network)
    assert (reached(visitors, ip=ip) is State.REJECTED) is met


def test_the_narrower_network_decides(visitors: Visitors) -> None:
    """A blocked carrier with one office in it that may write."""
    visitors.enlist(NETWORK, Effect.BLOCK, "198.51.0.0/16")
    visitors.enlist(NETWORK, Effect.ALLOW, "198.51.100.0/24")
    visitors.enlist(NETWORK, Effect.HOLD, "198.51.100.7")
    assert reached(visitors, ip="198.51.99.1", content="One.") is State.REJECTED
    assert reached(visitors, ip="198.51.100.1", content="Two.") is State.APPROVED
    assert reached(visitors, ip="198.51.100.7", content="Three.") is State.HELD


def test_trust_counts_from_where_the_author_was_shown_before(services: Services) -> None:
    """Somebody else who types the address waits, like everybody on a site that reads all."""
    visitors = Visitors(services, hold_all=True)
    first = visitors.post()
    services.screen([visitors.item(first)])
    visitors.enlist(ADDRESS, Effect.ALLOW, "erika@news.example")
    assert reached(visitors, content="Not shown anywhere yet.") is State.HELD
    with services.store.write() as tx:
        head = tx.head(visitors.site.id, first)
        assert head is not None
    from service.core.decisions import Action
    from service.core.people import Membership, Moderator, Role
    from service.usecases.moderate import Judgement

    ada = Moderator(services.new_id(), "Ada", (Membership(Role.ADMIN),))
    services.decide(Judgement(visitors.site.id, first, Action.APPROVE, head.version), ada)
    assert reached(visitors, content="From where I always write.") is State.APPROVED
    assert reached(visitors, content="From elsewhere.", ip="203.0.113.9") is State.HELD
    assert reached(visitors, content="f" * 30 + " https://a.example" * 6) is State.HELD


def test_an_entry_ends_by_itself(visitors: Visitors) -> None:
    """A worker that keeps the list lets an entry go when its day is over, without being told."""
    services = visitors.services
    soon = services.clock() + timedelta(seconds=1)
    visitors.enlist(WORD, Effect.HOLD, "caraway", expires_at=soon)
    assert reached(visitors) is State.HELD
    kept = services.lists.known
    later = type(kept)(kept.store, lambda: soon, kept._kept)
    assert later([visitors.site.id])[visitors.site.id].entries == ()


def test_words_that_fire_are_recorded_with_their_comments(visitors: Visitors) -> None:
    """Each comment once, and an edit of it no second time."""
    entry = visitors.enlist(WORD, Effect.HOLD, "caraway")
    posted = visitors.post()
    visitors.services.screen([visitors.item(posted)])
    with visitors.services.store.read() as tx:
        met = tx.fired_at([visitors.site.id], entry.id, before=None, limit=5)
    assert met == [(visitors.site.id, posted)]
    assert fired(visitors, entry.id) == 1


def test_each_change_is_recorded_without_an_address(visitors: Visitors) -> None:
    """Added, ended, in force again: the record has the mask and nothing more."""
    edit = visitors.services.lists.edit
    entry = visitors.enlist(ADDRESS, Effect.BLOCK, "ann@news.example")
    edit.end(visitors.site.id, [entry.id], BY_OPERATOR, event=Event.LIST_CHANGED)
    edit.restore(visitors.site.id, entry.id, BY_OPERATOR)
    with visitors.services.store.read() as tx:
        question = AuditQuestion([visitors.site.id], events=[Event.LIST_CHANGED])
        links = tx.audit_page(question, after=None, limit=10)
    assert len(links) == 3
    assert "ann@news" not in str(links)
    with pytest.raises(NotFound):
        edit.restore(visitors.site.id, visitors.services.new_id(), BY_OPERATOR)


@pytest.mark.parametrize(
    ("kind", "effect", "value", "code"),
    [
        (WORD, Effect.HOLD, "", "missing"),
        (WORD, Effect.HOLD, "\u200b", "invalid"),
        (WORD, Effect.HOLD, "x" * 201, "too_long"),
        (WORD, Effect.HOLD, "a\x00b", "control_characters"),
        (EntryKind.DOMAIN, Effect.BLOCK, "com", "not_a_domain"),
        (EntryKind.DOMAIN, Effect.BLOCK, "https://a.example/x", "not_a_domain"),
        (NETWORK, Effect.BLOCK, "0.0.0.0/0", "not_a_network"),
        (NETWORK, Effect.BLOCK, "198.51.100.0/26", "not_a_network"),
        (NETWORK, Effect.BLOCK, "2001:db8::/96", "not_a_network"),
        (NETWORK, Effect.BLOCK, "bread", "not_a_network"),
        (ADDRESS, Effect.BLOCK, "ann", "invalid_email"),
        (EntryKind.NAME, Effect.ALLOW, "Ann", "unknown"),
        (EntryKind.NAME, Effect.BLOCK, "!!", "invalid"),
    ],
)
def test_what_cannot_be_an_entry_is_refused(
    visitors: Visitors, kind: EntryKind, effect: Effect, value: str, code: str
) -> None:
    """With a reason, and nothing is added."""
    with pytest.raises(InvalidSubmission) as caught:
        visitors.enlist(kind, effect, value)
    assert [one.code for one in caught.value.problems] == [code]


def test_lists_have_a_limit_and_take_it_in_one_go(visitors: Visitors) -> None:
    """Ten thousand words are compared within a comment's time; one more is refused."""
    edit, site_id = visitors.services.lists.edit, visitors.site.id
    new = [NewEntry(WORD, Effect.HOLD, f"word{number}") for number in range(ENTRIES_MAX)]
    assert len(edit.add(site_id, new, BY_OPERATOR).entries) == ENTRIES_MAX
    with pytest.raises(InvalidSubmission):
        edit.add(site_id, [NewEntry(WORD, Effect.HOLD, "one more")], BY_OPERATOR)
    assert edit.add(ALL_SITES, new[:3], BY_OPERATOR).known == 0
    assert reached(visitors, content="I like word9999 best.") is State.HELD
