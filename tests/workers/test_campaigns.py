"""Campaigns over real stores: many variants, many hands, one text."""

from datetime import timedelta

import pytest
from subjects import signals, verdict
from variants import CAMPAIGN, spun
from working import Visitors

from service.core.campaigns import MEMBERS_MAX
from service.core.decisions import Action, Actor
from service.core.people import Membership, Moderator, Role
from service.core.states import State
from service.usecases.moderate import Judgement
from service.wiring import Services

STOPPED = {State.HELD, State.SPAM}


@pytest.fixture
def visitors(services: Services) -> Visitors:
    return Visitors(services)


def post(visitors: Visitors, number: int, text: str, **given) -> str:
    """A comment of another author, from another network, on one of a dozen pages."""
    thread = {"thread": visitors.page(number % 12)}
    who = {"author_email": f"reader{number}@news.example", "ip": f"198.{number % 250}.{number}.9"}
    return visitors.post(text, **{**thread, **who, **given})


def screened(visitors: Visitors, *ids: str) -> list[State | None]:
    visitors.services.screen(visitors.items(list(ids)))
    return visitors.states(list(ids))


def moderate(visitors: Visitors, comment_id: str, action: Action) -> None:
    services = visitors.services
    moderator = Moderator(services.new_id(), "Mod", (Membership(Role.MODERATOR),))
    judgement = Judgement(
        visitors.site.id, comment_id, action, seen_version=visitors.shown(comment_id).version
    )
    services.decide(judgement, moderator)


@pytest.mark.parametrize("batch", [1, 60])
def test_of_three_hundred_variants_all_from_the_fourth_on_are_stopped(
    visitors: Visitors, batch: int
) -> None:
    """Other words, names, addresses and disguises in each, and none is shown but the first three."""
    number = 300 if batch > 1 else 40
    ids = [post(visitors, place % 200, spun(place)) for place in range(number)]
    assert len({visitors.shown(one).content for one in ids}) == number
    for at in range(0, number, batch):
        screened(visitors, *ids[at : at + batch])
    assert set(visitors.states(ids[3:])) <= STOPPED
    last = visitors.signals(ids[-1])
    assert "NEAR_COPY_CAMPAIGN" in last
    if number > 200:
        assert int(last["NEAR_COPY_CAMPAIGN"].split(" or more others")[0]) >= MEMBERS_MAX


def test_a_text_that_drifts_chains_to_its_beginning(visitors: Visitors) -> None:
    """Each variant changes two words more than the one before; the last has hardly any in common."""
    words = CAMPAIGN.replace("{", "").replace("}", "").replace("|", " ").split(" ")
    ids = []
    for place in range(30):
        for at in (2 * place, 2 * place + 1):
            words[at % len(words)] = f"other{place}word{at}"
        ids.append(post(visitors, place, " ".join(words)))
        screened(visitors, ids[-1])
    assert set(visitors.states(ids[3:])) <= STOPPED
    others = int(visitors.signals(ids[-1])["NEAR_COPY_CAMPAIGN"].split()[0])
    assert others == 29


def test_a_recognised_campaign_takes_its_first_comments_back(visitors: Visitors) -> None:
    """What was shown before anybody could know is held with the rest, and the record says why."""
    ids = [post(visitors, place, spun(place)) for place in range(6)]
    for one in ids[:3]:
        assert screened(visitors, one) == [State.APPROVED]
    for one in ids[3:]:
        screened(visitors, one)
    assert visitors.states(ids[:3]) == [State.HELD] * 3
    decision = visitors.decisions(ids[0])[-1]
    assert (decision.actor, decision.from_state, decision.to_state) == (
        Actor.CHECKS, State.APPROVED, State.HELD,
    )  # fmt: skip
    assert decision.note == "Its text came again in 5 other comments, by 5 authors on 5 pages."


def test_a_campaign_within_one_batch_is_taken_back_as_well(visitors: Visitors) -> None:
    """Its first three get their verdict in the same moment as those that give it away."""
    ids = [post(visitors, place, spun(place)) for place in range(10)]
    assert set(screened(visitors, *ids)) <= STOPPED


def test_what_a_person_approved_is_not_taken_back(visitors: Visitors) -> None:
    """A petition that a moderator has let through stays, and variants of it weigh less."""
    ids = [post(visitors, place, spun(place)) for place in range(8)]
    screened(visitors, ids[0])
    moderate(visitors, ids[0], Action.SPAM)
    moderate(visitors, ids[0], Action.APPROVE)
    screened(visitors, *ids[1:])
    assert visitors.state(ids[0]) is State.APPROVED
    for one in ids[4:]:
        found = set(visitors.signals(one))
        assert "CAMPAIGN_ACCEPTED" in found
        assert "NEAR_COPY_CAMPAIGN" not in found


