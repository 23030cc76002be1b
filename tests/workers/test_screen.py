"""Screening over real stores: verdicts, copies, sites' wishes, and two workers at once."""

import json
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import Any

import pytest
from sqlalchemy import event
from working import FRIENDLY, Visitors

from service import wiring
from service.core.comment import DoorFacts
from service.core.errors import NotFound
from service.core.lists import Effect, EntryKind
from service.core.policy import probability
from service.core.rules import Family
from service.core.site_policy import PolicyKind
from service.core.states import State
from service.core.trace import recompute, trace_to_data
from service.settings import Settings
from service.wiring import Services

BREAD = (
    "My grandmother baked this bread every Friday, with rye flour from the mill behind the church, "
    "and she never once used a scale, so nobody in the family can do it quite as she did."
)
ALWAYS = {"FIRST_TIME_AUTHOR", "MODEL_SPAM", "MODEL_ABUSE", "DEEP_ABUSE"}
NEARLY_BREAD = BREAD.replace("Friday", "Sunday")


@pytest.fixture
def visitors(services: Services) -> Visitors:
    return Visitors(services)


def screened(visitors: Visitors, *ids: str) -> list[State | None]:
    visitors.services.screen(visitors.items(list(ids)))
    return visitors.states(list(ids))


def test_each_comment_gets_the_verdict_that_it_deserves(visitors: Visitors) -> None:
    """One batch, one visit to each table, and yet every comment is judged by itself."""
    ids = visitors.post_all([FRIENDLY, "http://a.example " * 6, "COME AND SEE ALL OF IT NOW " * 4])
    assert screened(visitors, *ids) == [State.APPROVED, State.HELD, State.APPROVED]
    assert [set(visitors.signals(one)) - ALWAYS for one in ids] == [
        set(), {"MANY_LINKS", "MOSTLY_LINKS"}, {"SHOUTING"},
    ]  # fmt: skip
    decision = visitors.decisions(ids[1])[0]
    assert (decision.from_state, decision.to_state) == (State.PENDING, State.HELD)
    assert (decision.actor, decision.policy_version) == ("checks", "2")
    parts = visitors.shown(ids[1]).contributions
    spam = math.fsum([-4.0, *(one.points for one in parts if one.family is Family.SPAM)])
    assert decision.spam == pytest.approx(probability(spam))
    abuse = math.fsum([-4.0, *(one.points for one in parts if one.family is Family.ABUSE)])
    assert decision.abuse == pytest.approx(probability(abuse))


def test_every_verdict_can_be_reached_again_from_its_trace(visitors: Visitors) -> None:
    """The record has all it takes, says what looked, and has neither text nor address in it."""
    site = visitors.site.id
    ids = visitors.post_all([FRIENDLY, "http://a.example " * 6, "COME AND SEE ALL OF IT NOW " * 4])
    visitors.services.screen(visitors.items(ids))
    with visitors.services.store.read() as tx:
        traces = tx.traces(site, ids)
    assert set(traces) == {(one, 0) for one in ids}
    for one in ids:
        trace, [decision] = traces[one, 0], visitors.decisions(one)
        verdict = recompute(trace)
        assert (verdict.state, verdict.policy_version) == (decision.to_state, "2")
        assert (verdict.spam.probability, verdict.abuse.probability) == (
            decision.spam, decision.abuse,
        )  # fmt: skip
        assert verdict.contributions == visitors.shown(one).contributions
        assert trace.versions["vestibule"]
        recorded = json.dumps(trace_to_data(trace))
        assert "grandmother" not in recorded
        assert "@" not in recorded
    hashes = {trace.input_hash for trace in traces.values()}
    assert len(hashes) == 3
    looked_at = json.dumps([FRIENDLY, "Erika", None])
    assert visitors.services.vault.keyed_hash("screened", looked_at).hex() in hashes
    assert sha256(looked_at.encode()).hexdigest() not in str(hashes)


# -- copies ----------------------------------------------------------------------------------------


def copy_signals(visitors: Visitors, *ids: str) -> list[dict[str, str]]:
    return [
        {name: detail for name, detail in visitors.signals(one).items() if "COP" in name}
        for one in ids
    ]


def test_copies_within_a_batch_are_found_and_the_first_is_none(visitors: Visitors) -> None:
    """Whoever wrote it first is not blamed for those who copied it, however they arrive."""
    ids = visitors.post_all([BREAD, BREAD.upper(), NEARLY_BREAD, FRIENDLY])
    assert screened(visitors, *reversed(ids))[-1] is State.APPROVED
    assert copy_signals(visitors, *ids) == [
        {},
        {"COPIED_TEXT": "1 other comment"},
        {"NEAR_COPY": "2 other comments"},
        {},
    ]


