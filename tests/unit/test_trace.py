"""The trace: a recorded verdict can be reached again, without the policy of its day."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from test_policy import PACKAGED, POLICY

from service.core.policy import decide
from service.core.policy_data import differences, policy_to_data
from service.core.policy_file import policy_from_data
from service.core.rules import Family
from service.core.signals import Signal
from service.core.states import State
from service.core.trace import (
    Shadow,
    recompute,
    shadow_of,
    trace_from_data,
    trace_of,
    trace_to_data,
)


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
    st.sampled_from([None, POLICY, PACKAGED]),
    st.randoms(),
)
def test_a_verdict_is_reached_again_from_its_trace(given_, draft, random) -> None:
    """To the last digit, with every share and its evidence, after a way through JSON."""
    policy, signals = given_
    verdict = decide(signals, policy)
    trace = trace_of(verdict, policy, versions={"model": "3"}, input_hash="ab")
    if draft is not None:
        trace = replace(trace, shadow=shadow_of(decide(signals, draft), verdict))
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


def test_a_draft_is_recorded_in_full_only_where_it_disagrees() -> None:
    """Where it agrees, that it was asked is enough."""
    draft = replace(POLICY, version="8", priors={Family.SPAM: 0.0, Family.ABUSE: -3.0})
    shadow = shadow_of(decide([], draft), decide([], POLICY))
    assert shadow == Shadow("8", State.HELD, {Family.SPAM: 0.0, Family.ABUSE: -3.0})
    assert shadow_of(decide([], draft), decide([], draft)) == Shadow("8")


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
