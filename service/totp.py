"""Codes to sign in with (TOTP, RFC 6238: SHA-1, six digits, 30 seconds), by way of pyotp.

Adapter for `core.ports.Codes`. These are the parameters that every app for such codes knows.
"""

import hmac
from datetime import datetime

import pyotp

ISSUER = "Vestibule"
STEP_SECONDS = 30
DIGITS = 6
STEPS_AROUND = 1
"""Clocks differ, and people type slowly: one code before counts, and one after (RFC 6238, 5.2)."""


class TotpCodes:
    def new_secret(self) -> str:
        """160 random bits in Base32."""
        return pyotp.random_base32()

    def uri(self, secret: str, account: str) -> str:
        """What a QR code for apps says; `account` tells several apart, and is no address."""
        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)

    def matching_step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time-step that a code belongs to, if it is one of now."""
        if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
            return None
        current = int(now.timestamp()) // STEP_SECONDS
        made = pyotp.HOTP(secret)
        found = None
        for step in range(current - STEPS_AROUND, current + STEPS_AROUND + 1):
            if hmac.compare_digest(made.at(step), code):
                found = step
        return found
