"""What a policy is made of: families, groups, rules for symbols, composites, thresholds.

`policy_file` reads them from TOML, `policy` applies them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.core.states import State

FAULTS = "faults"
"""The group of what went wrong: its symbols hold, and no site's policy may change that."""


_UNKNOWN = "A check reported something this policy does not know."


class Family(StrEnum):
    """What a comment may be, apart from fine; each has a probability of its own."""

    SPAM = "spam"
    ABUSE = "abuse"


REFUSALS: Mapping[Family, State] = {Family.SPAM: State.SPAM, Family.ABUSE: State.REJECTED}
"""The verdict where a family is as good as certain; below that a person decides."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities, `0 < held <= refused <= 1`, from which on a family brings a verdict about.

    1 stands for never: no sum of evidence is certainty.
    """

    held: float
    refused: float


@dataclass(frozen=True, slots=True)
class Group:
    """Symbols that say much the same: together they add at most `cap` and take off at most `floor`.

    Both are log-odds. `floor` is 0 or below; only a group with one has symbols that take off.
    Evidence of a group without `family` counts in no sum.
    """

    name: str
    family: Family | None
    cap: float = math.inf
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """How the policy treats one symbol.

    A signal contributes between `points_at_zero` (strength 0) and `points` (strength 1) to its
    family's log-odds, in proportion, within its group's cap and floor. `at_least` is a verdict that
    the symbol brings about whatever the sums are. Where one for a `person` was seen no verdict goes
    beyond held, so that nothing is refused unread. In `shadow` it is recorded and counts nothing.
    """

    symbol: str
    points: float
    group: str
    sentence: str
    at_least: State | None = None
    points_at_zero: float = 0.0
    shadow: bool = False
    person: bool = False

    def points_of(self, strength: float) -> float:
        return self.points_at_zero + (self.points - self.points_at_zero) * strength


@dataclass(frozen=True, slots=True)
class Composite:
    """A symbol that the policy adds itself where others meet.

    It is there when every symbol of `all_of`, one of `any_of` (if there are any) and none of
    `none_of` was seen, as strong as the weakest of `all_of` and the strongest of `any_of`.
    """

    rule: Rule
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        return (*self.all_of, *self.any_of, *self.none_of)


@dataclass(frozen=True, slots=True)
class Policy:
    """`rules` are of what checks report. `composites` stand in an order in which each comes after
    those it is made of.
    """

    version: str
    priors: Mapping[Family, float]
    thresholds: Mapping[Family, Thresholds]
    groups: Mapping[str, Group]
    rules: Mapping[str, Rule]
    composites: Mapping[str, Composite]

    def __hash__(self) -> int:
        # Its tables have none. Two of one version are seldom different.
        return hash(self.version)

    def rule(self, symbol: str) -> Rule:
        """A symbol that the policy does not know is a fault of the set-up, which holds."""
        composite = self.composites.get(symbol)
        found = composite.rule if composite is not None else self.rules.get(symbol)
        return found if found is not None else Rule(symbol, 0.0, FAULTS, _UNKNOWN, State.HELD)

    def knows(self, symbol: str) -> bool:
        return symbol in self.rules or symbol in self.composites

    def family(self, rule: Rule) -> Family | None:
        group = self.groups.get(rule.group)
        return group.family if group is not None else None
