"""The arithmetic of a verdict as moderators read it: a sum for each family, and it adds up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.core.policy import Contribution, probability
from service.core.rules import REFUSALS, Family, Policy
from service.core.states import State
from service.web.desk.evidence import visible

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
    """A family's log-odds from the prior on, and where its thresholds lie."""

    family: Family
    prior: str
    reasons: tuple[Reason, ...]
    total: str
    probability: str
    held: str
    refused: str
    refusal: State


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
    total = round(sum(points) * _TENTHS)
    shown = [int(one * _TENTHS // 1) for one in points]
    by_loss = sorted(range(len(points)), key=lambda i: shown[i] - points[i] * _TENTHS)
    for i in by_loss[: total - sum(shown)]:
        shown[i] += 1
    return [_decimal(one) for one in shown], _decimal(total)


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
    [shown_prior, *shown], total = tenths([prior, *points])
    thresholds = policy.thresholds[family]
    return ShownSum(
        family=family,
        prior=shown_prior,
        reasons=tuple(_reason(part, one, policy) for part, one in zip(parts, shown, strict=True)),
        total=total,
        probability=percent(probability(prior + sum(points))),
        held=percent(thresholds.held),
        refused=percent(thresholds.refused),
        refusal=REFUSALS[family],
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
