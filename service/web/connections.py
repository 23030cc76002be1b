"""The TCP connections of this process, looked at from outside the server that serves them."""

import ipaddress
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LAST_DATA_SENT = struct.Struct("=I")
_LAST_DATA_SENT_AT = 44
"""Where Linux's `struct tcp_info` has `tcpi_last_data_sent`, in milliseconds (linux/tcp.h)."""


@dataclass(frozen=True, slots=True)
class Client:
    """The other end as the socket has it (a proxy, perhaps), and which of our ports it came to."""

    address: str
    server_port: int


def hang_up(client: Client, *, unanswered_seconds: float) -> int:
    """End the client's connections on which nothing was sent for so long; returns how many.

    A server does not say which connection a request came on. But one whose body does not come has
    had no answer since, and the others that this fits are idle, which any server may close. Where
    the system cannot tell (it takes Linux) nothing is ended.
    """
    return sum(_end(link, unanswered_seconds) for link in _links() if _is_of(link, client))


def _links() -> Iterator[socket.socket]:
    """This process's sockets, each duplicated, so that none can become another one meanwhile."""
    with suppress(OSError):
        for entry in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(entry.readlink()).startswith("socket:"):
                    with socket.socket(fileno=os.dup(int(entry.name))) as link:
                        yield link


def _is_of(link: socket.socket, client: Client) -> bool:
    if link.family not in {socket.AF_INET, socket.AF_INET6} or link.type != socket.SOCK_STREAM:
        return False
    try:
        here, there = link.getsockname(), link.getpeername()
    except OSError:  # One that listens, or has just ended.
        return False
    return here[1] == client.server_port and _plain(there[0]) == _plain(client.address)


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return getattr(found, "ipv4_mapped", None) or found


def _end(link: socket.socket, unanswered_seconds: float) -> bool:
    if not hasattr(socket, "TCP_INFO"):
        return False
    try:
        facts = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
        [sent_ms_ago] = _LAST_DATA_SENT.unpack_from(facts, _LAST_DATA_SENT_AT)
        if sent_ms_ago < unanswered_seconds * 1_000:
            return False
        # Only the direction that nothing comes from, so that the answer can still be sent.
        link.shutdown(socket.SHUT_RD)
    except (OSError, struct.error):
        return False
    return True
