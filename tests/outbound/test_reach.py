"""Which addresses requests may go to."""

import json
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.errors import OutboundFailed, OutboundRefused
from service.outbound import GuardedClient, Reach

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.8", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1",
    "4000::1", "", "localhost", "127.1", "0177.0.0.1", "0x7f000001", "2130706433",
]  # fmt: skip
OUTSIDE = [
    "1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
    "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_never_reached(address: str) -> None:
    """Loopback, private, carriers', link-local, multicast, reserved, and each of them wrapped."""
    assert not Reach().permits(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_reached(address: str) -> None:
    """Neighbours of the special ranges too, and IPv4 by way of an IPv6-only network."""
    assert Reach().permits(address)


def test_an_operator_may_name_networks_of_their_own() -> None:
    """Exactly these are reached beside the internet, also when an IPv6 address wraps one."""
    reach = Reach(networks=(ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")))
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "8.8.8.8"):
        assert reach.permits(address), address
    for address in ("10.2.0.1", "127.0.0.1", "fd00:2::5", "fe80::1"):
        assert not reach.permits(address), address
    everything = Reach(networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))
    for address in ("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255"):
        assert not everything.permits(address), address


ANSWERS = {
    "localhost": ["127.0.0.1", "::1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "rebind.test": ["93.184.215.14", "127.0.0.1"],
}


def resolve(host: str, _seconds: float) -> list[str]:
    """As a resolver would, forms of numbers included that the C library reads as addresses."""
    if host in ANSWERS:
        return ANSWERS[host]
    if host == "example.com":
        return ["93.184.215.14"]
    if ":" in host or host.replace(".", "").isdigit():
        return [host]
    raise OutboundFailed("the host's name has no address")


def test_every_address_of_the_corpus_is_refused(shared: Path) -> None:
    """None of the known ways in leads to a connection, whichever spelling it uses."""
    urls = json.loads((shared / "corpora" / "ssrf" / "urls.json").read_text("utf-8"))["must_refuse"]
    # Those at the end describe servers; they are tried with real ones in `test_client.py`.
    tried = [url.partition(" (")[0] for url in urls if ".test/" not in url or "rebind" in url]
    assert len(tried) > 40
    client = GuardedClient(resolve=resolve)
    for url in tried:
        with pytest.raises((OutboundRefused, OutboundFailed)) as caught:
            client.request("GET", url)
        assert not any(part in str(caught.value) for part in url.split("/") if len(part) > 8), url
        if "example.com\\." not in url and "fe80" not in url:
            assert isinstance(caught.value, OutboundRefused), url


def nobody(_host: str, _seconds: float) -> list[str]:
    raise OutboundFailed("the host's name has no address")


@given(
    st.one_of(st.text(), st.text().map("http://{}".format), st.text().map("http://a.b/{}".format))
)
def test_any_text_for_an_address_is_refused_or_fails(url: str) -> None:
    """Whatever somebody enters as an address, the caller meets one of two errors."""
    with pytest.raises((OutboundRefused, OutboundFailed)):
        GuardedClient(resolve=nobody).request("GET", url)
