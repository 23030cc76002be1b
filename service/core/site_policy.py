"""A site's own policy: a text in TOML, kept in versions, that names what differs from the packaged.

What a site may not do: touch the symbols of faults, which hold; let anything take points off that
the packaged policy does not trust with it; or name symbols that no check reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.core.errors import InvalidPolicy
from service.core.policy_data import policy_to_data
from service.core.policy_file import policy_from_data, read_toml
from service.core.rules import FAULTS, Policy

_PARTS = ("priors", "thresholds", "groups", "symbols", "composites")
_OF_SYMBOLS = frozenset({"points", "points_at_zero", "sentence", "at_least", "shadow", "person"})
_OF_GROUPS = frozenset({"cap", "floor"})
NOTE_MAX_CHARS = 200


class PolicyKind(StrEnum):
    """A policy that is in force, or a draft whose verdicts are only written down beside its."""

    LIVE = "live"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """One version, for good. The highest of its kind is in force; without `text` it means none.

    Versions count up from 1 over both kinds.
    """

    site_id: str
    version: int
    kind: PolicyKind
    text: str | None
    note: str
    created_at: datetime

    def over(self, packaged: Policy) -> Policy | None:
        """What holds for the site. Raises `InvalidPolicy` where the two do not fit (any more)."""
        if self.text is None:
            return None
        return laid_over(packaged, self.text, version=f"{packaged.version}+{self.version}")


def laid_over(packaged: Policy, text: str, *, version: str) -> Policy:
    """The packaged policy with a site's changes. Raises `InvalidPolicy` that names every fault.

    A cap gives way to points that the site itself gives, unless the site names the cap too, so that
    its wish has its full effect.
    """
    return laid_over_data(packaged, read_toml(text), version=version)


def laid_over_data(packaged: Policy, own: Mapping[str, Any], *, version: str) -> Policy:
    """`laid_over` for what a text in TOML holds."""
    faults = _misshapen(own) or _faults(packaged, own)
    if faults:
        raise InvalidPolicy("; ".join(faults))
    data = _merged(policy_to_data(packaged), own)
    for name, entry in own.get("symbols", {}).items():
        group = data["symbols"][name]["group"]
        points = entry.get("points")
        named = "cap" in own.get("groups", {}).get(group, {})
        if isinstance(points, int | float) and not named and "cap" in data["groups"][group]:
            data["groups"][group]["cap"] = max(data["groups"][group]["cap"], points)
    return policy_from_data({**data, "version": version})


def _misshapen(own: Mapping[str, Any]) -> list[str]:
    faults = [f"{key}: is not known here" for key in own if key not in _PARTS]
    faults += [
        f"{key}: must be a table" for key in _PARTS if not isinstance(own.get(key, {}), dict)
    ]
    faults += [
        f"{place}: must be a table"
        for key in ("groups", "symbols", "composites")
        for place, entry in _entries(own, key)
        if not isinstance(entry, dict)
    ]
    return faults


def _faults(packaged: Policy, own: Mapping[str, Any]) -> list[str]:
    """What a site may not say at all; whether the values make sense is seen when all is read."""
    faults = []
    for place, entry in _entries(own, "symbols"):
        name = place.partition(".")[2]
        rule = packaged.rules.get(name)
        if rule is None:
            faults.append(f"{place}: no check reports this symbol")
        elif rule.group == FAULTS:
            faults.append(f"{place}: what goes wrong always holds")
        faults += [
            f"{place}.{key}: is not a site's to say" for key in entry if key not in _OF_SYMBOLS
        ]
    for place, entry in _entries(own, "groups"):
        group = packaged.groups.get(place.partition(".")[2])
        if group is not None:
            faults += [
                f"{place}.{key}: is not a site's to say" for key in entry if key not in _OF_GROUPS
            ]
        if "floor" in entry and (group is None or not group.floor):
            faults.append(f"{place}.floor: nothing in this group may take points off")
    for place, entry in _entries(own, "composites"):
        points = (entry.get("points"), entry.get("points_at_zero"))
        if any(isinstance(one, int | float) and one < 0 for one in points):
            faults.append(f"{place}: a site's composite may not take points off")
    return faults


def _entries(own: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    table = own.get(key, {})
    return (
        [(f"{key}.{name}", one) for name, one in table.items()] if isinstance(table, dict) else []
    )


def _merged(data: Any, own: Any) -> Any:
    if not isinstance(data, Mapping) or not isinstance(own, Mapping):
        return own
    return {**data, **{key: _merged(data.get(key), value) for key, value in own.items()}}
