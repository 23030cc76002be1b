"""Campaigns: variants of one text by many hands, and texts that were refused when they came first.

`Subject.campaign` counts the earlier comments that this one is a variant of (see
`service.core.campaigns`). Who shares a petition or a recipe posts near copies as well: so what a
person has approved has a symbol of its own, which holds nothing by itself. The others do: how a
text reads is no excuse for many hands.
"""

from collections.abc import Iterable

from service.core.campaigns import MEMBERS_MAX, MEMBERS_MIN
from service.core.copies import Campaign
from service.core.signals import Signal
from workers.checks.copies import is_long_enough
from workers.material import Material

FEW_STRENGTH = 0.8
"""Of three others; it rises to 1 at ten."""

MANY = 10
REFUSED_BY_CHECKS_STRENGTH = 0.6


def check_campaigns(material: Material) -> Iterable[Signal]:
    ruled = material.subject.ruled
    if ruled is not None and ruled.spares_copies:
        return
    campaign = material.subject.campaign
    copies = material.subject.copies
    in_campaign = campaign.others >= MEMBERS_MIN
    if in_campaign:
        accepted = campaign.accepted_by_people and not campaign.refused_by_people
        symbol = "CAMPAIGN_ACCEPTED" if accepted else "NEAR_COPY_CAMPAIGN"
        yield Signal(symbol, _strength(campaign), _described(campaign))
    refused, by_people = 0, 0
    if in_campaign:
        refused, by_people = campaign.refused, campaign.refused_by_people
    if is_long_enough(material):
        refused = max(refused, copies.refused)
        by_people = max(by_people, copies.refused_by_people)
    if refused:
        strength = 1.0 if by_people else REFUSED_BY_CHECKS_STRENGTH
        yield Signal("COPY_OF_REFUSED", strength, _counted(refused, "comment"))


def _strength(campaign: Campaign) -> float:
    share = (campaign.others - MEMBERS_MIN) / (MANY - MEMBERS_MIN)
    return min(FEW_STRENGTH + (1 - FEW_STRENGTH) * share, 1.0)


def _described(campaign: Campaign) -> str:
    # Of a large campaign not all are counted.
    others = f"{campaign.others} or more" if campaign.others >= MEMBERS_MAX else campaign.others
    authors, pages = _counted(campaign.authors, "author"), _counted(campaign.pages, "page")
    return f"{others} others, {authors}, {pages}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
