"""Rulings on campaigns over real stores: decided once, for all that is there and that arrives."""

import pytest
from test_campaigns import moderate, post, screened
from variants import CAMPAIGN, spun
from working import Visitors, run_sql

from service.core.audit import AuditQuestion, Event
from service.core.campaigns import CHAINED_AT_LEAST
from service.core.copies import Fingerprint, resemblance
from service.core.decisions import Action
from service.core.errors import Conflict, Forbidden, NotFound
from service.core.lists import Effect, EntryKind
from service.core.people import Membership, Moderator, Role
from service.core.ruled import Likeness
from service.core.ruling import ItemOutcome
from service.core.rulings import RuledText, Ruling, Rulings, spread
from service.core.states import State
from service.usecases.rule import Wanted
from service.wiring import Services, load_screener

HONEST = (
    "We have baked after this recipe twice by now, once with rye and once with spelt, and both times "
    "the crumb was even and the crust stayed crisp until the evening of the second day."
)


@pytest.fixture
def visitors(services: Services) -> Visitors:
    return Visitors(services)


@pytest.fixture
def ada(services: Services) -> Moderator:
    return services.people.add(
        "ada@vestibule.example",
        name="Ada",
        role=Role.MODERATOR,
        site_slug=None,
        password="correct horse battery",
    )


def campaign_of(visitors: Visitors, comment_id: str) -> str:
    with visitors.services.store.read() as tx:
        found = tx.campaign_ids_of(visitors.site.id, comment_id)
    assert found is not None
    return found


def rule(
    visitors: Visitors, ada: Moderator, comment_id: str, action: Action, **given: object
) -> Ruling:
    services = visitors.services
    campaign_id = campaign_of(visitors, comment_id)
    seen_at = services.clock()
    wanted = Wanted(visitors.site.id, campaign_id, action, seen_at, **given)  # type: ignore[arg-type]
    return services.lists.rule(wanted, ada)


def counts(visitors: Visitors, ruling: Ruling) -> dict[ItemOutcome, int]:
    with visitors.services.store.read() as tx:
        return dict(tx.ruling_counts(ruling.site_id, ruling.id))


def posted(visitors: Visitors, number: int, *, start: int = 0) -> list[str]:
    ids = [post(visitors, place, spun(place)) for place in range(start, start + number)]
    screened(visitors, *ids)
    return ids


@pytest.mark.parametrize(
    ("action", "state", "symbol"),
    [
        (Action.SPAM, State.SPAM, "CAMPAIGN_MARKED_SPAM"),
        (Action.REJECT, State.REJECTED, "CAMPAIGN_REJECTED"),
    ],
)
def test_a_campaign_is_refused_once_for_all_that_is_there_and_that_arrives(
    visitors: Visitors, ada: Moderator, action: Action, state: State, symbol: str
) -> None:
    """Thirty variants at once; ten more that differ from all of them; and honest ones pass."""
    ids = posted(visitors, 30)
    ruling = rule(visitors, ada, ids[0], action)
    assert set(visitors.states(ids)) == {state}
    assert set(counts(visitors, ruling)) == {ItemOutcome.DONE}
    arrived = posted(visitors, 10, start=100)
    assert set(visitors.states(arrived)) == {state}
    for one in arrived:
        assert visitors.signals(one)[symbol].startswith("by Ada on ")
    assert screened(visitors, post(visitors, 200, HONEST)) == [State.APPROVED]
    with visitors.services.store.read() as tx:
        assert tx.arrivals(visitors.site.id, ruling.id, at_most=100) == 10
        question = AuditQuestion([visitors.site.id], events=[Event.CAMPAIGN_DECIDED])
        assert len(tx.audit_page(question, after=None, limit=5)) == 1


def test_after_the_end_what_arrives_is_judged_by_itself(visitors: Visitors, ada: Moderator) -> None:
    """What was decided stays, and the checks go on holding variants."""
    ids = posted(visitors, 8)
    ruling = rule(visitors, ada, ids[0], Action.REJECT)
    visitors.services.lists.end_ruling(visitors.site.id, ruling.id, ada, take_back=False)
    assert set(visitors.states(ids)) == {State.REJECTED}
    [arrived] = posted(visitors, 1, start=100)
    assert visitors.state(arrived) is not State.REJECTED
    assert "CAMPAIGN_REJECTED" not in visitors.signals(arrived)
    assert rule(visitors, ada, ids[0], Action.SPAM).action is Action.SPAM


