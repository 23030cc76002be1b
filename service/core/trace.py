"""The trace of a verdict: what was seen, weighed by which rules, on what, and with what result.

It is enough to reach the same verdict again without the policy of the day, which may have changed.
The signals themselves are kept beside it, and handed in when it is read back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.core.policy import Verdict, decide
from service.core.policy_data import policy_to_data, restricted
from service.core.policy_file import policy_from_data
from service.core.rules import Family, Policy
from service.core.signals import Signal
from service.core.states import State


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a site's draft policy concluded from the same signals; no `state` where it agreed."""

    policy_version: str
    state: State | None = None
    log_odds: Mapping[Family, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """`policy` is the part of the policy that counted, composites that were added included.

    `signals` are what checks reported, of each symbol the strongest. `input_hash` is a keyed hash
    of text, name and web site in hexadecimal: it proves what was looked at and tells nobody what
    that was. `versions` are those of the parts that looked. `log_odds` and `capped` are the result.
    """

    policy: Policy
    signals: tuple[Signal, ...]
    log_odds: Mapping[Family, float]
    capped: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    input_hash: str = ""
    shadow: Shadow | None = None


def trace_of(
    verdict: Verdict, policy: Policy, *, versions: Mapping[str, str], input_hash: str
) -> Trace:
    """The trace of a verdict that this policy came to."""
    seen = [part.signal for part in (*verdict.contributions, *verdict.shadowed)]
    return Trace(
        policy=restricted(policy, [signal.symbol for signal in seen]),
        signals=_reported(seen, policy),
        log_odds={family: verdict.sum_of(family).log_odds for family in Family},
        capped=verdict.capped,
        versions=dict(versions),
        input_hash=input_hash,
    )


def shadow_of(draft: Verdict, verdict: Verdict) -> Shadow:
    if draft.state is verdict.state:
        return Shadow(draft.policy_version)
    sums = {family: draft.sum_of(family).log_odds for family in Family}
    return Shadow(draft.policy_version, draft.state, sums)


def recompute(trace: Trace) -> Verdict:
    """The verdict that the trace leads to; it equals the one that was recorded."""
    return decide(trace.signals, trace.policy)


def trace_to_data(trace: Trace) -> dict[str, Any]:
    """Plain data without the signals."""
    data: dict[str, Any] = {
        "policy": policy_to_data(trace.policy),
        "log_odds": _log_odds_to_data(trace.log_odds),
        "capped": list(trace.capped),
        "versions": dict(trace.versions),
        "input": trace.input_hash,
    }
    shadow = trace.shadow
    if shadow is not None:
        data["shadow"] = {"version": shadow.policy_version}
        if shadow.state is not None:
            data["shadow"] |= {
                "state": shadow.state.value,
                "log_odds": _log_odds_to_data(shadow.log_odds),
            }
    return data


def trace_from_data(data: Mapping[str, Any], signals: Iterable[Signal]) -> Trace:
    """A trace as stored; `signals` are those recorded with it, composites among them or not."""
    policy = policy_from_data(data["policy"], complete=False)
    return Trace(
        policy=policy,
        signals=_reported(signals, policy),
        log_odds=_log_odds_from_data(data["log_odds"]),
        capped=tuple(data["capped"]),
        versions=data["versions"],
        input_hash=data["input"],
        shadow=_shadow_from_data(data["shadow"]) if "shadow" in data else None,
    )


def _shadow_from_data(data: Mapping[str, Any]) -> Shadow:
    if "state" not in data:
        return Shadow(data["version"])
    return Shadow(data["version"], State(data["state"]), _log_odds_from_data(data["log_odds"]))


def _log_odds_to_data(log_odds: Mapping[Family, float]) -> dict[str, float]:
    return {family.value: value for family, value in log_odds.items()}


def _log_odds_from_data(data: Mapping[str, float]) -> Mapping[Family, float]:
    return {Family(name): value for name, value in data.items()}


def _reported(signals: Iterable[Signal], policy: Policy) -> tuple[Signal, ...]:
    found = (one for one in signals if one.symbol not in policy.composites)
    return tuple(sorted(found, key=lambda one: one.symbol))
