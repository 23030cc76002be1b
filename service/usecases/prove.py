"""Prove: whether a site asks for a proof of work right now, and whether one is good."""

from dataclasses import dataclass

from service.core.ports import Clock, Store
from service.core.proofs import (
    LIFETIME,
    Challenge,
    Challenges,
    ProofDemand,
    ProofState,
    SpentProofs,
)
from service.core.site import Site


@dataclass(frozen=True, slots=True)
class Proofs:
    store: Store
    challenges: Challenges
    spent: SpentProofs
    clock: Clock

    def is_demanded(self, site: Site) -> bool:
        demand = site.settings.proof_of_work
        if demand == ProofDemand.SURGE:
            with self.store.look() as tx:
                return site.id in tx.surges([site.id])
        return demand == ProofDemand.ALWAYS

    def challenge(self, site: Site) -> Challenge | None:
        """A task, or None where what was handed in could not be remembered."""
        epoch = self.spent.epoch()
        if epoch is None:
            return None
        return self.challenges.make(
            site.id, epoch, max_number=site.settings.proof_max_number, now=self.clock()
        )

    def judge(self, site: Site, proof: str | None) -> ProofState:
        """What a comment's proof is worth. It is spent by that, whatever becomes of the comment."""
        if not self.is_demanded(site):
            return ProofState.NOT_ASKED
        epoch = self.spent.epoch()
        if epoch is None:
            return ProofState.UNCHECKED
        name = self.challenges.solved(proof or "", site.id, epoch, now=self.clock())
        if name is None:
            return ProofState.MISSING
        first = self.spent.spend(epoch, name, seconds=int(LIFETIME.total_seconds()))
        if first is None:
            return ProofState.UNCHECKED
        return ProofState.VALID if first else ProofState.MISSING
