"""Keys and what is done with them: sealed addresses, signed tokens, moderators' passwords.

Adapters for `core.ports.Vault`, `Signer` and `Passwords`. Everything derives from the secret in
the settings by HKDF-SHA256 (RFC 5869), one key for each purpose, so that no key serves two ends.
Retired secrets still open and verify; only the current one seals and signs.
"""

import base64
import hmac
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from hashlib import sha256

import argon2
import itsdangerous
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.core.comment import TokenFact, TokenState
from service.core.errors import SealBroken

FORM_TOKEN_LIFETIME_SECONDS = 24 * 3600

_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_INDEX_BYTES = 16
_FORM_TOKEN_MAX_CHARS = 300
_FORM_PAYLOAD = re.compile(r"(?s)(.+)~([0-9]{1,15})")


class Key:
    """What one secret yields. `id` (8 hex characters) names it in public and reveals nothing."""

    def __init__(self, secret: str) -> None:
        material = secret.encode("utf-8", "surrogateescape")
        self.id_bytes = _derive(material, "key id", _KEY_ID_BYTES)
        self.id = self.id_bytes.hex()
        self.sealing = AESGCMSIV(_derive(material, "seal"))
        self.indexing = _derive(material, "blind index")
        self.hashing = _derive(material, "keyed hash")
        self.signing = _derive(material, "sign")
        self.proving = _derive(material, "proof of work")
        self.stamping = _derive(material, "stamp")


class Keyring:
    """The current key first, then the retired ones."""

    def __init__(self, secret_key: str, retired: Sequence[str] = ()) -> None:
        self.keys = tuple(Key(secret) for secret in dict.fromkeys((secret_key, *retired)))
        self.by_id = {key.id_bytes: key for key in self.keys}

    @property
    def current(self) -> Key:
        return self.keys[0]

    def __repr__(self) -> str:
        return f"<Keyring {' '.join(key.id for key in self.keys)}>"


@dataclass(frozen=True, slots=True)
class SealedVault:
    """Seals with AES-256-GCM-SIV (RFC 8452), whose nonces may repeat without giving texts away.

    A sealed value is key id (4 bytes) + nonce (12) + ciphertext with tag. `bound_to` is associated
    data: a value moved to another row does not open there.
    """

    keyring: Keyring

    def seal(self, plain: str, *, bound_to: str) -> bytes:
        key = self.keyring.current
        nonce = os.urandom(_NONCE_BYTES)
        return (
            key.id_bytes
            + nonce
            + key.sealing.encrypt(nonce, plain.encode("utf-8"), bound_to.encode("utf-8"))
        )

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """The text that was sealed. Raises `SealBroken` for another row, another key or damage."""
        key = self.keyring.by_id.get(bytes(sealed[:_KEY_ID_BYTES]))
        if key is None:
            raise SealBroken("It was sealed with a secret that is not configured (any more).")
        nonce = sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        try:
            plain = key.sealing.decrypt(
                nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], bound_to.encode("utf-8")
            )
        except (InvalidTag, ValueError):
            # ValueError: too short to hold a nonce and a tag.
            raise SealBroken("It is damaged, or belongs to another row.") from None
        return plain.decode("utf-8")

    def email_indexes(self, email: str, *, scope: str) -> Sequence[bytes]:
        """Blind indexes of an address under every key, the current one's first (16 bytes each)."""
        value = f"{scope}\0{lookup_form(email)}".encode()
        return tuple(_hmac(key.indexing, value)[:_INDEX_BYTES] for key in self.keyring.keys)

    def keyed_hash(self, purpose: str, value: str) -> bytes:
        """16 bytes of HMAC-SHA256 under the current key; a rotation makes other values of it."""
        text = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return _hmac(self.keyring.current.hashing, text)[:_INDEX_BYTES]

    def stamp(self, purpose: str, value: bytes) -> bytes:
        """Key id (4 bytes) and HMAC-SHA256, which only those can make who know the secret."""
        key = self.keyring.current
        return key.id_bytes + _hmac(key.stamping, purpose.encode("ascii") + b"\0" + value)

    def check_stamp(self, purpose: str, value: bytes, stamp: bytes) -> bool | None:
        """Whether it is the value's stamp; None where it names a secret that is not configured."""
        if len(stamp) <= _KEY_ID_BYTES:
            return False
        key = self.keyring.by_id.get(bytes(stamp[:_KEY_ID_BYTES]))
        if key is None:
            return None
        made = _hmac(key.stamping, purpose.encode("ascii") + b"\0" + value)
        return hmac.compare_digest(made, stamp[_KEY_ID_BYTES:])


def lookup_form(email: str) -> str:
    """One spelling of an address for look-ups only: case folded, its domain as IDNA ASCII.

    Mail systems may tell `Ann@` from `ann@`, people do not; the address itself is kept as typed.
    """
    local, at, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    domain = domain.rstrip(".").lower()
    if not domain.isascii():
        domain = _ascii_domain(domain)
    return unicodedata.normalize("NFC", local.casefold()) + at + domain


