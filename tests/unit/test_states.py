"""The states of a comment: one table says which may follow which."""

import pytest

from service.core.states import TRANSITIONS, VERDICTS, State, may_follow

P, A, H, S, R, D, E = (
    State.PENDING,
    State.APPROVED,
    State.HELD,
    State.SPAM,
    State.REJECTED,
    State.DELETED,
    State.ERASED,
)


@pytest.mark.parametrize(
    ("state", "followers"),
    [
        (P, {A, H, S, R, D, E}),
        (H, {A, S, R, D, E}),
        (A, {H, S, R, D, E}),
        (S, {A, H, R, D, E}),
        (R, {A, H, S, D, E}),
        (D, {P, A, H, S, R, E}),
        (E, set()),
    ],
)
def test_each_state_leads_where_the_design_says(state, followers) -> None:
    """Every pair of states, allowed or not."""
    assert {other for other in State if may_follow(state, other)} == followers


def test_every_state_has_its_row_and_none_follows_itself() -> None:
    """A transition is a change; a state without a row would be a trap."""
    assert set(TRANSITIONS) == set(State)
    assert not any(may_follow(state, state) for state in State)


def test_nothing_but_a_restoration_leads_back_to_pending() -> None:
    """A decided comment is never screened again behind a moderator's back."""
    assert {state for state in State if may_follow(state, P)} == {D}


def test_erased_is_final_and_reachable_from_everywhere() -> None:
    """Erasure is a right: no state stands in its way, and nothing undoes it."""
    assert TRANSITIONS[E] == frozenset()
    assert all(may_follow(state, E) for state in State if state is not E)


def test_verdicts_are_ordered_from_mild_to_severe() -> None:
    """`policy.most_severe` relies on this order."""
    assert VERDICTS == (A, H, S, R)