def test_copies_of_earlier_batches_are_found(visitors: Visitors) -> None:
    """What was screened before is remembered, whatever became of it."""
    first, *later = visitors.post_all([BREAD, BREAD, NEARLY_BREAD])
    for one in (first, *later):
        screened(visitors, one)
    assert copy_signals(visitors, first, *later) == [
        {}, {"COPIED_TEXT": "1 other comment"}, {"NEAR_COPY": "2 other comments"},
    ]  # fmt: skip


def test_the_same_author_repeating_is_told_from_a_campaign(visitors: Visitors) -> None:
    """A short text sent twice by one person is a repetition, by two it is nothing."""
    ids = [visitors.post("Thanks!"), visitors.post("Thanks!")]
    ids += visitors.post_all(["Thanks!"])
    screened(visitors, *ids)
    assert ["SAME_COMMENT_AGAIN" in visitors.signals(one) for one in ids] == [False, True, False]
    assert copy_signals(visitors, *ids) == [{}, {}, {}]


def test_another_site_has_its_own_memory(visitors: Visitors) -> None:
    """A text that one site knows is new on the next: sites learn nothing of each other."""
    services = visitors.services
    other = Visitors.__new__(Visitors)
    other.services = services
    other.site = services.add_site(
        "blog", name="Blog", origins=["https://news.example"], settings=visitors.site.settings
    )
    here, there = visitors.post(BREAD), other.post(BREAD)
    services.screen([visitors.item(here), other.item(there)])
    assert copy_signals(visitors, here) == [{}]
    assert copy_signals(other, there) == [{}]


# -- twice, and at once ----------------------------------------------------------------------------


def test_screening_twice_changes_nothing(visitors: Visitors) -> None:
    """A job may run again: the second run finds nothing pending and writes nothing."""
    services = visitors.services
    ids = visitors.post_all([FRIENDLY, "http://a.example " * 6])
    items = visitors.items(ids)
    assert services.screen(items) == 2
    before = [(visitors.shown(one), visitors.decisions(one)) for one in ids]
    assert services.screen([*items, *items]) == 0
    assert [(visitors.shown(one), visitors.decisions(one)) for one in ids] == before


def test_unknown_and_foreign_ids_are_passed_over(visitors: Visitors) -> None:
    """A queue restored from yesterday may name what is gone, or pair an id with another site."""
    mine = visitors.post()
    gone = visitors.item(services_id := visitors.services.new_id())
    foreign = replace(visitors.item(mine), site_id=services_id)
    assert visitors.services.screen([gone, foreign, visitors.item(mine)]) == 1
    assert visitors.services.screen([]) == 0


@pytest.fixture
def second(services: Services, settings: Callable[..., Settings]) -> Iterator[Services]:
    """The parts of another worker on the same database."""
    built = wiring.build(
        settings(database_url=services.settings.database_url, redis_url=services.settings.redis_url)
    )
    yield built
    built.close()


