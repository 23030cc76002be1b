"""Reads a policy from TOML, strictly: every fault is named with its place, nothing is guessed.

`policy.toml` beside this file says what the entries mean.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from service.core.errors import InvalidPolicy
from service.core.rules import REFUSALS, Composite, Family, Group, Policy, Rule, Thresholds
from service.core.states import VERDICTS, State

TEXT_MAX_CHARS = 200_000
POINTS_MAX = 100.0
PRIOR_MAX = 20.0
SENTENCE_MAX_CHARS = 300
PARTS_MAX = 32
_SYMBOL = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_GROUP = re.compile(r"[a-z][a-z0-9_]{0,31}")
_VERSION = re.compile(r"[A-Za-z0-9.+_-]{1,32}")
_MISSING = object()
_Names = TypeVar("_Names", bound=StrEnum)


def parse_policy(text: str) -> Policy:
    """Read a policy. Raises `InvalidPolicy` that names every fault and where it is."""
    return policy_from_data(read_toml(text))


def read_toml(text: str) -> dict[str, Any]:
    if len(text) > TEXT_MAX_CHARS:
        raise InvalidPolicy(f"the policy is longer than {TEXT_MAX_CHARS:,} characters")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPolicy(f"the policy is not TOML: {error}") from None


def policy_from_data(data: Mapping[str, Any], *, complete: bool = True) -> Policy:
    """A policy from what its TOML holds; in a part of one, composites may name what is absent."""
    faults: list[str] = []
    top = _Table(data, "", faults)
    version = top.text("version", pattern=_VERSION)
    priors = top.table("priors")
    thresholds = top.table("thresholds")
    groups = {
        name: _group(name, table) for name, table in top.tables("groups", _GROUP, required=True)
    }
    rules = {
        name: _rule(name, table, groups)
        for name, table in top.tables("symbols", _SYMBOL, required=True)
    }
    composites = {
        name: _composite(name, table, groups) for name, table in top.tables("composites", _SYMBOL)
    }
    policy = Policy(
        version=version,
        priors={family: priors.number(family, -PRIOR_MAX, PRIOR_MAX) for family in Family},
        thresholds={family: _thresholds(family, thresholds.table(family)) for family in Family},
        groups=groups,
        rules=rules,
        composites=_ordered(composites, faults),
    )
    if complete:
        faults += _unfounded(policy)
    for table in (top, priors, thresholds):
        table.done()
    if faults:
        raise InvalidPolicy("; ".join(faults))
    return policy


def _thresholds(family: Family, table: "_Table") -> Thresholds:
    held = table.number("held", 0.0, 1.0)
    refused = table.number(REFUSALS[family], 0.0, 1.0)
    if held <= 0.0 or held > refused:
        table.fault(f"must rise: 0 < held <= {REFUSALS[family]}")
    table.done()
    return Thresholds(held, refused)


def _group(name: str, table: "_Table") -> Group:
    group = Group(
        name=name,
        family=table.choice("family", Family),
        cap=table.number("cap", 0.0, POINTS_MAX, default=math.inf),
        floor=table.number("floor", -POINTS_MAX, 0.0, default=0.0),
    )
    table.done()
    return group


def _rule(name: str, table: "_Table", groups: Mapping[str, Group], *, last: bool = True) -> Rule:
    rule = Rule(
        symbol=name,
        points=table.number("points", -POINTS_MAX, POINTS_MAX),
        group=table.text("group", pattern=_GROUP),
        sentence=table.text("sentence"),
        at_least=table.choice("at_least", State),
        points_at_zero=table.number("points_at_zero", -POINTS_MAX, POINTS_MAX, default=0.0),
        shadow=table.flag("shadow"),
        person=table.flag("person"),
    )
    if last:
        table.done()
    if rule.at_least is not None and rule.at_least not in VERDICTS:
        table.fault("at_least must be a verdict")
    group = groups.get(rule.group)
    if group is None:
        table.fault(f"there is no group {rule.group}")
    elif group.family is None and (rule.points or rule.points_at_zero):
        table.fault(f"a symbol of the group {group.name}, which is of no family, has no points")
    elif min(rule.points, rule.points_at_zero) < 0.0 and not group.floor:
        table.fault(f"points below 0 need a group with a floor, and {group.name} has none")
    return rule


def _composite(name: str, table: "_Table", groups: Mapping[str, Group]) -> Composite:
    composite = Composite(
        rule=_rule(name, table, groups, last=False),
        all_of=table.names("all"),
        any_of=table.names("any"),
        none_of=table.names("none"),
    )
    table.done()
    if not composite.all_of and not composite.any_of:
        table.fault("all or any must name a symbol")
    return composite


def _unfounded(policy: Policy) -> Iterable[str]:
    for name, composite in policy.composites.items():
        if name in policy.rules:
            yield f"composites.{name}: there is a symbol of this name"
        for part in composite.parts:
            if not policy.knows(part):
                yield f"composites.{name}: the policy knows no symbol {part}"


def _ordered(composites: Mapping[str, Composite], faults: list[str]) -> Mapping[str, Composite]:
    """Each after those it is made of."""
    made_of = {
        name: sorted(set(composites) & set(composite.parts))
        for name, composite in composites.items()
    }
    try:
        order = list(TopologicalSorter(made_of).static_order())
    except CycleError as error:
        faults.append(f"composites: a circle, {' -> '.join(reversed(error.args[1]))}")
        return composites
    return {name: composites[name] for name in order}


class _Table:
    """A table being read: takes entries by type and bounds, notes every fault with its place."""

    def __init__(self, data: Any, place: str, faults: list[str]) -> None:
        self._place = place
        self._faults = faults
        self._left = dict(data) if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.fault("must be a table")

    def fault(self, what: str, key: str = "") -> None:
        self._faults.append(f"{self._at(key) or 'the policy'}: {what}")

    def number(
        self, key: str, lowest: float, highest: float, *, default: float | None = None
    ) -> float:
        value = self._take(key, required=default is None)
        if value is _MISSING:
            return default if default is not None else math.nan
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault("must be a number", key)
        elif not lowest <= value <= highest:
            self.fault(f"must be from {lowest:g} to {highest:g}", key)
        else:
            return float(value)
        return math.nan

    def text(self, key: str, *, pattern: re.Pattern[str] | None = None) -> str:
        value = self._take(key, required=True)
        if value is _MISSING:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault("must be text", key)
        elif pattern is not None and not pattern.fullmatch(value):
            self.fault(f"must look like {pattern.pattern}", key)
        elif len(value) > SENTENCE_MAX_CHARS or not value.isprintable():
            self.fault(f"must be one line of at most {SENTENCE_MAX_CHARS} characters", key)
        else:
            return value
        return ""

    def flag(self, key: str) -> bool:
        value = self._take(key)
        if value is not _MISSING and not isinstance(value, bool):
            self.fault("must be true or false", key)
        return value is True

    def choice(self, key: str, names: type[_Names]) -> _Names | None:
        value = self._take(key)
        if value is _MISSING:
            return None
        if value in list(names):
            return names(value)
        self.fault(f"must be one of {', '.join(names)}", key)
        return None

    def names(self, key: str) -> tuple[str, ...]:
        value = self._take(key)
        if value is _MISSING:
            return ()
        if (
            not isinstance(value, list)
            or not 0 < len(value) <= PARTS_MAX
            or not all(isinstance(one, str) for one in value)
        ):
            self.fault(f"must list 1 to {PARTS_MAX} symbols", key)
            return ()
        return tuple(dict.fromkeys(value))

    def table(self, key: str) -> "_Table":
        value = self._take(key, required=True)
        return _Table({} if value is _MISSING else value, self._at(key), self._faults)

    def tables(
        self, key: str, pattern: re.Pattern[str], *, required: bool = False
    ) -> Iterable[tuple[str, "_Table"]]:
        """The tables in a table, each with its name."""
        value = self._take(key, required=required)
        if value is _MISSING:
            return
        outer = _Table(value, self._at(key), self._faults)
        for name, inner in outer._left.items():
            if pattern.fullmatch(name):
                yield name, _Table(inner, outer._at(name), self._faults)
            else:
                outer.fault(f"the name {name!r} must look like {pattern.pattern}")

    def done(self) -> None:
        for key in self._left:
            self.fault("is not known here", key)

    def _take(self, key: str, *, required: bool = False) -> Any:
        if required and key not in self._left:
            self.fault("is missing", key)
        return self._left.pop(key, _MISSING)

    def _at(self, key: str) -> str:
        return ".".join(filter(None, (self._place, key)))
