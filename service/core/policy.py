"""The policy: how signals are weighed, and where the lines between the verdicts are drawn.

The packaged default is `policy.toml` beside this file. A site may give single symbols another
weight (`SiteSettings.weights`); everything else is the same for all.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from service.core.errors import InvalidPolicy
from service.core.signals import Signal
from service.core.states import VERDICTS, State


@dataclass(frozen=True, slots=True)
class Rule:
    """How the policy treats one symbol.

    A signal contributes `points * strength` to the score, within its group's cap. `at_least` is a
    verdict that the symbol brings about whatever the score is.
    """

    symbol: str
    points: float
    group: str
    sentence: str
    at_least: State | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds are scores: from `hold_at` a comment is held, from `spam_at` it is spam."""

    version: str
    hold_at: float
    spam_at: float
    caps: Mapping[str, float]
    rules: Mapping[str, Rule]

    def reweighted(self, weights: Mapping[str, float]) -> "Policy":
        """The same policy with other points for some symbols; a symbol it lacks is refused.

        A cap gives way to a single symbol's points, so that a site's wish has its full effect.
        """
        if not weights:
            return self
        unknown = sorted(set(weights) - set(self.rules))
        if unknown:
            raise InvalidPolicy(f"the policy knows no symbol {', '.join(unknown)}")
        changed = {
            name: replace(self.rules[name], points=points) for name, points in weights.items()
        }
        caps = dict(self.caps)
        for rule in changed.values():
            if rule.group in caps:
                caps[rule.group] = max(caps[rule.group], rule.points)
        return replace(
            self, version=f"{self.version}+site", caps=caps, rules={**self.rules, **changed}
        )


@dataclass(frozen=True, slots=True)
class Contribution:
    """One symbol's share of the score; the shares of a verdict sum to its score."""

    signal: Signal
    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    score: float
    contributions: tuple[Contribution, ...]
    policy_version: str


def decide(signals: Iterable[Signal], policy: Policy) -> Verdict:
    """Weigh `signals` and conclude.

    Of several signals with one symbol the strongest counts. Where a group's sum exceeds its cap,
    its contributions are scaled down in proportion, so that contributions always sum to the score.
    A symbol that the policy does not know is a fault of the set-up and holds the comment.
    """
    strongest: dict[str, Signal] = {}
    for signal in signals:
        known = strongest.get(signal.symbol)
        if known is None or signal.strength > known.strength:
            strongest[signal.symbol] = signal

    state = State.APPROVED
    raw: list[tuple[Signal, Rule]] = []
    sums: dict[str, float] = defaultdict(float)
    for signal in strongest.values():
        rule = policy.rules.get(signal.symbol) or _unknown(signal.symbol)
        raw.append((signal, rule))
        sums[rule.group] += rule.points * signal.strength
        if rule.at_least is not None:
            state = most_severe(state, rule.at_least)

    contributions = tuple(
        Contribution(
            signal, rule.points * signal.strength * _scale(rule.group, sums, policy), rule.sentence
        )
        for signal, rule in raw
    )
    contributions = tuple(sorted(contributions, key=lambda one: -one.points))
    score = sum(one.points for one in contributions)
    if score >= policy.spam_at:
        state = most_severe(state, State.SPAM)
    elif score >= policy.hold_at:
        state = most_severe(state, State.HELD)
    return Verdict(state, score, contributions, policy.version)


def most_severe(one: State, other: State) -> State:
    return max(one, other, key=VERDICTS.index)


def _scale(group: str, sums: Mapping[str, float], policy: Policy) -> float:
    cap = policy.caps.get(group)
    return cap / sums[group] if cap is not None and sums[group] > cap else 1.0


def _unknown(symbol: str) -> Rule:
    return Rule(
        symbol, 0.0, "faults", "A check reported something this policy does not know.", State.HELD
    )


def parse_policy(text: str) -> Policy:
    """Read a policy from TOML. Raises `InvalidPolicy` with the place of the fault."""
    try:
        data = tomllib.loads(text)
        rules = {
            name: Rule(
                symbol=name,
                points=float(entry["points"]),
                group=entry["group"],
                sentence=entry["sentence"],
                at_least=State(entry["at_least"]) if "at_least" in entry else None,
            )
            for name, entry in data["symbols"].items()
        }
        policy = Policy(
            version=str(data["version"]),
            hold_at=float(data["thresholds"]["hold_at"]),
            spam_at=float(data["thresholds"]["spam_at"]),
            caps={name: float(cap) for name, cap in data.get("caps", {}).items()},
            rules=rules,
        )
    except KeyError as error:
        raise InvalidPolicy(f"the policy lacks {error.args[0]!r}") from None
    except (TypeError, ValueError) as error:
        raise InvalidPolicy(f"the policy cannot be read: {error}") from None
    for rule in rules.values():
        if rule.at_least is not None and rule.at_least not in VERDICTS:
            raise InvalidPolicy(f"{rule.symbol}: at_least must be a verdict")
    if not policy.hold_at <= policy.spam_at:
        raise InvalidPolicy("thresholds must rise: hold_at <= spam_at")
    return policy


@lru_cache(maxsize=1)
def packaged_policy() -> Policy:
    return parse_policy(resources.files("service.core").joinpath("policy.toml").read_text("utf-8"))
