"""The site's word lists: whole words in any script, and evidence in the original text."""

import time

import pytest
from ahocorasick_rs import AhoCorasick
from hypothesis import given
from hypothesis import strategies as st
from subjects import FRIENDLY, signals, verdict
from uniseg.wordbreak import word_boundaries

from service.core.states import State
from workers.listing.words import _matches, _surely_apart
from workers.text import folded


def found(text: str, *words: str) -> list[str] | None:
    """The places in `text` where one of `words` is found; None if there is no signal."""
    signal = signals(text, held_words=words).get("HELD_WORD")
    return None if signal is None else [text[start:end] for start, end in signal.spans]


@pytest.mark.parametrize(
    ("text", "word", "places"),
    [
        ("Buy cialis now", "cialis", ["cialis"]),
        ("Cialis, CIALIS!", "cialis", ["Cialis", "CIALIS"]),
        ("(cialis)", "cialis", ["cialis"]),
        ("cialis.example and l'cialis and _cialis_", "cialis", ["cialis"] * 3),
        ("one\tTWO \n three", "One two", ["one\tTWO"]),
        ("caf\u00e9 cafe\u0301", "CAF\u00c9", ["caf\u00e9", "cafe\u0301"]),
        ("\uff23\uff29\uff21\uff2c\uff29\uff33", "cialis", ["\uff23\uff29\uff21\uff2c\uff29\uff33"]),
        ("\U0001d41c\U0001d422alis", "cialis", ["\U0001d41c\U0001d422alis"]),
        ("xx c\u00adial\u200bis xx", "cialis", ["c\u00adial\u200bis"]),
        ("Stra\u00dfe", "STRASSE", ["Stra\u00dfe"]),
        ("\u0438 \u041a\u0410\u0417\u0418\u041d\u041e!", "\u043a\u0430\u0437\u0438\u043d\u043e", ["\u041a\u0410\u0417\u0418\u041d\u041e"]),
        ("\u0633\u0644\u0627\u0645 \u0639\u0644\u064a\u0643\u0645", "\u0633\u0644\u0627\u0645", ["\u0633\u0644\u0627\u0645"]),
        ("\u8fd9\u662f\u8d4c\u573a\u5417", "\u8d4c\u573a", ["\u8d4c\u573a"]),
        ("\u0e02\u0e2d\u0e1a\u0e04\u0e38\u0e13\u0e21\u0e32\u0e01", "\u0e04\u0e38\u0e13", ["\u0e04\u0e38\u0e13"]),
        ("\u30ab\u30b8\u30ce\u306f", "\u30ab\u30b8\u30ce", ["\u30ab\u30b8\u30ce"]),
        ("C++ is fine", "c++", ["C++"]),
        ("\ufb01sh", "fish", ["\ufb01sh"]),
        ("a \u200b b", "a b", ["a \u200b b"]),
        ("write to me@host.example", "me@host.example", ["me@host.example"]),
    ],
)  # fmt: skip
def test_whole_words_are_found_where_they_stand(text, word, places) -> None:
    """Case, width, accents' spelling and hidden characters make no difference."""
    assert found(text, word) == places


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("my specialist", "cialis"),
        ("specialistic", "cialis"),
        ("cialis9 9cialis", "cialis"),
        ("cialis\u00e9 \u00e9cialis", "cialis"),
        ("cialise\u0301", "cialis"),
        ("cialis\u0301", "cialis"),
        ("\u043a\u0430\u0437\u0438\u043d\u043e\u0432\u044b\u0439", "\u043a\u0430\u0437\u0438\u043d\u043e"),
        ("\u0648\u0627\u0644\u0633\u0644\u0627\u0645\u0629", "\u0633\u0644\u0627\u0645"),
        ("\ub3c4\ubc15\uc744", "\ub3c4\ubc15"),
        ("\u30ab\u30b8\u30ce\u30d0\u30fc", "\u30ab\u30b8\u30ce"),
        ("\u0e04\u0e38\u0e13", "\u0e04"),
        ("3.14", "14"),
        ("one, two", "one two"),
        ("anything", ""),
        ("anything", " \u200b "),
    ],
)  # fmt: skip
def test_parts_of_words_are_never_found(text, word) -> None:
    """Not inside letters of any script, not before a joining mark, and no empty entry anywhere."""
    assert found(text, word) is None


