"""ALTCHA's tasks, made and checked. Adapter for `core.proofs.Challenges`.

ALTCHA's library for Python would do the same, but has a clock of its own, lets the sender choose
the hash, and trusts the types of what comes in; it is what the tests compare this with.
"""

import base64
import binascii
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from service.core.proofs import LIFETIME, PROOF_MAX_CHARS, Challenge
from service.crypto import Keyring

ALGORITHM = "SHA-256"
_SALT_BYTES = 12
_NUMBER_MAX = 10**9
# The ampersand at the end keeps digits from wandering from the number into the time.
_SALT = re.compile(
    r"([0-9a-f]{24})\?expires=([0-9]{1,12})&site=([0-9a-f-]{36})&epoch=([0-9a-f]{1,32})&"
)


@dataclass(frozen=True, slots=True)
class AltchaChallenges:
    keyring: Keyring

    def make(self, site_id: str, epoch: str, *, max_number: int, now: datetime) -> Challenge:
        expires = int((now + LIFETIME).timestamp())
        salt = f"{secrets.token_hex(_SALT_BYTES)}?expires={expires}&site={site_id}&epoch={epoch}&"
        challenge = _hash(salt, secrets.randbelow(max_number + 1))
        signature = _signature(self.keyring.current.proving, challenge)
        return Challenge(ALGORITHM, challenge, salt, signature, max_number)

    def solved(self, proof: str, site_id: str, epoch: str, *, now: datetime) -> str | None:
        given = _decoded(proof)
        salt, number, signature = given.get("salt"), given.get("number"), given.get("signature")
        if not (isinstance(salt, str) and isinstance(signature, str)):
            return None
        if isinstance(number, bool) or not isinstance(number, int):
            return None
        match = _SALT.fullmatch(salt)
        if match is None or not 0 <= number <= _NUMBER_MAX:
            return None
        # What is signed is the hash, so whoever has the right number has a salt that is ours.
        challenge = _hash(salt, number)
        known = [
            hmac.compare_digest(_signature(key.proving, challenge), signature)
            for key in self.keyring.keys
            if signature.isascii()
        ]
        fits = (match[3], match[4]) == (site_id, epoch)
        if not (any(known) and fits and int(match[2]) >= now.timestamp()):
            return None
        return match[1]


def _hash(salt: str, number: int) -> str:
    return sha256(f"{salt}{number}".encode()).hexdigest()


def _signature(key: bytes, challenge: str) -> str:
    return hmac.new(key, challenge.encode("ascii"), sha256).hexdigest()


def _decoded(proof: str) -> dict[str, Any]:
    """The members of a proof: base64 of a small JSON object. Nothing of what is none."""
    if len(proof) > PROOF_MAX_CHARS:
        return {}
    try:
        found = json.loads(base64.b64decode(proof, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
