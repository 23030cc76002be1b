"""How requests to others are signed: as Standard Webhooks has it, https://www.standardwebhooks.com."""

import base64
import binascii
import hmac
from hashlib import sha256

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The key of a secret in Standard Webhooks' form. Raises ValueError for any other."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not 24 <= len(key) <= 64:  # noqa: PLR2004 (bounds of the specification)
        raise ValueError("must be whsec_ and 24 to 64 bytes in base64")
    return key


def signed(message_id: str, timestamp: int, body: bytes, *, key: bytes) -> dict[str, str]:
    """The headers that a request is signed with."""
    content = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, content, sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }
