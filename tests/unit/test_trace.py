"""The trace: a recorded verdict can be reached again, without the policy of its day."""

import json

from hypothesis import given
from hypothesis import strategies as st
from test_policy import PACKAGED, POLICY

from service.core.policy import decide
from service.core.policy_data import differences, policy_to_data
from service.core.policy_file import policy_from_data
from service.core.rules import Family
from service.core.signals import Signal
from service.core.trace import recompute, trace_from_data, trace_of, trace_to_data


def _signals(policy):
    one = st.builds(
        Signal,
        st.sampled_from([*sorted(policy.rules), "UNKNOWN"]),
        st.floats(0, 1),
        st.text(max_size=5),
        st.just(((0, 3), (5, 6))),
    )
    return st.lists(one, max_size=12)


@given(
    st.sampled_from([POLICY, PACKAGED]).flatmap(
        lambda policy: st.tuples(st.just(policy), _signals(policy))
    ),
    st.randoms(),
)
def test_a_verdict_is_reached_again_from_its_trace(given_, random) -> None:
    """To the last digit, with every share and its evidence, after a way through JSON."""
    policy, signals = given_
    verdict = decide(signals, policy)
    trace = trace_of(verdict, policy, versions={"model": "3"}, input_hash="ab")
    assert recompute(trace) == verdict
    # As a store keeps it: signals apart and in any order, composites among them.
    recorded = [one.signal for one in (*verdict.contributions, *verdict.shadowed)]
    random.shuffle(recorded)
    data = json.loads(json.dumps(trace_to_data(trace)))
    back = trace_from_data(data, recorded)
    assert back == trace
    again = recompute(back)
    assert again == verdict
    assert back.log_odds == {family: again.sum_of(family).log_odds for family in Family}
    assert back.capped == again.capped


def test_a_trace_holds_what_counted_and_no_more() -> None:
    """Rules, groups and composites that played no part are left out, and so is all text."""
    signals = [Signal("MILD", 1.0, "a detail", ((0, 4),)), Signal("RUDE")]
    trace = trace_of(decide(signals, POLICY), POLICY, versions={}, input_hash="")
    data = trace_to_data(trace)
    assert set(data["policy"]["symbols"]) == {"MILD", "RUDE"}
    assert set(data["policy"]["groups"]) == {"free", "words"}
    assert set(data["policy"]["composites"]) == {"BOTH"}
    assert "a detail" not in json.dumps(data)


def test_a_policy_and_its_data_are_the_same() -> None:
    """What is left out of the data is what need not be said."""
    for policy in (POLICY, PACKAGED):
        assert policy_from_data(json.loads(json.dumps(policy_to_data(policy)))) == policy


def test_two_policies_are_told_apart_entry_by_entry() -> None:
    """By place, old value and new; None where an entry is not there."""
    changed = policy_to_data(POLICY)
    changed["symbols"]["MILD"]["points"] = 3.5
    changed["groups"]["free"]["cap"] = 9.0
    del changed["composites"]["AGAIN"]["any"]
    assert differences(POLICY, POLICY) == []
    assert differences(POLICY, policy_from_data(changed)) == [
        ("composites.AGAIN.any", ["CAPPED_ONE", "CAPPED_TWO"], None),
        ("groups.free.cap", None, 9.0),
        ("symbols.MILD.points", 2.0, 3.5),
    ]
