"""Taking a campaign back: whom it meets, and whom never."""

from datetime import UTC, datetime, timedelta

import pytest

from service.core.campaigns import Member, to_hold_again
from service.core.copies import Campaign
from service.core.states import State

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
TEXT = tuple(range(40))
MANY = Campaign(others=5, authors=3, pages=1, networks=3)


def member(name: str, minutes_ago: float = 0, sketch: tuple[int, ...] = TEXT, **given) -> Member:
    """A comment that the checks approved; keywords change it."""
    of = {"state": State.APPROVED, "by_person": False} | given
    return Member(
        campaign_id="a",
        comment_id=name,
        contact_id=None,
        thread_id="page",
        network_hash=name.encode(),
        created_at=NOW - timedelta(minutes=minutes_ago),
        sketch=sketch,
        **of,
    )


def taken(*members: Member, campaign: Campaign = MANY) -> str:
    return "".join(to_hold_again(campaign, members))


@pytest.mark.parametrize(
    ("campaign", "expected"),
    [
        (MANY, "ab"),
        (Campaign(others=4, authors=4, networks=4), ""),
        (Campaign(others=9, authors=2, networks=9), ""),
        (Campaign(others=9, authors=9, networks=2), ""),
        (Campaign(others=3, authors=1, networks=1, refused_by_people=1), "ab"),
        (Campaign(others=2, authors=1, networks=1, refused_by_people=1), ""),
        (Campaign(others=9, authors=9, networks=9, accepted_by_people=1), ""),
        (
            Campaign(others=9, authors=9, networks=9, accepted_by_people=1, refused_by_people=1),
            "ab",
        ),
    ],
)
def test_it_takes_many_hands_or_a_person(campaign: Campaign, expected: str) -> None:
    """Authors and networks, or a refusal; an approval by a person alone forbids it."""
    assert taken(member("a"), member("b"), campaign=campaign) == expected


def test_whom_a_person_decided_about_and_who_is_not_shown_is_left_out() -> None:
    """What waits or is refused has nothing to be taken back, nor has what came a day before."""
    assert taken(
        member("a"),
        member("b", by_person=True),
        member("c", state=State.PENDING),
        member("d", state=State.HELD),
        member("e", state=State.SPAM),
        member("f", minutes_ago=24 * 60 + 1),
    ) == "ac"  # fmt: skip


def test_an_original_stays_and_its_copies_do_not() -> None:
    """It resembles nothing before it, and the first copy came more than ten minutes later."""
    assert taken(member("a", 11), member("b", 0.5), member("c")) == "bc"
    assert taken(member("a", 9), member("b", 0.5), member("c")) == "abc"


def test_texts_that_others_have_joined_are_originals_all_of_them() -> None:
    """Who puts several comments into one text makes a campaign, and takes none of them along."""
    halves = TEXT[:20], TEXT[20:]
    assert taken(
        member("a", 60, halves[0]), member("b", 59, halves[1]), member("c"), member("d")
    ) == ("cd")


def test_a_text_that_drifts_has_no_originals_but_the_first() -> None:
    """Each resembles the one before, if not the first."""
    drifting = [member("abcdefgh"[n], 8 * 60 - 60 * n, TEXT[n * 4 : n * 4 + 8]) for n in range(8)]
    assert taken(*drifting) == "bcdefgh"
