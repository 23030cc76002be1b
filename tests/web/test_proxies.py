"""The client's address behind proxies."""

import pytest

from service.web.proxies import address_alone


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        (" 192.0.2.1:4711 ", "192.0.2.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::1", "::1"),
        ("unknown", "unknown"),
        ("unknown:80", "unknown:80"),
        ("", ""),
        ("[]:80", "[]:80"),
    ],
)
def test_a_port_is_no_part_of_an_address(told, address):
    """Some proxies add the port; without it the network can be told, and so counted."""
    assert address_alone(told) == address
