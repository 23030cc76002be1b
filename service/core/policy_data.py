"""A policy as plain data, in the shape of its TOML: for records, and to tell two policies apart."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from service.core.rules import REFUSALS, Composite, Group, Policy, Rule


def policy_to_data(policy: Policy) -> dict[str, Any]:
    """What `policy_file.policy_from_data` reads back as the same policy."""
    return {
        "version": policy.version,
        "priors": {family.value: prior for family, prior in policy.priors.items()},
        "thresholds": {
            family.value: {"held": one.held, REFUSALS[family].value: one.refused}
            for family, one in policy.thresholds.items()
        },
        "groups": {name: _group(group) for name, group in policy.groups.items()},
        "symbols": {name: _rule(rule) for name, rule in policy.rules.items()},
        "composites": {name: _composite(one) for name, one in policy.composites.items()},
    }


def restricted(policy: Policy, symbols: Iterable[str]) -> Policy:
    """The part of a policy that these symbols need, composites that were added among them."""
    rules = {name: policy.rules[name] for name in sorted(symbols) if name in policy.rules}
    composites = {name: one for name, one in policy.composites.items() if name in set(symbols)}
    used = [*rules.values(), *(one.rule for one in composites.values())]
    groups = {name: policy.groups[name] for name in sorted({rule.group for rule in used})}
    return Policy(policy.version, policy.priors, policy.thresholds, groups, rules, composites)


def differences(before: Policy, after: Policy) -> list[tuple[str, Any, Any]]:
    """Each entry that is not the same, by its place, with both values; None where there is none."""
    old, new = (dict(_entries(policy_to_data(one))) for one in (before, after))
    places = sorted({*old, *new} - {"version"})
    return [
        (place, old.get(place), new.get(place))
        for place in places
        if old.get(place) != new.get(place)
    ]


def _entries(data: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _entries(value, f"{place}{key}.")
        else:
            yield f"{place}{key}", value


def _group(group: Group) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if group.family is not None:
        data["family"] = group.family.value
    if group.cap != math.inf:
        data["cap"] = group.cap
    if group.floor:
        data["floor"] = group.floor
    return data


def _rule(rule: Rule) -> dict[str, Any]:
    data: dict[str, Any] = {"points": rule.points, "group": rule.group, "sentence": rule.sentence}
    if rule.at_least is not None:
        data["at_least"] = rule.at_least.value
    if rule.points_at_zero:
        data["points_at_zero"] = rule.points_at_zero
    if rule.shadow:
        data["shadow"] = True
    if rule.person:
        data["person"] = True
    return data


def _composite(composite: Composite) -> dict[str, Any]:
    data = _rule(composite.rule)
    for key, parts in (
        ("all", composite.all_of),
        ("any", composite.any_of),
        ("none", composite.none_of),
    ):
        if parts:
            data[key] = list(parts)
    return data
