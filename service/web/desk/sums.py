"""The arithmetic of a verdict as moderators read it: a sum for each family, and it adds up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.core.policy import Contribution, probability
from service.core.rules import REFUSALS, Family, Policy
from service.core.states import State
from service.web.desk.evidence import visible

SMALL_TENTHS = 6
"""Below so many tenths of a point a reason decides nothing; several such stand together."""

SMALL_MIN = 2

_TENTHS = 10
_PERCENT = 100
_LEAST_PERCENT = 0.1


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a sum. `by_itself` is the verdict that its symbol brings about alone; `strength`
    is empty for what was seen in full.
    """

    symbol: str
    sentence: str
    detail: Markup
    points: str
    by_itself: State | None
    strength: str = ""


@dataclass(frozen=True, slots=True)
class ShownSum:
    """A family's log-odds from the prior on, and where its thresholds lie.

    `small` are reasons that weigh little, `small_total` what they weigh together; all adds up.
    `is_over` tells whether it brings a verdict about, or one of its reasons does; `level` is its
    probability and `held_level` the threshold of holding, in per cent.
    """

    family: Family
    prior: str
    reasons: tuple[Reason, ...]
    small: tuple[Reason, ...]
    small_total: str
    total: str
    probability: str
    held: str
    refused: str
    refusal: State
    is_over: bool
    level: int
    held_level: int


def shown_sums(parts: Sequence[Contribution], policy: Policy) -> tuple[ShownSum, ...]:
    """One for each family of which something was seen."""
    found = ((family, [part for part in parts if part.family is family]) for family in Family)
    return tuple(_shown_sum(family, some, policy) for family, some in found if some)


def reasons_apart(parts: Iterable[Contribution], policy: Policy) -> tuple[Reason, ...]:
    """What counts in no sum: what a site asked for, and what went wrong."""
    return tuple(_reason(part, "", policy) for part in parts if part.family is None)


def reasons_in_shadow(parts: Iterable[Contribution], policy: Policy) -> tuple[Reason, ...]:
    """What was seen and does not count yet, with the points that it would have."""
    return tuple(_reason(part, tenths([part.points])[1], policy) for part in parts)


def tenths(points: Sequence[float]) -> tuple[list[str], str]:
    """Points and their sum, each to one decimal, such that what is shown adds up.

    Largest remainders: all are rounded down, and those that lose most get the missing tenths.
    """
    shown, total = _in_tenths(points)
    return [_decimal(one) for one in shown], _decimal(total)


def _in_tenths(points: Sequence[float]) -> tuple[list[int], int]:
    total = round(sum(points) * _TENTHS)
    shown = [int(one * _TENTHS // 1) for one in points]
    by_loss = sorted(range(len(points)), key=lambda i: shown[i] - points[i] * _TENTHS)
    for i in by_loss[: total - sum(shown)]:
        shown[i] += 1
    return shown, total


def percent(value: float) -> str:
    """A probability; nothing is ever shown as certain."""
    hundredths = value * _PERCENT
    if hundredths < _LEAST_PERCENT:
        return f"under {_LEAST_PERCENT} %"
    if hundredths > _PERCENT - _LEAST_PERCENT:
        return f"over {_PERCENT - _LEAST_PERCENT} %"
    # Near either end it matters whether it is one in a hundred or one in a thousand.
    near_an_end = min(hundredths, _PERCENT - hundredths) < 1
    return f"{hundredths:.1f} %" if near_an_end else f"{hundredths:.0f} %"


def _shown_sum(family: Family, parts: Sequence[Contribution], policy: Policy) -> ShownSum:
    prior = policy.priors[family]
    points = [part.points for part in parts]
    [shown_prior, *shown], total = _in_tenths([prior, *points])
    thresholds = policy.thresholds[family]
    chance = probability(prior + sum(points))
    reasons = [
        (_reason(part, _decimal(one), policy), one) for part, one in zip(parts, shown, strict=True)
    ]
    small = [
        (reason, one)
        for reason, one in reasons
        if abs(one) < SMALL_TENTHS and reason.by_itself is None
    ]
    if len(small) < SMALL_MIN:
        small = []
    return ShownSum(
        family=family,
        prior=_decimal(shown_prior),
        reasons=tuple(reason for reason, one in reasons if (reason, one) not in small),
        small=tuple(reason for reason, _ in small),
        small_total=_decimal(sum(one for _, one in small)),
        total=_decimal(total),
        probability=percent(chance),
        held=percent(thresholds.held),
        refused=percent(thresholds.refused),
        refusal=REFUSALS[family],
        is_over=chance >= thresholds.held or any(one.by_itself for one, _ in reasons),
        level=round(chance * _PERCENT),
        held_level=round(thresholds.held * _PERCENT),
    )


def _decimal(number: int) -> str:
    return f"{'−' if number < 0 else ''}{abs(number) // _TENTHS}.{abs(number) % _TENTHS}"  # noqa: RUF001 (a minus sign, as numbers have)


def _reason(part: Contribution, points: str, policy: Policy) -> Reason:
    rule = policy.rule(part.signal.symbol)
    return Reason(
        symbol=part.signal.symbol,
        sentence=part.sentence,
        detail=visible(part.signal.detail),
        points=points,
        by_itself=rule.at_least,
        strength=f"{part.signal.strength:.0%}" if part.signal.strength < 1 else "",
    )