def test_a_ruling_is_taken_back_as_one_step(visitors: Visitors, ada: Moderator) -> None:
    """Each comment is what it was; what arrived waits; what somebody decided since stays so."""
    ids = posted(visitors, 12)
    before = visitors.states(ids)
    ruling = rule(visitors, ada, ids[0], Action.SPAM)
    arrived = posted(visitors, 3, start=100)
    moderate(visitors, ids[5], Action.REJECT)
    moderate(visitors, arrived[0], Action.REJECT)
    end = visitors.services.lists.end_ruling
    end(visitors.site.id, ruling.id, ada, take_back=True)
    expected = [*before]
    expected[5] = State.REJECTED
    assert visitors.states(ids) == expected
    assert visitors.states(arrived) == [State.REJECTED, State.HELD, State.HELD]
    once = [len(visitors.decisions(one)) for one in (*ids, *arrived)]
    end(visitors.site.id, ruling.id, ada, take_back=True)
    visitors.services.lists.carry_out(visitors.site.id, ruling.id, ada)
    assert [len(visitors.decisions(one)) for one in (*ids, *arrived)] == once


def test_what_people_have_decided_is_left_alone_unless_asked(
    visitors: Visitors, ada: Moderator
) -> None:
    """And what somebody decides after the moderator looked is left alone in any case."""
    ids = posted(visitors, 8)
    moderate(visitors, ids[0], Action.APPROVE)
    ruling = rule(visitors, ada, ids[0], Action.SPAM)
    assert visitors.state(ids[0]) is State.APPROVED
    assert set(visitors.states(ids[1:])) == {State.SPAM}
    visitors.services.lists.end_ruling(visitors.site.id, ruling.id, ada, take_back=True)
    seen_at = visitors.services.clock()
    moderate(visitors, ids[1], Action.APPROVE)
    wanted = Wanted(
        visitors.site.id, campaign_of(visitors, ids[0]), Action.SPAM, seen_at, with_decided=True
    )
    visitors.services.lists.rule(wanted, ada)
    assert visitors.states(ids[:2]) == [State.SPAM, State.APPROVED]


def test_approval_stands_for_the_very_text_and_approves_nothing(
    visitors: Visitors, ada: Moderator
) -> None:
    """Copies of a petition pass; one with another link does not, nor by a blocked name."""
    text = f"{HONEST} Please sign as well, before the council meets on Thursday evening."
    ids = [post(visitors, place, text) for place in range(6)]
    screened(visitors, *ids)
    assert State.HELD in visitors.states(ids)
    rule(visitors, ada, ids[0], Action.APPROVE)
    assert set(visitors.states(ids)) == {State.APPROVED}
    copy = post(visitors, 50, text)
    assert screened(visitors, copy) == [State.APPROVED]
    assert visitors.signals(copy)["CAMPAIGN_APPROVED"].startswith("by Ada on ")
    changed = post(visitors, 51, text.replace("evening.", "evening: https://bad.example/x"))
    assert screened(visitors, changed) == [State.HELD]
    assert "CAMPAIGN_APPROVED" not in visitors.signals(changed)
    visitors.enlist(EntryKind.NAME, Effect.BLOCK, "Troll")
    troll = post(visitors, 52, text, author_name="Troll")
    assert screened(visitors, troll) == [State.REJECTED]
    assert "CAMPAIGN_APPROVED" in visitors.signals(troll)


def test_a_text_between_a_campaign_and_an_honest_one_takes_nobody_with_it(
    visitors: Visitors, ada: Moderator
) -> None:
    """Who joins the two by a text of both cannot have the honest ones refused."""
    ids = posted(visitors, 10)
    rule(visitors, ada, ids[0], Action.REJECT)
    bridge = post(visitors, 60, f"{spun(61)} {HONEST}")
    screened(visitors, bridge)
    honest = [post(visitors, 70 + place, f"{HONEST} Number {place}.") for place in range(2)]
    screened(visitors, *honest)
    assert State.REJECTED not in visitors.states(honest)
    assert "CAMPAIGN_REJECTED" not in visitors.signals(honest[0])


