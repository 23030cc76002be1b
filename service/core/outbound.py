"""What goes out of the house, and what comes back: requests to others, and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`timeout_seconds` is for the whole exchange, looking up the name included; `max_bytes` for
    the answer's body.
    """

    timeout_seconds: float = 5.0
    max_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """An answer, whatever its status; a redirect is one like others and is not followed.

    Names of headers are in lower case. `body` is as it came: nothing in it is to be trusted.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 (RFC 9110, 15.3)
