"""The policy at work: how signals are weighed, and what is concluded.

For each family, spam and abuse, `log_odds = prior + sum of contributions`, and the probability is
the logistic function of it. The packaged default is `policy.toml` beside this file; `rules` says
what a policy is made of, and `policy_file` reads it.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from service.core.policy_file import parse_policy
from service.core.rules import REFUSALS, Composite, Family, Policy, Rule
from service.core.signals import Signal
from service.core.states import VERDICTS, State

COMPOSITE_SPANS_MAX = 50
_ROUNDING = 1e-9
"""Sums that should be equal may differ by their last digits; a threshold must not depend on it."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One symbol's share of its family's log-odds; without a family it counts in no sum."""

    signal: Signal
    points: float
    sentence: str
    family: Family | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """A family's log-odds, the prior included, which is that of a comment with no evidence."""

    prior: float
    log_odds: float

    @property
    def probability(self) -> float:
        return probability(self.log_odds)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`contributions` add up to their family's `log_odds - prior`, the largest first.

    `shadowed` are the shares that symbols in shadow would have had, and `capped` the groups whose
    shares were scaled down.
    """

    state: State
    spam: Sum
    abuse: Sum
    contributions: tuple[Contribution, ...]
    policy_version: str
    shadowed: tuple[Contribution, ...] = ()
    capped: tuple[str, ...] = ()

    def sum_of(self, family: Family) -> Sum:
        return self.spam if family is Family.SPAM else self.abuse


def decide(signals: Iterable[Signal], policy: Policy) -> Verdict:
    """Weigh `signals` and conclude.

    Of several signals with one symbol the strongest counts. Where a group's sum exceeds its cap,
    its contributions are scaled down in proportion, so that contributions always add up; what takes
    off is scaled likewise to the group's floor. A symbol that the policy does not know is a fault
    of the set-up and holds the comment. The order of the signals makes no difference.
    """
    seen = _with_composites(_strongest(signals), policy)
    weighed = [(signal, policy.rule(signal.symbol)) for signal in seen]
    counted = [(signal, rule) for signal, rule in weighed if not rule.shadow]
    scales, capped = _scales(counted, policy)
    contributions = []
    for signal, rule in counted:
        points = rule.points_of(signal.strength)
        points *= scales.get((rule.group, points > 0), 1.0)
        contributions.append(Contribution(signal, points, rule.sentence, policy.family(rule)))
    contributions.sort(key=lambda one: (-one.points, one.signal.symbol))
    spam, abuse = (_sum(family, contributions, policy) for family in (Family.SPAM, Family.ABUSE))
    return Verdict(
        state=_conclude(
            (rule for _, rule in counted), {Family.SPAM: spam, Family.ABUSE: abuse}, policy
        ),
        spam=spam,
        abuse=abuse,
        contributions=tuple(contributions),
        policy_version=policy.version,
        shadowed=tuple(
            Contribution(
                signal, rule.points_of(signal.strength), rule.sentence, policy.family(rule)
            )
            for signal, rule in sorted(weighed, key=lambda one: one[0].symbol)
            if rule.shadow
        ),
        capped=capped,
    )


def probability(log_odds: float) -> float:
    """The logistic function, without overflow at either end."""
    if log_odds < 0:
        return math.exp(log_odds) / (1.0 + math.exp(log_odds))
    return 1.0 / (1.0 + math.exp(-log_odds))


def log_odds(probability: float) -> float:
    """The inverse of `probability`; infinite for 1."""
    return math.inf if probability >= 1.0 else math.log(probability / (1.0 - probability))


def most_severe(one: State, other: State) -> State:
    return max(one, other, key=VERDICTS.index)


def _strongest(signals: Iterable[Signal]) -> dict[str, Signal]:
    strongest: dict[str, Signal] = {}
    for signal in signals:
        known = strongest.get(signal.symbol)
        if known is None or signal.strength > known.strength:
            strongest[signal.symbol] = signal
    return strongest


def _with_composites(seen: dict[str, Signal], policy: Policy) -> Iterable[Signal]:
    """What was seen, and the composites that come of it.

    To a composite that counts, a symbol in shadow is not there.
    """
    if not policy.composites:
        return seen.values()
    counting = {symbol: signal for symbol, signal in seen.items() if not policy.rule(symbol).shadow}
    found = dict(seen)
    for symbol, composite in policy.composites.items():
        signal = _composed(composite, found if composite.rule.shadow else counting)
        if signal is not None:
            found[symbol] = signal
            if not composite.rule.shadow:
                counting[symbol] = signal
    return found.values()


def _composed(composite: Composite, seen: Mapping[str, Signal]) -> Signal | None:
    strengths = {part: seen[part].strength for part in composite.parts if part in seen}
    there = {part for part, strength in strengths.items() if strength > 0.0}
    alternatives = [part for part in composite.any_of if part in there]
    if (
        not there.issuperset(composite.all_of)
        or not there.isdisjoint(composite.none_of)
        or (composite.any_of and not alternatives)
    ):
        return None
    parts = [*composite.all_of, *alternatives]
    least = [strengths[part] for part in composite.all_of]
    if alternatives:
        least.append(max(strengths[part] for part in alternatives))
    spans = sorted({span for part in parts for span in seen[part].spans})
    return Signal(
        composite.rule.symbol,
        min(least),
        detail=" + ".join(parts),
        spans=tuple(spans[:COMPOSITE_SPANS_MAX]),
    )


def _scales(
    counted: Iterable[tuple[Signal, Rule]], policy: Policy
) -> tuple[Mapping[tuple[str, bool], float], tuple[str, ...]]:
    """By group and whether it adds: the factor that keeps to its cap or floor; and which bit."""
    shares: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for signal, rule in counted:
        points = rule.points_of(signal.strength)
        shares[rule.group, points > 0].append(points)
    scales = {}
    for (name, adds), some in shares.items():
        group = policy.groups.get(name)
        if group is None:
            continue
        limit = group.cap if adds else group.floor
        total = math.fsum(some)
        if abs(total) > abs(limit):
            scales[name, adds] = limit / total
    return scales, tuple(sorted({name for name, _ in scales}))


def _sum(family: Family, contributions: Iterable[Contribution], policy: Policy) -> Sum:
    prior = policy.priors[family]
    # Added without rounding in between, so that the order makes no difference.
    return Sum(prior, math.fsum([prior, *(c.points for c in contributions if c.family is family)]))


def _conclude(rules: Iterable[Rule], sums: Mapping[Family, Sum], policy: Policy) -> State:
    state = State.APPROVED
    for_a_person = False
    for rule in rules:
        for_a_person = for_a_person or rule.person
        if rule.at_least is not None:
            state = most_severe(state, rule.at_least)
    for family, total in sums.items():
        thresholds = policy.thresholds[family]
        if total.log_odds >= log_odds(thresholds.refused) - _ROUNDING:
            state = most_severe(state, REFUSALS[family])
        elif total.log_odds >= log_odds(thresholds.held) - _ROUNDING:
            state = most_severe(state, State.HELD)
    # What only a person should answer is not refused by a program, whatever else was seen.
    return State.HELD if for_a_person and state in REFUSALS.values() else state


def packaged_text() -> str:
    return resources.files("service.core").joinpath("policy.toml").read_text("utf-8")


@lru_cache(maxsize=1)
def packaged_policy() -> Policy:
    return parse_policy(packaged_text())
