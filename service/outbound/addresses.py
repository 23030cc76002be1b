"""Which addresses and ports outgoing requests may reach.

Python's `is_global` answers by the registry as it was at the interpreter's release, and knows
nothing of addresses inside other addresses. So what must never be reached stands here, from IANA's
registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890), and wrapped IPv4 addresses are
taken out and looked at themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

DEFAULT_PORTS = frozenset({80, 443})

_SPECIAL = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers' customers; some clouds' metadata
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/96",  # unspecified, loopback, and a form of IPv4 addresses that is out of use
        "64:ff9b:1::/48",  # translation within an organisation
        "100::/64",  # discard
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: leads to an IPv4 address by a relay of anybody's
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, out of use
        "ff00::/8",  # multicast
    )
)
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_TRANSLATED = IPv6Network("64:ff9b::/96")
_NEVER = tuple(
    ip_network(text) for text in ("0.0.0.0/32", "::/128", "224.0.0.0/4", "ff00::/8", "240.0.0.0/4")
)
"""Not even where an operator's networks cover them: nobody's server has such an address."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far requests go: the public internet, and `networks` of the operator's beside it."""

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = DEFAULT_PORTS

    def permits(self, address: str) -> bool:
        """Whether a request may go to an address in its numeric form; what is none is refused."""
        try:
            found = _unwrapped(ip_address(address))
        except ValueError:
            return False
        if _within(found, _NEVER) or getattr(found, "scope_id", None):
            return False
        return _within(found, self.networks) or _is_public(found)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it is reached directly."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_IPV6:
        return False
    return address.is_global and not _within(address, _SPECIAL)


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == one.version and address in one for one in networks)