def test_two_workers_share_overlapping_batches(visitors: Visitors, second: Services) -> None:
    """Each comment is decided once, whichever of them gets it, and the thread counts right."""
    ids = visitors.post_all([unlike_any_other(place) for place in range(40)])
    items = visitors.items(ids)
    barrier = threading.Barrier(2)
    concluded: list[int] = []
    failed: list[BaseException] = []

    def work(services: Services, mine: list[Any]) -> None:
        barrier.wait()
        try:
            concluded.extend(services.screen(mine[at : at + 10]) for at in range(0, len(mine), 10))
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failed.append(error)

    threads = [
        threading.Thread(target=work, args=(visitors.services, items[:30])),
        threading.Thread(target=work, args=(second, items[10:])),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    visitors.services.screen(items)
    assert State.PENDING not in visitors.states(ids)
    assert {len(visitors.decisions(one)) for one in ids} == {1}
    assert sum(concluded) <= len(ids)
    approved = Counter(visitors.states(ids))[State.APPROVED]
    with visitors.services.store.read() as tx:
        position = tx.thread_position("news", "news.example/bread", None)
    assert position is not None
    assert position.thread is not None
    assert position.thread.approved_count == approved > 0


def unlike_any_other(seed: int) -> str:
    letters = Random(seed)
    return " ".join("".join(letters.choices("aeiklmnorst", k=6)) for _ in range(20))


def test_a_full_batch_takes_no_more_statements_than_a_small_one(visitors: Visitors) -> None:
    """The number of visits to the database does not grow with the batch, but to keep it."""
    services: Any = visitors.services
    statements: list[str] = []
    event.listen(
        services.store._database.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )
    counts = []
    for number in (10, 200):
        texts = [unlike_any_other(number * 1000 + place) for place in range(number)]
        items = visitors.items(visitors.post_all(texts))
        statements.clear()
        assert services.screen(items) == number
        # Leases are renewed by the clock, so how often depends on the machine.
        counted = [one for one in statements if "lease_until=" not in one]
        counts.append(len([one for one in counted if not one.startswith("BEGIN")]))
        assert set(visitors.states([item.comment_id for item in items])) == {State.APPROVED}
    assert counts[0] == counts[1] < 28


# -- what a site asks for --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "first", "second_state"),
    [
        ({}, State.APPROVED, State.APPROVED),
        ({"hold_all": True}, State.HELD, State.HELD),
        ({"hold_first": True}, State.HELD, State.HELD),
        ({"hold": "caraway"}, State.HELD, State.HELD),
        ({"block": "caraway"}, State.SPAM, State.SPAM),
    ],
)
def test_a_site_gets_what_it_asks_for(
    services: Services, wishes: dict[str, Any], first: State, second_state: State
) -> None:
    """Holding all, holding the first, words: each on an author's first two comments."""
    asked = {name: value for name, value in wishes.items() if name not in set(Effect)}
    visitors = Visitors(services, **asked)
    for effect in Effect:
        if effect in wishes:
            visitors.enlist(EntryKind.WORD, effect, wishes[effect])
    seen = []
    for text in (FRIENDLY, "Next time I shall try it with more caraway and less salt."):
        posted = visitors.post(text)
        seen += screened(visitors, posted)
    assert seen == [first, second_state]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, State.HELD),
        ("[symbols]\nMANY_LINKS.points = 0.5\nMOSTLY_LINKS.points = 0.5", State.APPROVED),
        ("[symbols]\nMANY_LINKS.points = 0\nMOSTLY_LINKS.points = 4.8", State.HELD),
        ("[symbols]\nMANY_LINKS.points = 7.5\nTOKEN_ABSENT.points = 4.8", State.SPAM),
        ("[thresholds.spam]\nheld = 0.99", State.APPROVED),
    ],
)
def test_a_site_may_weigh_otherwise(services: Services, own: str | None, expected: State) -> None:
    """Links may weigh little on a site about links; the record says that its policy counted."""
    visitors = Visitors(services)
    if own is not None:
        services.set_policy("news", own)
    posted = visitors.post("http://a.example " * 6, facts=DoorFacts(origin_given=True))
    assert screened(visitors, posted) == [expected]
    assert visitors.decisions(posted)[0].policy_version == ("2" if own is None else "2+1")


def test_a_draft_in_shadow_changes_nothing_and_is_counted(visitors: Visitors) -> None:
    """What it would have concluded stands in the record, where it agreed and where it did not."""
    services, site = visitors.services, visitors.site.id
    services.set_policy("news", "[thresholds.spam]\nspam = 1.0")
    draft = services.set_policy("news", "[priors]\nspam = 1.0", kind=PolicyKind.SHADOW)
    ids = visitors.post_all([FRIENDLY, "http://a.example " * 6, "So do I, and I always did."])
    assert screened(visitors, *ids) == [State.APPROVED, State.HELD, State.APPROVED]
    assert services.report_shadow("news").draft == draft
    assert services.report_shadow("news").counts == {
        (State.APPROVED, State.HELD): 2, (State.HELD, State.SPAM): 1,
    }  # fmt: skip
    with services.store.read() as tx:
        shadow = tx.traces(site, ids)[ids[1], 0].shadow
    assert shadow is not None
    assert (shadow.policy_version, shadow.state) == ("2+2", State.SPAM)
    services.set_policy("news", "", kind=PolicyKind.SHADOW)
    assert services.report_shadow("news").counts == {}
    screened(visitors, visitors.post("Agreed.", author_email="one@news.example"))
    assert services.report_shadow("news").counts == {(State.APPROVED, State.APPROVED): 1}
    services.set_policy("news", None, kind=PolicyKind.SHADOW)
    with pytest.raises(NotFound):
        services.report_shadow("news")
    posted = visitors.post("Me too.", author_email="two@news.example")
    screened(visitors, posted)
    with services.store.read() as tx:
        assert tx.traces(site, [posted])[posted, 0].shadow is None