def _ascii_domain(domain: str) -> str:
    # Imported here because its tables are large and hardly any address needs them.
    import idna  # noqa: PLC0415 (see above)

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain.casefold()


class TokenSigner:
    """Signs tokens with HMAC-SHA256 by way of itsdangerous, each purpose under its own salt."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        # itsdangerous signs with the last key of a list and verifies with all of them.
        self._form = itsdangerous.Signer(
            [key.signing for key in reversed(keyring.keys)],
            salt=b"vestibule.form",
            key_derivation="hmac",
            digest_method=sha256,
        )

    def form_token(self, site_id: str, now: datetime) -> str:
        """A token that carries the site and the time of issue in milliseconds, nothing else."""
        return self._form.sign(f"{site_id}~{int(now.timestamp() * 1000)}").decode("ascii")

    def read_form_token(self, token: str | None, site_id: str, now: datetime) -> TokenFact:
        """What a token says. One of another site, or from the future, is invalid."""
        if not token:
            return TokenFact(TokenState.ABSENT)
        if len(token) > _FORM_TOKEN_MAX_CHARS or not token.isascii():
            return TokenFact(TokenState.INVALID)
        try:
            payload = self._form.unsign(token).decode("ascii")
        except itsdangerous.BadSignature:
            return TokenFact(TokenState.INVALID)
        match = _FORM_PAYLOAD.fullmatch(payload)
        if match is None or match[1] != site_id:
            return TokenFact(TokenState.INVALID)
        age_milliseconds = int(now.timestamp() * 1000) - int(match[2])
        if age_milliseconds < 0:
            return TokenFact(TokenState.INVALID)
        age_seconds = age_milliseconds / 1000
        expired = age_seconds > FORM_TOKEN_LIFETIME_SECONDS
        return TokenFact(TokenState.EXPIRED if expired else TokenState.VALID, age_seconds)

    def comment_token(self, purpose: str, site_id: str, comment_id: str) -> str:
        """The one token (43 URL-safe characters) that opens `purpose` for this comment."""
        return self._comment_token(self._keyring.current, purpose, site_id, comment_id)

    def check_comment_token(self, purpose: str, token: str, site_id: str, comment_id: str) -> bool:
        """Whether any key gives this very token; compared in constant time, as text.

        Comparing text keeps out the other spellings that lenient base64 decoders take for the same.
        """
        given = token.encode("utf-8", "surrogatepass")
        matches = [
            hmac.compare_digest(
                given, self._comment_token(key, purpose, site_id, comment_id).encode("ascii")
            )
            for key in self._keyring.keys
        ]
        return any(matches)

    @staticmethod
    def _comment_token(key: Key, purpose: str, site_id: str, comment_id: str) -> str:
        return _signer(key, purpose).get_signature(f"{site_id}\0{comment_id}").decode("ascii")


class Argon2Passwords:
    """argon2id (RFC 9106). The costs exceed OWASP's minimum (19 MiB, 2 passes, 1 lane).

    More memory would let a handful of sign-ins at once outgrow a small server.
    """

    MEMORY_KIB = 19 * 1024
    PASSES = 3

    @cached_property
    def _hasher(self) -> argon2.PasswordHasher:
        return argon2.PasswordHasher(
            time_cost=self.PASSES, memory_cost=self.MEMORY_KIB, parallelism=1
        )

    @cached_property
    def _nobodys_hash(self) -> str:
        """A hash that no password has, for names that do not exist."""
        return self._hasher.hash(base64.b64encode(os.urandom(18)))

    def hash(self, password: str) -> str:
        return self._hasher.hash(_password_bytes(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; a damaged hash is nobody's, and none takes as long."""
        try:
            matched = self._hasher.verify(
                self._nobodys_hash if password_hash is None else password_hash,
                _password_bytes(password),
            )
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        except UnicodeEncodeError:
            return False  # A hash is ASCII; this one is damaged.
        return matched and password_hash is not None


@lru_cache(maxsize=64)
def _signer(key: Key, purpose: str) -> itsdangerous.Signer:
    return itsdangerous.Signer(
        key.signing,
        salt=f"vestibule.comment.{purpose}".encode(),
        key_derivation="hmac",
        digest_method=sha256,
    )


def _password_bytes(password: str) -> bytes:
    # NFKC, as NIST SP 800-63B recommends: keyboards differ in how they compose one letter.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _derive(material: bytes, purpose: str, length: int = 32) -> bytes:
    info = f"vestibule 1 {purpose}".encode("ascii")
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(material)


def _hmac(key: bytes, value: bytes) -> bytes:
    return hmac.digest(key, value, "sha256")
