"""Networks on lists: ranges in CIDR notation, and which of them an address lies in.

Of a comment only the network is kept readable (IPv4 /24, IPv6 /64), and of the address itself a
keyed hash. So a range is at least that wide, or so small that all its addresses can be hashed.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from service.core.lists import ListEntry, Wording, own_first

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

KEPT_PREFIX = {4: 24, 6: 64}
"""The length of the prefix that is kept of a comment's address."""

WIDEST_PREFIX = {4: 8, 6: 16}
"""Wider ranges would be half the world, and are a slip of the hand."""

HASHED_MAX = 16
"""A range with no more addresses than this is known by the hashes of all of them."""


class NotANetwork(ValueError):
    """The text says what is wrong with it, and what would be right."""


def parse_network(text: str) -> Wording:
    """The network that somebody typed; one address is a network, too. Raises `NotANetwork`."""
    try:
        network: Network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise NotANetwork("Write a network as 198.51.100.0/24 or 2001:db8::/48.") from None
    network = _unmapped(network)
    version = network.version
    if network.prefixlen < WIDEST_PREFIX[version]:
        raise NotANetwork(f"A range can be /{WIDEST_PREFIX[version]} at the widest.")
    if network.prefixlen > KEPT_PREFIX[version] and network.num_addresses > HASHED_MAX:
        raise NotANetwork(
            f"Write a range of /{KEPT_PREFIX[version]} or wider, or a single address."
        )
    shown = str(network.network_address) if network.num_addresses == 1 else str(network)
    return Wording(shown, str(network))


def is_hashed(network: Network) -> bool:
    """Whether a range is known by its addresses' hashes, since it is narrower than what is kept."""
    return network.prefixlen > KEPT_PREFIX[network.version]


def addresses_of(network: Network) -> Sequence[str]:
    """All addresses of a small range, as they are hashed."""
    return [str(one) for one in network]


class NetworkTable:
    """Entries about ranges that are wide enough, found by the network of a comment."""

    def __init__(self, entries: Iterable[ListEntry]) -> None:
        self._by_length: dict[tuple[int, int], dict[int, list[ListEntry]]] = {}
        for entry in entries:
            network = ipaddress.ip_network(entry.key)
            if not is_hashed(network):
                of_length = self._by_length.setdefault((network.version, network.prefixlen), {})
                of_length.setdefault(int(network.network_address), []).append(entry)
        # The narrowest first: it knows best.
        self._lengths = sorted(self._by_length, key=lambda one: -one[1])

    def find(self, network: str) -> ListEntry | None:
        """The narrowest entry that holds a comment's network; of two, the site's own."""
        try:
            address = ipaddress.ip_network(network).network_address
        except ValueError:
            return None  # It was never known.
        number = int(address)
        for version, length in self._lengths:
            if version == address.version:
                shift = address.max_prefixlen - length
                found = self._by_length[version, length].get(number >> shift << shift)
                if found:
                    return own_first(found)
        return None


def _unmapped(network: Network) -> Network:
    """An IPv4 range that is written as an IPv6 one stands for what it is."""
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= 96:  # noqa: PLR2004 (RFC 4291, 2.5.5.2)
            return ipaddress.ip_network((mapped, network.prefixlen - 96))
    return network
