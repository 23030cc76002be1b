"""The states of a comment and the one table that says which may follow which."""

from enum import StrEnum


class State(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    HELD = "held"
    SPAM = "spam"
    REJECTED = "rejected"
    DELETED = "deleted"
    ERASED = "erased"


VERDICTS = (State.APPROVED, State.HELD, State.SPAM, State.REJECTED)
"""What screening may conclude, mildest first; `policy.decide` takes the most severe."""

_DECIDED = frozenset(VERDICTS)

TRANSITIONS: dict[State, frozenset[State]] = {
    State.PENDING: _DECIDED | {State.DELETED, State.ERASED},
    State.HELD: frozenset(
        {State.APPROVED, State.SPAM, State.REJECTED, State.DELETED, State.ERASED}
    ),
    **{
        state: (_DECIDED - {state}) | {State.DELETED, State.ERASED}
        for state in (State.APPROVED, State.SPAM, State.REJECTED)
    },
    State.DELETED: frozenset({State.PENDING, *VERDICTS, State.ERASED}),
    State.ERASED: frozenset(),
}
"""From each state, the states that a decision, a restoration or an erasure may lead to."""


def may_lead_back(current: State, target: State) -> bool:
    """Whether undoing a decision may lead from `current` to `target`; nothing undoes an erasure."""
    return State.ERASED not in {current, target} and may_follow(target, current)


def may_follow(current: State, target: State) -> bool:
    return target in TRANSITIONS[current]
