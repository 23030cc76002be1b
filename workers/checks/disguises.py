"""Words hidden from programs: letters replaced, set apart, or taken from other alphabets."""

from collections import Counter
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX, Disguise

FULL_WORDS = 4
"""One word may be a joke or a slip; from this many on it is meant."""

_WEAKEST = 0.25
_NAMES = {
    "stand-in": "digits or signs for letters",
    "apart": "letters set apart",
    "fancy": "fancy alphabets",
    "entity": "letters as entities",
}


def check_disguises(material: Material) -> Iterable[Signal]:
    found = [*material.text.disguises]
    named = [*material.name.disguises]
    hidden = [one for one in found if one.kind in _NAMES]
    hidden_in_name = [one for one in named if one.kind in _NAMES and one.kind != "fancy"]
    if hidden or hidden_in_name:
        yield Signal(
            "OBFUSCATED_WORDS",
            _rising(len(hidden) + len(hidden_in_name)),
            _detail(hidden, named=bool(hidden_in_name)),
            _spans(hidden),
        )
    mixed = [one for one in found if one.kind == "look-alike"]
    mixed_in_name = [one for one in named if one.kind == "look-alike"]
    if mixed or mixed_in_name:
        count = len(mixed) + len(mixed_in_name)
        detail = "1 word" if count == 1 else f"{count} words"
        yield Signal(
            "MIXED_SCRIPT_WORD",
            _rising(count),
            f"{detail}, in the name" if mixed_in_name else detail,
            _spans(mixed),
        )


def _rising(count: int) -> float:
    return min(_WEAKEST + (1 - _WEAKEST) * (count - 1) / (FULL_WORDS - 1), 1.0)


def _detail(found: list[Disguise], *, named: bool) -> str:
    counts = Counter(_NAMES[one.kind] for one in found)
    parts = [f"{count} with {name}" for name, count in sorted(counts.items())]
    return ", ".join([*parts, "in the name"] if named else parts)


def _spans(found: list[Disguise]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({(one.start, one.end) for one in found}))[:SPANS_MAX]
