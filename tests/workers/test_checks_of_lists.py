"""Lists at the checks: what each kind of entry finds, and what allowing lifts."""

import pytest
from subjects import FRIENDLY, entry, signals, verdict

from service.core.lists import ALL_SITES
from service.core.states import State


def test_an_allowed_phrase_lifts_what_it_covers_and_no_more() -> None:
    """The word is found elsewhere in the text all the same."""
    given = {"held_words": ("casino",), "entries": [entry("word", "allow", "casino royale")]}
    assert "HELD_WORD" not in signals("I saw Casino Royale twice.", **given)
    assert signals("I saw Casino Royale twice.", **given)["ALLOWED_WORD"].rules == (
        "allow word casino royale",
    )
    text = "In Casino Royale there is a casino."
    [(start, end)] = signals(text, **given)["HELD_WORD"].spans
    assert text[start:end] == "casino"
    assert verdict("I saw casino royale.", **given).state is State.APPROVED
    assert "ALLOWED_WORD" not in signals("Royale", **given)


def test_what_is_allowed_for_all_leaves_a_site_s_own_entries_alone() -> None:
    """A site's own word is final; and a site may lift what is for all."""
    for_all = entry("word", "allow", "casino royale", site_id=ALL_SITES)
    assert "HELD_WORD" in signals("casino royale", held_words=("casino",), entries=[for_all])
    blocked = entry("word", "block", "casino", site_id=ALL_SITES)
    own = entry("word", "allow", "casino")
    assert "BLOCKED_WORD" not in signals("casino", entries=[blocked, own])
    assert "BLOCKED_WORD" not in signals("casino royale", entries=[blocked, for_all])


def test_the_longer_domain_decides() -> None:
    """An allowed host below a blocked one, and the other way round."""
    given = {
        "entries": [
            entry("domain", "block", "example.net"),
            entry("domain", "allow", "good.example.net"),
            entry("domain", "hold", "odd.good.example.net"),
        ]
    }
    found = {
        link: {one for one in signals(f"{FRIENDLY} https://{link}/", **given) if "HOST" in one}
        for link in ("example.net", "a.good.example.net", "odd.good.example.net")
    }
    assert found == {
        "example.net": {"LINK_BLOCKED_HOST"},
        "a.good.example.net": {"LINK_ALLOWED_HOST"},
        "odd.good.example.net": {"LINK_HELD_HOST"},
    }


def test_links_to_allowed_domains_do_not_count() -> None:
    """Five of them hold nothing, and one other is still a link."""
    links = " ".join(f"https://wiki.example.org/{number}" for number in range(5))
    given = {"entries": [entry("domain", "allow", "example.org")]}
    assert verdict(f"{FRIENDLY} {links}").state is State.HELD
    assert verdict(f"{FRIENDLY} {links}", **given).state is State.APPROVED
    assert signals(f"{FRIENDLY} {links} https://a.example", **given)["LINK"].detail == "1 link"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Bob Biber", True), ("bob-biber", True), ("B0b B1ber", True), ("B\u043eb Bib\u0435r", True),
        ("\uff22ob Biber", True), ("Bob Bieber", False), ("Bob", False), ("", False),
    ],
)  # fmt: skip
def test_a_blocked_name_is_found_however_it_is_spelled(name, found) -> None:
    """Letters that look alike, signs and case make no difference; another name does."""
    given = {"author_name": name, "entries": [entry("name", "block", "Bob Biber")]}
    assert ("BLOCKED_NAME" in signals(**given)) is found
    assert (verdict(**given).state is State.REJECTED) is found


@pytest.mark.parametrize(
    ("kind", "effect", "symbol", "state"),
    [
        ("address", "hold", "AUTHOR_MUTED", State.HELD),
        ("address", "block", "AUTHOR_BANNED", State.REJECTED),
        ("address", "allow", "AUTHOR_TRUSTED", State.APPROVED),
        ("network", "hold", "HELD_NETWORK", State.HELD),
        ("network", "block", "BLOCKED_NETWORK", State.REJECTED),
        ("network", "allow", "ALLOWED_NETWORK", State.APPROVED),
    ],
)
def test_what_is_known_of_the_sender_counts(kind, effect, symbol, state) -> None:
    """Each has its symbol and its verdict, and says which entry it was."""
    value = "198.51.100.0/24" if kind == "network" else "ann@news.example"
    given = {"listed": [entry(kind, effect, value)]}
    assert signals(**given)[symbol].rules == (f"{effect} {kind} {value}",)
    assert verdict(**given).state is state


def test_trust_spares_the_wait_and_nothing_else() -> None:
    """Where the site reads everything a trusted author is not read, and all checks still are."""
    given = {"listed": [entry("address", "allow", "ann@news.example")], "hold_all": True}
    assert verdict(**given).state is State.HELD
    assert "new for them" in signals(**given)["AUTHOR_TRUSTED"].detail
    assert verdict(trusted=True, **given).state is State.APPROVED
    assert verdict("Kill yourself, you idiot.", trusted=True, **given).state is not State.APPROVED
    held = {**given, "held_words": ("caraway",)}
    assert verdict(trusted=True, **held).state is State.HELD


def test_a_banned_person_in_danger_is_still_read() -> None:
    """What only a person should answer is not refused by a program."""
    given = {"listed": [entry("address", "block", "ann@news.example")]}
    assert verdict("I want to die. I cannot go on living.", **given).state is State.HELD


def test_many_comments_may_come_from_an_allowed_network() -> None:
    """A school writes at once; each author by themselves is counted all the same."""
    given = {"listed": [entry("network", "allow", "198.51.100.0/24")], "network_rate": 200}
    assert "NETWORK_BURST" in signals(network_rate=200)
    assert "NETWORK_BURST" not in signals(**given)
    assert "AUTHOR_BURST" in signals(author_rate=30, **given)
