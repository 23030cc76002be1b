"""The policy: how signals become a score, and a score a verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.errors import InvalidPolicy
from service.core.policy import decide, most_severe, packaged_policy, parse_policy
from service.core.signals import Signal
from service.core.states import VERDICTS, State

TEXT = """
version = "7"
[thresholds]
hold_at = 5
spam_at = 10
[caps]
small = 4
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
[symbols.HOLDS]
points = 0
group = "site"
at_least = "held"
sentence = "Holds."
[symbols.BLOCKS]
points = 0
group = "site"
at_least = "spam"
sentence = "Blocks."
"""
POLICY = parse_policy(TEXT)
PACKAGED = packaged_policy()


def _decide(*signals):
    return decide(
        [Signal(*one) if isinstance(one, tuple) else Signal(one) for one in signals], POLICY
    )


@pytest.mark.parametrize(
    ("signals", "score", "state"),
    [
        ((), 0, State.APPROVED),
        (("MILD",), 2, State.APPROVED),
        ((("MILD", 0.5),), 1, State.APPROVED),
        ((("STRONG", 0.5),), 4.5, State.APPROVED),
        ((("STRONG", 5 / 9),), 5, State.HELD),
        (("STRONG",), 9, State.HELD),
        (("STRONG", "MILD"), 11, State.SPAM),
        (("CAPPED_TWO",), 4, State.APPROVED),
        (("CAPPED_ONE", "CAPPED_TWO"), 4, State.APPROVED),
        (("CAPPED_ONE", "CAPPED_TWO", "MILD"), 6, State.HELD),
        (("HOLDS",), 0, State.HELD),
        (("HOLDS", "BLOCKS"), 0, State.SPAM),
        (("BLOCKS", "HOLDS"), 0, State.SPAM),
        (("HOLDS", "STRONG", "MILD"), 11, State.SPAM),
        (("UNKNOWN",), 0, State.HELD),
    ],
)
def test_signals_are_weighed(signals, score, state) -> None:
    """Points times strength, groups within their caps, the most severe conclusion."""
    verdict = _decide(*signals)
    assert verdict.score == pytest.approx(score)
    assert verdict.state is state
    assert verdict.policy_version == "7"


def test_of_one_symbol_the_strongest_signal_counts() -> None:
    """Seeing the same twice is not seeing more; the evidence kept is that of the stronger one."""
    verdict = _decide(("MILD", 0.25, "weak"), ("MILD", 0.75, "strong"), ("MILD", 0.5, "middle"))
    [share] = verdict.contributions
    assert (share.points, share.signal.detail, share.sentence) == (1.5, "strong", "Mild.")


def test_a_capped_group_shares_its_cap_in_proportion() -> None:
    """The desk shows shares that add up to the score, the largest first."""
    shares = _decide("CAPPED_ONE", "CAPPED_TWO", "MILD").contributions
    assert [(one.signal.symbol, one.points) for one in shares] == [
        ("CAPPED_TWO", pytest.approx(2.5)),
        ("MILD", 2),
        ("CAPPED_ONE", pytest.approx(1.5)),
    ]


@given(
    st.lists(
        st.builds(Signal, st.sampled_from([*sorted(PACKAGED.rules), "UNKNOWN"]), st.floats(0, 1))
    )
)
def test_contributions_sum_to_the_score(signals) -> None:
    """For any signals, also under caps, and no group passes its cap."""
    verdict = decide(signals, PACKAGED)
    assert sum(one.points for one in verdict.contributions) == pytest.approx(verdict.score)
    assert verdict.state in VERDICTS
    for group, cap in PACKAGED.caps.items():
        rules = {name for name, rule in PACKAGED.rules.items() if rule.group == group}
        total = sum(one.points for one in verdict.contributions if one.signal.symbol in rules)
        assert total <= cap + 1e-9
    assert (verdict.state is State.APPROVED) <= (verdict.score < PACKAGED.hold_at)


@given(
    st.lists(st.builds(Signal, st.sampled_from(sorted(PACKAGED.rules)), st.floats(0, 1))),
    st.sampled_from(sorted(PACKAGED.rules)),
)
def test_one_more_signal_never_makes_a_verdict_milder(signals, symbol) -> None:
    """No rule has negative points: nothing a visitor adds excuses the rest."""
    before = decide(signals, PACKAGED).state
    after = decide([*signals, Signal(symbol)], PACKAGED).state
    assert most_severe(before, after) is after


def test_a_site_gives_symbols_other_points() -> None:
    """The rest stays, the version says so, and an unknown symbol is refused."""
    assert POLICY.reweighted({}) is POLICY
    changed = POLICY.reweighted({"MILD": 6})
    assert decide([Signal("MILD")], changed).state is State.HELD
    assert decide([Signal("STRONG")], changed).score == 9
    assert changed.version == "7+site"
    with pytest.raises(InvalidPolicy, match="MILDER"):
        POLICY.reweighted({"MILDER": 1})


def test_a_sites_own_points_are_not_cut_by_a_cap():
    """A site that wants first comments held gets them held, whatever the author group's cap is."""
    changed = packaged_policy().reweighted({"FIRST_TIME_AUTHOR": 6})
    verdict = decide([Signal("FIRST_TIME_AUTHOR")], changed)
    assert (verdict.state, verdict.score) == (State.HELD, 6)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "7"', ""),
        ("hold_at = 5", ""),
        ("hold_at = 5", 'hold_at = "much"'),
        ("hold_at = 5", "hold_at = 11"),
        ("points = 2", ""),
        ('group = "free"', ""),
        ('sentence = "Mild."', ""),
        ('at_least = "held"', 'at_least = "pending"'),
        ('at_least = "held"', 'at_least = "nonsense"'),
        ("[thresholds]", "[thresholds"),
    ],
)
def test_a_faulty_policy_is_refused(old, new) -> None:
    """What is missing or makes no sense is said before it judges a comment."""
    assert old in TEXT
    with pytest.raises(InvalidPolicy):
        parse_policy(TEXT.replace(old, new, 1))


def test_the_packaged_policy_is_sound() -> None:
    """No negative points, a group for each symbol, faults hold whatever the score."""
    assert all(rule.points >= 0 and rule.sentence.endswith(".") for rule in PACKAGED.rules.values())
    faults = [rule for rule in PACKAGED.rules.values() if rule.group == "faults"]
    assert len(faults) == 3
    assert all(rule.at_least is State.HELD for rule in faults)


@pytest.mark.parametrize("strength", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_strength_outside_its_range_is_refused(strength) -> None:
    """A check that miscounts fails loudly, and a failed check holds."""
    with pytest.raises(ValueError, match="outside"):
        Signal("MILD", strength)
