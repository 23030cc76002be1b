"""Telephone numbers, postal addresses, cards and e-mail addresses in the text."""

import time

import pytest
from subjects import signals, subject, verdict

from service.core.states import State
from workers.checks.email_addresses import check_email_addresses
from workers.checks.payment_cards import check_payment_cards, is_card
from workers.checks.phone_numbers import check_phone_numbers
from workers.checks.postal_addresses import check_postal_addresses
from workers.material import Material


def _evidence(text: str, symbol: str) -> list[str]:
    found = signals(text).get(symbol)
    return [text[start:end] for start, end in found.spans] if found else []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Call him at +49 30 901820 and ask.", ["+49 30 901820"]),
        ("Her number is 212-555-2368, try her.", ["212-555-2368"]),
        ("(212) 555-2368 works", ["(212) 555-2368"]),
        ("Ruf an: 030/901820, Handy 0151 23456789", ["030/901820", "0151 23456789"]),
        ("le 06 12 34 56 78 ou rien", ["06 12 34 56 78"]),
        ("On 2021-05-03 12:30 we sold 1,234,567 copies, ISBN 978-3-16-148410-0.", []),
        ("The server 192.168.100.200 has version 10.15.7.1234.", []),
        ("My order number is 30284756123.", []),
        ("https://example.com/+4930901820", []),
        ("From 1914-1918 and 1939-1945, pages 1234-5678", []),
        ("For gas leaks call 0800 111 999, for potholes call 0300 123 4567.", []),
        ("Die Telefonseelsorge: Telefon 0800 111 0 111, in the US call 1-800-273-8255.", []),
        ("It costs 12 345 678 or 1.234.567,89 a year", []),
    ],
)
def test_telephone_numbers(text, numbers) -> None:
    """Valid ones, as people write them; no dates, prices, books, servers or orders."""
    assert _evidence(text, "PERSONAL_PHONE") == numbers


@pytest.mark.parametrize(
    ("text", "address", "state"),
    [
        ("He lives at 12 Acacia Avenue, go and see.", "12 Acacia Avenue", State.HELD),
        ("12 Acacia Avenue, London SW1A 1AA", "12 Acacia Avenue", State.HELD),
        ("We saw 221B Baker Street today.", "221B Baker Street", State.APPROVED),
        ("Sie wohnt in der Hauptstraße 12.", "Hauptstraße 12", State.HELD),
        ("12, rue de la Paix, 75002 Paris", "12, rue de la Paix", State.HELD),
        ("Calle Mayor 5, 28013 Madrid", "Calle Mayor 5", State.HELD),
        ("The street was closed for 12 hours, on a road to 3 towns.", None, State.APPROVED),
        ("Der Weg 3 km weiter ist platt, und um 12 Uhr am Platz.", None, State.APPROVED),
        ("In 2019 Wall Street fell by 12 points.", None, State.APPROVED),
    ],
)
def test_postal_addresses(text, address, state) -> None:
    """A street and a number; held if it says whose, or has a postcode."""
    assert _evidence(text, "PERSONAL_ADDRESS") == ([address] if address else [])
    assert _evidence(f"\ud800 {text}", "PERSONAL_ADDRESS") == ([address] if address else [])
    assert verdict(text).state is state


def test_cards_are_held_and_other_long_numbers_are_not() -> None:
    """Prefix, length and check digit must fit; links and longer numbers are left alone."""
    text = "Use 4111 1111 1111 1111 or 378282246310005 please."
    assert _evidence(text, "PAYMENT_CARD") == ["4111 1111 1111 1111", "378282246310005"]
    assert verdict(text).state is State.HELD
    for other in (
        "4111 1111 1111 1112",
        "https://example.com/4111111111111111",
        "94111111111111111111",
        "41 11 11 11 11 11 11 11",
        "0000 0000 0000 0000",
        "4,111,111,111,111,111",
    ):
        assert "PAYMENT_CARD" not in signals(f"See {other} there.")


def test_card_rules_follow_the_issuers() -> None:
    """The published test numbers of the large issuers are cards; other lengths are not."""
    for digits in ("5555555555554444", "6011111111111117", "3530111333300000", "30569309025904",
                   "2223003122003222", "6200000000000005"):  # fmt: skip
        assert is_card(digits)
    assert not is_card("555555555555444")
    assert not is_card("1234567812345670")


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Write to jane.doe+x@mail.example.com.", ["jane.doe+x@mail.example.com"]),
        (
            "john (at) host (dot) org or anna[at]host.de",
            ["john (at) host (dot) org", "anna[at]host.de"],
        ),
        ("müller@straße.de!", ["müller@straße.de"]),
        ("@someone said 5 @ 3 and user@host", []),
        ("a@b@c.example.com", ["b@c.example.com"]),
        ("meet (at) noon", []),
        ("@@@@ a@.b c@d. x@1.2", []),
    ],
)
def test_email_addresses(text, addresses) -> None:
    """Also behind "(at)"; the detail tells how many, and never which."""
    assert _evidence(text, "EMAIL_IN_TEXT") == addresses
    if addresses:
        assert "@" not in signals(text)["EMAIL_IN_TEXT"].detail


def test_details_tell_no_personal_data() -> None:
    """What goes into records and webhooks says how many, and no digit of them."""
    text = "Call +49 30 901820, card 4111 1111 1111 1111, 12 Acacia Avenue SW1A 1AA, a@b.example"
    found = signals(text)
    names = {"PERSONAL_PHONE", "PAYMENT_CARD", "PERSONAL_ADDRESS", "EMAIL_IN_TEXT"}
    assert names <= set(found)
    for name in names:
        assert found[name].detail in {"", "1 number", "1 address"}


@pytest.mark.parametrize(
    "unit",
    ["1 ", "12345678 ", "1.", "+1 ", "(", "4111111111111111 ", "a@b.co ", "@", "a@", " (at) ", "1 A St ",
     "strasse 1 ", "1 rue A ", "c/ A ", "my number 555-234-5678 ", "call 030 901820, ", "a", "A. ", "-", "1-"],
)  # fmt: skip
def test_time_is_linear_in_the_length(unit) -> None:
    """Four times the text takes about four times as long, and 10,000 characters a few milliseconds."""
    shorter, longer = (
        min(_seconds(unit * (size // len(unit))) for _ in range(3)) for size in (10_000, 40_000)
    )
    assert shorter < 0.05
    assert longer < 8 * shorter + 0.005


def _seconds(text: str) -> float:
    material = Material(subject(text))
    checks = (
        check_email_addresses, check_payment_cards, check_phone_numbers, check_postal_addresses
    )  # fmt: skip
    start = time.process_time()
    for check in checks:
        list(check(material))
    return time.process_time() - start
