"""From a host's name to its addresses, within a time limit.

The system's own resolver is asked, so that /etc/hosts and an operator's set-up hold. It cannot be
interrupted: it runs in a thread that is left behind when the time is over, and ends by itself.
"""

import socket
import threading
from collections.abc import Callable, Sequence

from service.core.errors import OutboundFailed

Resolver = Callable[[str, float], Sequence[str]]
"""The numeric addresses of a host, within so many seconds. Raises `OutboundFailed`."""


def ask_system(host: str, timeout_seconds: float) -> Sequence[str]:
    found: list[str] = []
    failed: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failed.append(error)
        else:
            found.extend(dict.fromkeys(str(row[4][0]) for row in rows))

    asking = threading.Thread(target=ask, name="resolver", daemon=True)
    asking.start()
    asking.join(timeout_seconds)
    if failed or not found:
        raise OutboundFailed("the host's name has no address" if failed else "time is over")
    return found