@pytest.mark.parametrize(
    "typed",
    ["c4sino", "c a s i n o", "c.a.s.i.n.o", "cas\u0456n\u043e", "c&#97;sino", "ca\u0336s\u0336ino",
     "\U0001f172\U0001f170\U0001f182\U0001f178\U0001f17d\U0001f17e"],
)  # fmt: skip
def test_disguised_words_are_found_where_they_were_typed(typed) -> None:
    """An entry is found as a reader sees it, and the evidence is what the visitor typed."""
    assert found(f"my {typed}, now", "casino") == [typed]
    assert found("my casino, now", "c4sino") is None
    assert found("my c4sino, now", "c4sino") == ["c4sino"]


def test_lists_conclude_what_their_names_say() -> None:
    """A held word holds, a blocked word is spam, whatever else the comment has."""
    assert verdict("A trip to Wurst City", held_words=("wurst city",)).state is State.HELD
    assert verdict("A trip to Wurst City", blocked_words=("wurst city",)).state is State.SPAM
    both = signals("wurst", held_words=("wurst",), blocked_words=("wurst",))
    assert set(both) == {"HELD_WORD", "BLOCKED_WORD"}


def test_names_are_looked_at_and_no_word_is_repeated_in_the_evidence() -> None:
    """A list may hold anything, an address too, so the detail only counts."""
    found = signals(FRIENDLY, author_name="Best Casino Bonus", blocked_words=("casino",))
    assert found["BLOCKED_WORD"].spans == ()
    assert found["BLOCKED_WORD"].detail == "in the name"
    found = signals("casino", author_name="Casino", blocked_words=("casino",))
    assert found["BLOCKED_WORD"].detail == "1 in the text, in the name"


@pytest.mark.parametrize(
    "url",
    [
        "https://casino.example", "https://best-casino.example/", "https://a.example/casino/bonus",
        "https://a.example/my%20c%61sino", "https://A.example/CASINO",
    ],
)  # fmt: skip
def test_the_authors_web_site_is_looked_at(url) -> None:
    """Host and path are shown to readers, so a word that is blocked is blocked there, too."""
    [signal] = (
        one for one in [signals(author_url=url, blocked_words=("casino",)).get("BLOCKED_WORD")]
    )
    assert signal is not None
    assert (signal.spans, signal.detail) == ((), "in the web site")


def test_a_web_site_is_words_and_not_their_parts() -> None:
    """Neither a part of a name nor the query counts; a host in `xn--` form is read as it is shown."""
    for url in ("https://casinos.example", "https://a.example/?casino", "https://[::1]/", None):
        assert "BLOCKED_WORD" not in signals(author_url=url, blocked_words=("casino",))
    found = signals(author_url="https://xn--bcher-kva.example/", held_words=("b\u00fccher",))
    assert "HELD_WORD" in found


def test_overlapping_entries_make_one_range() -> None:
    """The desk marks a range once."""
    assert found("one two three", "one two", "two three", "two") == ["one two three"]


@given(
    st.text(
        st.one_of(
            st.characters(max_codepoint=0x530),
            st.characters(min_codepoint=0x0E00, max_codepoint=0x0EFF),
            st.characters(min_codepoint=0x3000, max_codepoint=0x3100),
            st.sampled_from("'._:\u00b7a1\"\u05d0\u0301\u4e2d\u3042\u30ab\u200d,;-"),
        )
    )
)
def test_quick_answers_are_those_of_the_standard(text) -> None:
    """Where two characters decide, UAX #29 over the whole text says the same."""
    text = folded(text)
    boundaries = {0, *word_boundaries(text)}
    for place in range(1, len(text)):
        answer = _surely_apart(text[place - 1], text[place])
        assert answer is None or answer == (place in boundaries)


def test_the_work_on_rows_without_spaces_is_bounded() -> None:
    """What hides behind thousands of odd characters is found, and in a time that they cannot raise."""
    text = "a\u05d0.\u05d0'\u30ab\u0301" * 1_500 + "\u05d0\u05d0 cialis"
    list(_matches(_automaton("cialis"), "warm"))
    began = time.process_time()
    places = [
        text[start:end] for _, start, end in _matches(_automaton("cialis", "\u05d0", "a"), text)
    ]
    assert time.process_time() - began < 0.2
    assert "cialis" in places
    assert "a" in places


def _automaton(*words: str) -> AhoCorasick:
    return AhoCorasick(list(words))