def test_whoever_copies_a_comment_cannot_take_it_away(
    visitors: Visitors, services: Services
) -> None:
    """An honest comment that strangers repeat an hour later stays, though they are stopped."""
    first = post(visitors, 0, spun(0))
    assert screened(visitors, first) == [State.APPROVED]
    visitors.age(timedelta(hours=1), first)
    copies = [post(visitors, place, spun(place)) for place in range(1, 9)]
    for one in copies:
        screened(visitors, one)
    assert set(visitors.states(copies)) <= STOPPED
    assert visitors.state(first) is State.APPROVED


def test_whoever_joins_comments_in_one_text_cannot_take_them_away(
    visitors: Visitors, services: Services
) -> None:
    """Three honest comments in each of the strangers' texts make a campaign, and stay."""
    honest = [
        "My grandmother baked this bread every Friday with rye flour from the mill, without a scale.",
        "The council promised a bridge over the river when I was a child, and forgets it each time.",
        "I tried the recipe twice with spelt and once with oats, and only the oats came out soft.",
    ]
    first = [post(visitors, place, text) for place, text in enumerate(honest)]
    assert screened(visitors, *first) == [State.APPROVED] * 3
    for one in first:
        visitors.age(timedelta(hours=1), one)
    joined = [post(visitors, place, " ".join([*honest, f"No {place}."])) for place in range(3, 9)]
    for one in joined:
        screened(visitors, one)
    assert set(visitors.states(joined)) <= STOPPED
    assert visitors.states(first) == [State.APPROVED] * 3


def test_an_author_may_say_a_thing_in_a_few_threads(visitors: Visitors) -> None:
    """One's own shown text is no copy three times; from then on it is."""
    who = {"author_email": "ann@news.example", "ip": "198.51.100.7"}
    ids = []
    for place in range(6):
        ids.append(post(visitors, place, spun(7), **who))
        screened(visitors, ids[-1])
    assert visitors.states(ids[:4]) == [State.APPROVED] * 4
    assert set(visitors.states(ids[4:])) <= STOPPED


def test_a_copy_of_what_a_person_refused_is_stopped_at_once(visitors: Visitors) -> None:
    """The second of its kind, and with it the first is recognised for what it was."""
    first, second = (post(visitors, place, spun(1)) for place in range(2))
    screened(visitors, first)
    moderate(visitors, first, Action.SPAM)
    assert set(screened(visitors, second)) <= STOPPED
    assert visitors.signals(second)["COPY_OF_REFUSED"] == "1 comment"


# -- the check by itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("campaign", "expected"),
    [
        ({"others": 2, "authors": 2, "pages": 2}, {}),
        (
            {"others": 14, "authors": 9, "pages": 6},
            {"NEAR_COPY_CAMPAIGN": (1.0, "14 others, 9 authors, 6 pages")},
        ),
        (
            {"others": 3, "authors": 1, "pages": 1, "refused": 1},
            {
                "NEAR_COPY_CAMPAIGN": (0.8, "3 others, 1 author, 1 page"),
                "COPY_OF_REFUSED": (0.6, "1 comment"),
            },
        ),
        (
            {"others": 9, "authors": 9, "pages": 1, "accepted_by_people": 1},
            {"CAMPAIGN_ACCEPTED": (pytest.approx(0.971, abs=0.001), "9 others, 9 authors, 1 page")},
        ),
        ({"others": 2, "refused": 2, "refused_by_people": 2}, {}),
    ],
)
def test_a_campaign_is_told_by_numbers(campaign, expected) -> None:
    """Two variants say nothing; a refusal counts once there is a campaign; a person's word more."""
    found = signals(campaign=campaign)
    assert {name: (one.strength, one.detail) for name, one in found.items()} == expected


def test_refused_copies_count_only_for_texts_of_some_length() -> None:
    """ "Thanks!" was refused somewhere, and is nobody's property."""
    refused = {"copies_refused": 1, "copies_refused_by_people": 1}
    assert signals("Thanks!", **refused) == {}
    assert set(signals(**refused)) == {"COPY_OF_REFUSED"}
    assert verdict(**refused).state is State.HELD


@pytest.mark.parametrize("others", [3, 10])
def test_a_friendly_text_is_no_excuse(others: int) -> None:
    """Whatever the models make of the words, variants by many hands are held."""
    campaign = {"others": others, "authors": others, "pages": others, "networks": others}
    assert verdict(campaign=campaign).state is State.HELD
    accepted = verdict(campaign=campaign | {"accepted_by_people": 1}, history={})
    assert accepted.state is State.APPROVED
