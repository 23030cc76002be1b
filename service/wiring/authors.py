"""Puts together what the desk does about authors."""

from dataclasses import dataclass

from service.usecases.authors import MarkAuthor, RevealAddress
from service.usecases.listing.senders import FindSenders
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Authors:
    mark: MarkAuthor
    reveal: RevealAddress


def build_authors(parts: Parts, senders: FindSenders) -> Authors:
    return Authors(
        mark=MarkAuthor(parts.store, parts.vault, senders, parts.clock, parts.new_id),
        reveal=RevealAddress(parts.store, parts.vault, parts.clock),
    )
