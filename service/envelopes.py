"""Addresses in exports: encrypted to an operator's key, which this installation cannot open.

An envelope is base64 of a version (1 byte, 1), an ephemeral X25519 key (RFC 7748, 32 bytes) and
the ChaCha20-Poly1305 ciphertext (RFC 8439) with its tag. Its key is HKDF-SHA256 (RFC 5869) of the
shared secret, with both public keys as salt (the ephemeral one first) and `vestibule export contact
1` as info; it is used once, so the nonce is zeros. Associated data is the comment's id: an envelope
opens beside no other comment.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

from service.core.errors import SetupError

_VERSION = b"\1"
_KEY_BYTES = 32
_NONCE = bytes(12)
_INFO = b"vestibule export contact 1"


@dataclass(frozen=True, slots=True)
class ContactKey:
    """The public key that addresses are encrypted to."""

    public: X25519PublicKey

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the raw key, in hexadecimal."""
        return hashlib.sha256(self.public.public_bytes_raw()).hexdigest()

    def seal(self, address: str, *, bound_to: str) -> str:
        once = X25519PrivateKey.generate()
        key = _key(once.exchange(self.public), once.public_key(), self.public)
        sealed = ChaCha20Poly1305(key).encrypt(_NONCE, address.encode(), bound_to.encode())
        whole = _VERSION + once.public_key().public_bytes_raw() + sealed
        return base64.b64encode(whole).decode("ascii")


@dataclass(frozen=True, slots=True, repr=False)
class ContactOpener:
    """The private key, which opens envelopes. Its repr is empty."""

    private: X25519PrivateKey

    def open(self, envelope: str, bound_to: str) -> str | None:
        """The address, or None where the envelope is none, or is not for this key and comment."""
        try:
            whole = base64.b64decode(envelope, validate=True)
            if whole[:1] != _VERSION:
                return None
            once = X25519PublicKey.from_public_bytes(whole[1 : 1 + _KEY_BYTES])
            key = _key(self.private.exchange(once), once, self.private.public_key())
            sealed = whole[1 + _KEY_BYTES :]
            return ChaCha20Poly1305(key).decrypt(_NONCE, sealed, bound_to.encode()).decode()
        except (binascii.Error, ValueError, InvalidTag):
            return None


def public_key(pem: bytes) -> ContactKey:
    """Raises `SetupError` for anything but a public X25519 key in PEM."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, X25519PublicKey):
        raise SetupError("The key must be a public X25519 key in PEM.")
    return ContactKey(key)


def private_key(pem: bytes) -> ContactOpener:
    """Raises `SetupError` for anything but a private X25519 key in PEM, without a password."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, X25519PrivateKey):
        raise SetupError("The key must be a private X25519 key in PEM, without a password.")
    return ContactOpener(key)


def _key(shared: bytes, once: X25519PublicKey, to: X25519PublicKey) -> bytes:
    salt = once.public_bytes_raw() + to.public_bytes_raw()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=_INFO).derive(shared)
