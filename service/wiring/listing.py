"""Puts together what lists are read, changed and tried by, and rulings on campaigns."""

import importlib
import time
from dataclasses import dataclass
from functools import lru_cache

from service.core.listing import Lister
from service.usecases.listing.edit import EditLists
from service.usecases.listing.known import KnownLists
from service.usecases.listing.known_rulings import KnownRulings
from service.usecases.listing.senders import FindSenders
from service.usecases.listing.trial import TryEntry
from service.usecases.rule import CarryOut, EndRuling, RuleOnCampaign
from service.wiring.parts import Parts

LISTER = "workers.listing:build_lister"
"""What compares texts with lists: loaded by name and late, without any of the models."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is `known` of lists and rulings for screening, and what the desk does with both."""

    known: KnownLists
    senders: FindSenders
    edit: EditLists
    attempt: TryEntry
    known_rulings: KnownRulings
    rule: RuleOnCampaign
    carry_out: CarryOut
    end_ruling: EndRuling


def build_listing(parts: Parts) -> Listing:
    senders = FindSenders(parts.vault)
    carry_out = CarryOut(parts.store, parts.clock, time.monotonic, parts.new_id)
    return Listing(
        known=KnownLists(parts.store, parts.clock),
        senders=senders,
        edit=EditLists(parts.store, senders, load_lister, parts.clock, parts.new_id),
        attempt=TryEntry(parts.store, senders, load_lister, parts.clock, time.monotonic),
        known_rulings=KnownRulings(parts.store),
        rule=RuleOnCampaign(parts.store, load_lister, carry_out, parts.clock, parts.new_id),
        carry_out=carry_out,
        end_ruling=EndRuling(parts.store, carry_out, parts.clock),
    )


@lru_cache(maxsize=1)
def load_lister() -> Lister:
    module_name, _, factory_name = LISTER.partition(":")
    lister: Lister = getattr(importlib.import_module(module_name), factory_name)()
    return lister
