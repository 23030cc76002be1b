"""What the door could not see: where a comment came from, or how many came with it."""

from collections.abc import Iterable

from service.core.proofs import ProofState
from service.core.signals import Signal
from workers.material import Material


def check_door(material: Material) -> Iterable[Signal]:
    facts = material.subject.draft.facts
    if not facts.origin_given:
        yield Signal("ORIGIN_ABSENT")
    if not facts.rate_counted:
        yield Signal("RATE_UNCHECKED")
    if facts.proof is ProofState.UNCHECKED:
        yield Signal("PROOF_UNCHECKED")
