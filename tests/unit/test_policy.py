"""The policy: how signals become two sums, and sums a verdict."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.policy import (
    COMPOSITE_SPANS_MAX,
    decide,
    log_odds,
    most_severe,
    packaged_policy,
    parse_policy,
    probability,
)
from service.core.rules import Family
from service.core.signals import Signal
from service.core.states import VERDICTS, State

TEXT = """
version = "7"
[priors]
spam = -5
abuse = -3.0
[thresholds.spam]
held = 0.5
spam = 0.99
[thresholds.abuse]
held = 0.5
rejected = 0.9
[groups.free]
family = "spam"
[groups.small]
family = "spam"
cap = 4
[groups.model]
family = "spam"
cap = 3
floor = -2
[groups.words]
family = "abuse"
[groups.site]
[symbols.MILD]
points = 2
group = "free"
sentence = "Mild."
[symbols.STRONG]
points = 9.0
group = "free"
sentence = "Strong."
[symbols.CAPPED_ONE]
points = 3
group = "small"
sentence = "One."
[symbols.CAPPED_TWO]
points = 5
group = "small"
sentence = "Two."
[symbols.MODEL]
points = 4.0
points_at_zero = -3.0
group = "model"
sentence = "Model."
[symbols.HOLDS]
points = 0
group = "site"
at_least = "held"
sentence = "Holds."
[symbols.DANGER]
points = 0
group = "site"
at_least = "held"
person = true
sentence = "Danger."
[symbols.BLOCKS]
points = 0
group = "site"
at_least = "spam"
sentence = "Blocks."
[symbols.RUDE]
points = 4
group = "words"
sentence = "Rude."
[symbols.TRIED]
points = 50
group = "free"
at_least = "spam"
shadow = true
sentence = "Tried."
[composites.BOTH]
all = ["MILD", "RUDE"]
points = 1.5
group = "words"
sentence = "Both."
[composites.AGAIN]
all = ["BOTH"]
any = ["CAPPED_ONE", "CAPPED_TWO"]
none = ["HOLDS", "MODEL"]
points = 2
group = "free"
sentence = "Again."
"""
POLICY = parse_policy(TEXT)
PACKAGED = packaged_policy()
STRENGTHS = st.floats(0, 1)


def _decide(*signals, policy=POLICY):
    return decide(
        [Signal(*one) if isinstance(one, tuple) else Signal(one) for one in signals], policy
    )


def _points(verdict):
    return {one.signal.symbol: one.points for one in verdict.contributions}


@pytest.mark.parametrize(
    ("signals", "spam", "abuse", "state"),
    [
        ((), -5, -3, State.APPROVED),
        (("MILD",), -3, -3, State.APPROVED),
        ((("MILD", 0.5),), -4, -3, State.APPROVED),
        ((("STRONG", 0.5),), -0.5, -3, State.APPROVED),
        ((("STRONG", 5 / 9),), 0, -3, State.HELD),
        (("STRONG",), 4, -3, State.HELD),
        (("STRONG", "MILD"), 6, -3, State.SPAM),
        (("CAPPED_TWO",), -1, -3, State.APPROVED),
        (("CAPPED_ONE", "CAPPED_TWO"), -1, -3, State.APPROVED),
        (("CAPPED_ONE", "CAPPED_TWO", "MILD"), 1, -3, State.HELD),
        (("HOLDS",), -5, -3, State.HELD),
        (("HOLDS", "BLOCKS"), -5, -3, State.SPAM),
        (("DANGER",), -5, -3, State.HELD),
        (("DANGER", "BLOCKS"), -5, -3, State.HELD),
        (("DANGER", "STRONG", "MILD"), 6, -3, State.HELD),
        (("BLOCKS", "HOLDS"), -5, -3, State.SPAM),
        (("HOLDS", "STRONG", "MILD"), 6, -3, State.SPAM),
        (("UNKNOWN",), -5, -3, State.HELD),
        (("RUDE",), -5, 1, State.HELD),
        (("RUDE", "MILD"), -3, 2.5, State.REJECTED),
        (("RUDE", "MILD", "STRONG"), 6, 2.5, State.REJECTED),
        (("MODEL", "STRONG"), 7, -3, State.SPAM),
        ((("MODEL", 0.0), "STRONG"), 2, -3, State.HELD),
        ((("MODEL", 0.5),), -4.5, -3, State.APPROVED),
        (("TRIED",), -5, -3, State.APPROVED),
    ],
)
def test_signals_are_weighed(signals, spam, abuse, state) -> None:
    """Points by strength from the prior on, groups within their limits, the most severe conclusion."""
    verdict = _decide(*signals)
    assert verdict.spam.log_odds == pytest.approx(spam)
    assert verdict.abuse.log_odds == pytest.approx(abuse)
    assert verdict.spam.probability == pytest.approx(1 / (1 + math.exp(-spam)))
    assert verdict.state is state
    assert verdict.policy_version == "7"


def test_of_one_symbol_the_strongest_signal_counts() -> None:
    """Seeing the same twice is not seeing more; the evidence kept is that of the stronger one."""
    verdict = _decide(("MILD", 0.25, "weak"), ("MILD", 0.75, "strong"), ("MILD", 0.5, "middle"))
    [share] = verdict.contributions
    assert (share.points, share.signal.detail, share.sentence) == (1.5, "strong", "Mild.")
    assert share.family is Family.SPAM


def test_a_capped_group_shares_its_cap_in_proportion() -> None:
    """The desk shows shares that add up, the largest first, and the trace says which cap bit."""
    verdict = _decide("CAPPED_ONE", "CAPPED_TWO", "MILD")
    assert [(one.signal.symbol, one.points) for one in verdict.contributions] == [
        ("CAPPED_TWO", pytest.approx(2.5)),
        ("MILD", 2),
        ("CAPPED_ONE", pytest.approx(1.5)),
    ]
    assert verdict.capped == ("small",)
    assert _decide("CAPPED_ONE", "MILD").capped == ()


def test_what_takes_off_is_limited_by_its_groups_floor() -> None:
    """A model that is sure of honesty lowers the sum by no more than it has been trusted with."""
    verdict = _decide(("MODEL", 0.0), "MILD")
    assert _points(verdict) == {"MILD": 2, "MODEL": -2}
    assert verdict.capped == ("model",)


def test_what_is_in_shadow_is_recorded_and_counts_nothing() -> None:
    """Neither its points nor its verdict, nor as a part of what counts."""
    verdict = _decide("TRIED", ("MILD", 0.5))
    assert _points(verdict) == {"MILD": 1}
    [share] = verdict.shadowed
    assert (share.signal.symbol, share.points, share.family) == ("TRIED", 50, Family.SPAM)
    extra = '[composites.{}]\nall = ["TRIED"]\npoints = 1\ngroup = "free"\nsentence = "X."\n{}\n'
    policy = parse_policy(TEXT + extra.format("COUNTS", "") + extra.format("SEES", "shadow = true"))
    verdict = _decide("TRIED", policy=policy)
    assert verdict.contributions == ()
    assert {one.signal.symbol for one in verdict.shadowed} == {"TRIED", "SEES"}


# -- composites ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signals", "composed"),
    [
        (("MILD", "RUDE"), {"BOTH": 1.0}),
        (("MILD", ("RUDE", 0.25)), {"BOTH": 0.25}),
        (("MILD", ("RUDE", 0.0)), {}),
        (("RUDE",), {}),
        (("MILD", "RUDE", "CAPPED_ONE"), {"BOTH": 1.0, "AGAIN": 1.0}),
        (
            (("MILD", 0.5), "RUDE", ("CAPPED_ONE", 0.1), ("CAPPED_TWO", 0.3)),
            {"BOTH": 0.5, "AGAIN": 0.3},
        ),
        (("MILD", "RUDE", "CAPPED_ONE", "HOLDS"), {"BOTH": 1.0}),
        (("MILD", "RUDE", "CAPPED_ONE", ("MODEL", 0.0)), {"BOTH": 1.0, "AGAIN": 1.0}),
        (("MILD", "RUDE", "CAPPED_ONE", ("MODEL", 0.1)), {"BOTH": 1.0}),
    ],
)
def test_composites_are_added_where_their_parts_meet(signals, composed) -> None:
    """All of one list, one of another, none of a third; as strong as the weakest link."""
    found = {one.signal.symbol: one.signal.strength for one in _decide(*signals).contributions}
    assert {name: found[name] for name in ("BOTH", "AGAIN") if name in found} == composed


def test_a_composite_shows_the_evidence_of_its_parts() -> None:
    """Its places are theirs, in order, once each, and not without bound."""
    many = tuple((at, at + 1) for at in range(60, 200, 2))
    verdict = _decide(("MILD", 1.0, "", ((5, 9), (1, 3))), ("RUDE", 1.0, "", ((1, 3), *many)))
    [both] = [one.signal for one in verdict.contributions if one.signal.symbol == "BOTH"]
    assert both.detail == "MILD + RUDE"
    assert both.spans[:3] == ((1, 3), (5, 9), (60, 61))
    assert len(both.spans) == COMPOSITE_SPANS_MAX


# -- what holds for every policy -------------------------------------------------------------------


def _signals(policy):
    names = st.sampled_from([*sorted(policy.rules), "UNKNOWN"])
    return st.lists(st.builds(Signal, names, STRENGTHS))


@given(
    st.sampled_from([POLICY, PACKAGED]).flatmap(
        lambda policy: st.tuples(st.just(policy), _signals(policy))
    ),
    st.randoms(),
)
def test_contributions_add_up(given_, random) -> None:
    """For any signals, under caps and floors, to the last digit, and in whatever order they come."""
    policy, signals = given_
    verdict = decide(signals, policy)
    for family in Family:
        total = verdict.sum_of(family)
        points = [one.points for one in verdict.contributions if one.family is family]
        assert math.fsum([total.prior, *points]) == total.log_odds
        assert total.prior == policy.priors[family]
        assert 0.0 < total.probability < 1.0
    assert all(one.points == 0 for one in verdict.contributions if one.family is None)
    for name, group in policy.groups.items():
        shares = [
            one.points
            for one in verdict.contributions
            if policy.rule(one.signal.symbol).group == name
        ]
        assert sum(one for one in shares if one > 0) <= group.cap + 1e-9
        assert sum(one for one in shares if one < 0) >= group.floor - 1e-9
    assert verdict.state in VERDICTS
    for family in Family:
        over = verdict.sum_of(family).probability > policy.thresholds[family].held
        assert not (over and verdict.state is State.APPROVED)
    # Where two signals of one symbol are as strong, the first one's evidence is kept.
    distinct = list({one.symbol: one for one in signals}.values())
    assert decide(random.sample(distinct, len(distinct)), policy) == decide(distinct, policy)


@given(_signals(PACKAGED), st.sampled_from(sorted(PACKAGED.rules)))
def test_one_more_signal_never_makes_a_verdict_milder(signals, symbol) -> None:
    """Unless it is of a group that may take off, or for a person, who then decides: held."""
    rule = PACKAGED.rules[symbol]
    if PACKAGED.groups[rule.group].floor < 0:
        return
    before = decide(signals, PACKAGED).state
    after = decide([*signals, Signal(symbol)], PACKAGED).state
    assert most_severe(before, after) is after or (rule.person and after is State.HELD)


@given(st.floats(-700, 700))
def test_probabilities_and_log_odds_are_each_others_inverse(value) -> None:
    """No overflow anywhere, and the same number back where a double can hold it."""
    assert 0.0 <= probability(value) <= 1.0
    if abs(value) < 10:
        assert log_odds(probability(value)) == pytest.approx(value, abs=1e-9)


def test_a_threshold_of_one_is_never_reached() -> None:
    """A site that wants a person to decide about everything can say so."""
    policy = parse_policy(TEXT.replace("spam = 0.99", "spam = 1"))
    assert _decide("STRONG", "CAPPED_TWO", "MODEL", policy=policy).state is State.HELD


def test_the_packaged_policy_is_sound() -> None:
    """Sentences end, faults hold whatever the sums are, and only what is proven takes off."""
    assert all(rule.sentence.endswith(".") for rule in PACKAGED.rules.values())
    faults = [rule for rule in PACKAGED.rules.values() if rule.group == "faults"]
    assert len(faults) == 3
    assert all(rule.at_least is State.HELD for rule in faults)
    floors = {group.name for group in PACKAGED.groups.values() if group.floor}
    assert floors <= {"model_spam", "model_abuse", "deep", "site_filter"}


@pytest.mark.parametrize("strength", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_strength_outside_its_range_is_refused(strength) -> None:
    """A check that miscounts fails loudly, and a failed check holds."""
    with pytest.raises(ValueError, match="outside"):
        Signal("MILD", strength)
