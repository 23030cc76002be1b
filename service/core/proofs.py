"""Proofs of work: tasks that cost the sender's computer some time, so that a flood costs a lot.

The scheme is ALTCHA's, version 1 (https://altcha.org/docs): find the number that, after a given
salt, has a given SHA-256. A task is signed, and good for one comment at one site and for a time.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

LIFETIME = timedelta(hours=1)
"""So long after it was given a task can be handed in. Whoever writes longer gets another one."""

PROOF_MAX_CHARS = 2_000


class ProofDemand(StrEnum):
    """When a site asks for a proof (`SiteSettings.proof_of_work`)."""

    OFF = "off"
    SURGE = "surge"
    ALWAYS = "always"


class ProofState(StrEnum):
    NOT_ASKED = "not_asked"
    VALID = "valid"
    MISSING = "missing"
    """There is none, or one that is wrong, too old, another site's, or was handed in before."""
    UNCHECKED = "unchecked"
    """It was asked for, but whether it was used before could not be found out: none is needed."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A task under ALTCHA's names. `maxnumber` bounds the number that is looked for."""

    algorithm: str
    challenge: str
    salt: str
    signature: str
    maxnumber: int

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Challenges(Protocol):
    def make(self, site_id: str, epoch: str, *, max_number: int, now: datetime) -> Challenge: ...
    def solved(self, proof: str, site_id: str, epoch: str, *, now: datetime) -> str | None:
        """The task's name for `SpentProofs.spend` if this is its solution and still counts."""
        ...


class SpentProofs(Protocol):
    """Remembers which proofs were handed in. Whoever forgets begins a new epoch: then tasks of
    before it count no more, since nobody knows any longer which of them were handed in.
    """

    def epoch(self) -> str | None:
        """None if it cannot be reached."""
        ...

    def spend(self, epoch: str, name: str, *, seconds: int) -> bool | None:
        """True for the first who hands it in within this epoch; None if it cannot be reached."""
        ...