def test_two_moderators_rule_once(visitors: Visitors, ada: Moderator) -> None:
    """The second one is told; who may only look, and another site's people, cannot."""
    services = visitors.services
    ids = posted(visitors, 6)
    ruling = rule(visitors, ada, ids[0], Action.SPAM)
    with pytest.raises(Conflict):
        rule(visitors, ada, ids[0], Action.APPROVE)
    viewer = Moderator(services.new_id(), "Vera", (Membership(Role.VIEWER),))
    stranger = Moderator(services.new_id(), "Bob", (Membership(Role.MODERATOR, services.new_id()),))
    end = services.lists.end_ruling
    for who, error in ((viewer, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            end(visitors.site.id, ruling.id, who, take_back=True)
        with pytest.raises(error):
            services.lists.carry_out(visitors.site.id, ruling.id, who)
        with pytest.raises(error):
            rule(visitors, who, ids[0], Action.SPAM)


def test_an_interrupted_ruling_goes_on_where_it_stopped(visitors: Visitors, ada: Moderator) -> None:
    """What waits is decided, what was done is not done again."""
    ids = posted(visitors, 8)
    ruling = rule(visitors, ada, ids[0], Action.SPAM)
    run_sql(
        visitors.services,
        "UPDATE ruling_items SET outcome = 'waiting', decision_id = NULL",
    )
    decided = [len(visitors.decisions(one)) for one in ids]
    visitors.services.lists.carry_out(visitors.site.id, ruling.id, ada)
    assert ItemOutcome.WAITING not in counts(visitors, ruling)
    assert [len(visitors.decisions(one)) for one in ids] == decided


# -- likeness --------------------------------------------------------------------------------------


def fingerprint(text: str) -> Fingerprint:
    return load_screener().fingerprint(text)


def ruled(services_clock: object, action: Action, *texts: str) -> Ruling:
    prints = [fingerprint(one) for one in texts]
    return Ruling(
        f"{action} {len(texts)}", "site", "campaign", action, services_clock, "ada", "Ada",  # type: ignore[arg-type]
        texts=tuple(RuledText(str(place), one.digest, one.sketch)
                    for place, one in enumerate(prints)),
    )  # fmt: skip


def test_variants_are_surely_known_by_a_few_texts(services: Services) -> None:
    """Of three hundred others nearly all by ten texts; of different campaigns none."""
    ruling = ruled(services.clock(), Action.SPAM, *(spun(place) for place in range(10)))
    rulings = Rulings((ruling,))
    found = [rulings.about(fingerprint(spun(1_000 + place))) for place in range(300)]
    sure = sum(one is not None and one.likeness is not Likeness.SOME for one in found)
    assert sure >= 295
    assert rulings.about(fingerprint(HONEST)) is None
    assert rulings.about(fingerprint("Short.")) is None


def test_what_is_only_somewhat_alike_is_a_doubt(services: Services) -> None:
    """A text of which a quarter is the campaign's waits for a person."""
    one = spun(1, CAMPAIGN.replace("{", "").replace("}", "").replace("|", " "))
    words, others = one.split(" "), HONEST.split(" ")
    rulings = Rulings((ruled(services.clock(), Action.SPAM, one),))
    likenesses = set()
    for share in range(10, 100, 2):
        mixed = " ".join([*words[: len(words) * share // 100], *others, *others[::-1]])
        index = resemblance(
            fingerprint(mixed).sketch, fingerprint(one).sketch, at_least=CHAINED_AT_LEAST
        )
        found = rulings.about(fingerprint(mixed))
        likenesses.add(found.likeness if found else None)
        if found is not None:
            assert (found.likeness is Likeness.SURE) is (index >= 0.3)
    assert {None, Likeness.SOME, Likeness.SURE} <= likenesses


def test_rulings_that_differ_leave_it_to_a_person(services: Services) -> None:
    """Refusals agree on the stricter one; an approval and a refusal dispute."""
    now = services.clock()
    spam, rejected = ruled(now, Action.SPAM, HONEST), ruled(now, Action.REJECT, HONEST)
    approved = ruled(now, Action.APPROVE, HONEST)
    text = fingerprint(HONEST)
    both = Rulings((spam, rejected)).about(text)
    assert both is not None
    assert (both.action, both.disputed) == (Action.REJECT, False)
    disputed = Rulings((approved, spam)).about(text)
    assert disputed is not None
    assert disputed.disputed
    alone = Rulings((approved,)).about(text)
    assert alone is not None
    assert alone.spares_copies


def test_texts_are_spread_over_the_time() -> None:
    """The first and the last are among them."""
    assert spread(range(1000), 5) == [0, 250, 500, 749, 999]
    assert list(spread(range(3), 5)) == [0, 1, 2]
