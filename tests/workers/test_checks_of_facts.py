"""The checks that look at how a comment came, not at its text."""

import pytest
from subjects import FRIENDLY, signals, verdict

from service.core.comment import TokenState
from service.core.states import State

LONG = "Forty characters are what a copied text needs."
NINETEEN_HAN = "这家面包店的黑麦面包很好吃我每周都来买"


def test_an_ordinary_comment_of_a_known_author_has_no_signal() -> None:
    """Silence is the normal case."""
    assert signals() == {}


@pytest.mark.parametrize(
    ("given", "symbol"),
    [
        ({"honeypot_filled": True}, "HONEYPOT_FILLED"),
        ({"token": TokenState.ABSENT, "token_age_seconds": None}, "TOKEN_ABSENT"),
        ({"token": TokenState.INVALID, "token_age_seconds": None}, "TOKEN_INVALID"),
        ({"token": TokenState.EXPIRED, "token_age_seconds": 90_000.0}, "TOKEN_EXPIRED"),
        ({"token_age_seconds": 2.9}, "TOKEN_TOO_YOUNG"),
        ({"origin_given": False}, "ORIGIN_ABSENT"),
        ({"rate_counted": False}, "RATE_UNCHECKED"),
        ({"hold_all": True}, "SITE_HOLDS_ALL"),
        ({"history": {}}, "FIRST_TIME_AUTHOR"),
        ({"history": {State.HELD: 3}}, "FIRST_TIME_AUTHOR"),
        ({"history": {State.APPROVED: 9, State.SPAM: 1}}, "AUTHOR_REJECTED_BEFORE"),
        ({"history": {State.APPROVED: 9, State.REJECTED: 1}}, "AUTHOR_REJECTED_BEFORE"),
        ({"author_rate": 6}, "AUTHOR_BURST"),
        ({"network_rate": 25}, "NETWORK_BURST"),
        ({"same": 1}, "SAME_COMMENT_AGAIN"),
        ({"content": LONG, "exact": 1}, "COPIED_TEXT"),
        ({"content": NINETEEN_HAN + "了", "exact": 1}, "COPIED_TEXT"),
        ({"near": 1}, "NEAR_COPY"),
    ],
)
def test_each_fact_is_seen_as_what_it_is(given, symbol) -> None:
    """One fact, one symbol, and nothing else with it."""
    assert set(signals(**given)) == {symbol}


@pytest.mark.parametrize(
    "given",
    [
        {"token_age_seconds": 3.0},
        {"hold_first": True},
        {"history": {State.APPROVED: 1, State.HELD: 2, State.PENDING: 1, State.DELETED: 1}},
        {"author_rate": 5},
        {"network_rate": 24},
        {"content": "Thanks!", "exact": 500},
        {"content": LONG[:39], "exact": 3},
        {"content": f"   {LONG[:30]}{' ' * 50}.  ", "exact": 3},
        {"content": NINETEEN_HAN, "exact": 3},
    ],
)
def test_near_misses_are_silent(given) -> None:
    """Just below each line nothing is reported."""
    assert signals(**given) == {}


def test_a_site_may_read_first_comments_before_it_shows_them() -> None:
    """Without an approved comment under the address, a site that asks for it holds."""
    assert "SITE_HOLDS_FIRST" in signals(hold_first=True, history={State.HELD: 4})
    assert verdict(hold_first=True, history={}).state is State.HELD


def test_a_clean_first_comment_is_shown() -> None:
    """The default policy needs no moderator for an ordinary newcomer."""
    concluded = verdict(history={})
    assert concluded.state is State.APPROVED
    assert concluded.spam.log_odds - concluded.spam.prior == pytest.approx(0.2)


def test_a_good_history_takes_nothing_off_the_score() -> None:
    """An address is typed, not proven: a thousand approved comments excuse no link."""
    links = " ".join(f"https://shop{n}.example" for n in range(5))
    for history in ({State.APPROVED: 1}, {State.APPROVED: 1_000}):
        assert verdict(f"{FRIENDLY} {links}", history=history).state is State.HELD
    few = verdict(history={State.APPROVED: 1, State.SPAM: 2})
    many = verdict(history={State.APPROVED: 1_000, State.SPAM: 2})
    assert few.spam == many.spam
    assert few.spam.log_odds > few.spam.prior


def test_a_bad_history_alone_holds_nobody() -> None:
    """Anybody can sign spam with another's address, so that must not silence its owner."""
    assert verdict(history={State.SPAM: 1_000}).state is State.APPROVED
    assert verdict(history={State.SPAM: 1_000}, author_rate=10).state is State.HELD


def test_facts_that_also_happen_to_honest_people_hold_together_nobody() -> None:
    """A busy network, no token, no origin and no history: an API client behind a carrier's NAT."""
    concluded = verdict(
        history={},
        network_rate=10_000,
        token=TokenState.ABSENT,
        token_age_seconds=None,
        origin_given=False,
        rate_counted=False,
    )
    assert concluded.state is State.APPROVED


def test_a_flood_by_one_author_from_one_network_is_held() -> None:
    """Each rate alone is let through, both at full strength reach the line."""
    assert verdict(history={}, author_rate=50).state is State.APPROVED
    assert verdict(history={}, author_rate=50, network_rate=500).state is State.HELD


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({"honeypot_filled": True}, State.HELD),
        ({"same": 1}, State.HELD),
        ({"exact": 1}, State.HELD),
        ({"near": 1}, State.APPROVED),
        ({"near": 2}, State.HELD),
        ({"author_rate": 20}, State.APPROVED),
        ({"token_age_seconds": 0.4}, State.APPROVED),
        ({"token_age_seconds": 0.4, "honeypot_filled": True, "exact": 2}, State.SPAM),
    ],
)
def test_what_the_default_policy_makes_of_them(given, state) -> None:
    """Single facts hold at most; only several strong ones together are spam."""
    assert verdict(**given).state is state


def test_rates_grow_stronger_with_the_count() -> None:
    """From a quarter at the threshold to all of it, and never beyond."""
    strengths = [signals(author_rate=rate)["AUTHOR_BURST"].strength for rate in (6, 12, 20, 9_000)]
    assert strengths == sorted(strengths)
    assert strengths[0] == 0.25
    assert strengths[-2:] == [1.0, 1.0]
