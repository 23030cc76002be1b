"""Texts as they are read: disguises are undone, honest text is left alone, places lead back."""

import json
import random
import re
from collections import Counter

import pytest
from hypothesis import given
from obfuscations import WAYS
from test_checks_on_any_text import ANY_TEXT

from workers.text import Text, read

PLAIN = (
    "when you want to make free money every day come and visit our casino because the viagra "
    "there is cheaper than anything that your doctor could sell and nobody asks any questions"
)

_SAME = re.compile(r"(.)\1+")


@pytest.mark.parametrize(
    ("written", "as_read"),
    [
        ("H3llo w0rld, fr33 c4sino!", "hello world, free casino!"),
        ("p@ssw0rd $hit b!tch cr@p a$$", "password shit bitch crap ass"),
        ("ret@rd f@ggot dumb@ss a$$hole smart@$$", "retard faggot dumbass asshole smartass"),
        ("1diot 5lut 4ss he11 ki11 v3n0m h1v3", "idiot slut ass hell kill venom hive"),
        ("u r a c.u.n.t", "u r a cunt"),
        ("f r e e  m o n e y", "free money"),
        ("v.i.a.g.r.a, c-a-s-h, c a s h.", "viagra, cash, cash."),
        ("v . i . a . g . r . a", "viagra"),
        ("f\nr\ne\ne", "free"),
        ("soooo goooood", "soo good"),
        ("\U0001d4ef\U0001d4fb\U0001d4ee\U0001d4ee \U0001f175\U0001f181\U0001f174\U0001f174", "free free"),
        ("\u24d5\u24e1\u24d4\u24d4 \u24a1\u24ad\u24a0\u24a0 \uff46\uff52\uff45\uff45", "free free free"),
        ("\u1d04\u1d00s\u026a\u0274\u1d0f", "casino"),
        ("\u0441\u0430sino p\u0430yp\u0430l", "casino paypal"),
        ("CAS\u0406NO", "casino"),
        ("v\u200bi\u200ba\u200bgra c\u00adasino", "viagra casino"),
        ("&#99;asin&#x6F; &lt;b&gt; AT&amp;T &#8203;", "casino <b> at&t"),
        ("f\u0336r\u0336e\u0336e\u0336 Z\u0351\u036b\u0343\u036aalgo", "free zalgo"),
        ("\U0001f1eb \U0001f1f7 \U0001f1ea \U0001f1ea", "free"),
        ("heIIo femaIes vIagra", "hello females viagra"),
        ("don\u2019t \u201cquote\u201d", 'don\'t "quote"'),
        ("c\x00asino", "casino"),
        ("th1s 1s l1k3 4 c00l w0rld", "this is like 4 cool world"),
    ],
)  # fmt: skip
def test_disguises_are_undone(written, as_read) -> None:
    """Each way to hide a word, and the word that a reader sees."""
    assert read(written) == as_read


@pytest.mark.parametrize(
    "text",
    [
        "mp3 and mp4, h264, x86, win32, covid19, utf8, html5, ps5, 1st 2nd 3rd 4th 7th, 5km, 10am, 3d",
        "in 2024 it was 100% of 3,000 at 12:30, or 1.5e3; #123456 a3f5e1b0",
        "joe@example.com and @name_2 at https://example.com/p0st/aaaa?x=1&copy=2 or www.example.com",
        "$args $folder us$ eth0 md5sums mp3player rt@joe me@home car4sale only4you a11y 0xbeefe0ac a\u00a350",
        "the a55 and the s10t, and u2; yes!no a|b (ftp|http)",
        "u.s.a. and e.g. this, i.e. that; a, b, c and d; k8s i18n; b2b; l8r",
        "kkk xxx www iii", "it's five o'clock; he'd say 'no'",
        "\u043f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?",
        "\u0441\u043e\u0441\u043d\u0430 \u0438 \u0443\u0445\u043e, \u0440\u043e\u0442",
        "\u4f60\u597d\uff0c\u4e16\u754c".replace("\uff0c", ","),
        "\u0627\u0644pdf \u05d4-pdf", "\uae4c \uadf8 \ub54c \ub098 \ub3c4",
        "na\u00efve \u00fcber fa\u00e7ade", "\U0001f1e9\U0001f1ea \U0001f1eb\U0001f1f7",
    ],
)  # fmt: skip
def test_honest_text_is_read_as_it_stands(text) -> None:
    """Numbers, names, addresses, abbreviations and other alphabets are no disguise."""
    assert read(text) == text


def test_capitals_in_honest_words_stay_what_they_are() -> None:
    """A capital I is a letter of its own where a word begins, also in the middle of another."""
    assert read("OpenAI McIntosh JustDoIt WWII III pageId") == (
        "openai mcintosh justdoit wwii iii pageid"
    )


def test_cyrillic_words_with_latin_letters_become_cyrillic() -> None:
    """In a text that is not in Latin letters a mixed word imitates the other alphabet."""
    text = (
        "\u0437\u0434\u0435\u0441\u044c \u043a\u0430\u0437\u0438\u043do \u0434\u043b\u044f \u0432ac"
    )
    assert read(text) == text.replace("o", "\u043e").replace("ac", "\u0430\u0441")


@pytest.mark.parametrize("name", WAYS)
def test_eight_ways_of_disguise_are_mostly_undone(name) -> None:
    """Of the words of disguised texts at least nine in ten are read as they were, doubles aside."""
    rng = random.Random(7)
    plain = Counter(_SAME.sub(r"\1", PLAIN).split())
    found = sum(
        (Counter(_SAME.sub(r"\1", read(WAYS[name](PLAIN, rng))).split()) & plain).total()
        for _ in range(60)
    )
    assert found >= 0.9 * 60 * plain.total()


def test_a_place_in_what_is_read_leads_to_what_was_typed() -> None:
    """Evidence is shown where the visitor typed it, whatever was undone before."""
    written = "Try  f r e e   &#99;4s\u200bin\u043e,  soooo good"
    text = Text(written)
    for word, typed in [("free", "f r e e"), ("casino", "&#99;4s\u200bin\u043e"), ("soo", "soooo"),
                        ("good", "good"), ("try free", "Try  f r e e")]:  # fmt: skip
        start = text.read.index(word)
        begin, end = text.read_span(start, start + len(word))
        assert written[begin:end].startswith(typed[:2])
        assert typed.startswith(written[begin:end][: len(typed)])


@given(ANY_TEXT)
def test_every_place_of_any_text_leads_back_into_it(text) -> None:
    """With and without places the same is read; no character comes from nowhere."""
    one = Text(text)
    assert one._reading.text == one.read
    assert one.read == one.read.strip()
    assert "  " not in one.read
    for place in range(len(one.read)):
        start, end = one.read_span(place, place + 1)
        assert 0 <= start < end <= len(text)
    if one.read:
        start, end = one.read_span(0, len(one.read))
        assert 0 <= start < end <= len(text)


def test_collections_of_attacks_are_read(shared) -> None:
    """Homoglyphs and hidden characters of a collection are undone; emoji stay."""
    attacks = json.loads((shared / "corpora/unicode-attacks/strings.json").read_text("utf-8"))
    assert [read(one) for one in attacks["zero_width"][:3]] == ["viagra", "cialis", "porn"]
    assert [read(one) for one in attacks["homoglyph"][:5]] == [
        "paypal.com", "admin", "admin", "admin", "moderator",
    ]  # fmt: skip
    assert [one for one in attacks.pop("normalisation") if read(one[0]) != read(one[1])] == []
    for one in (one for kind in attacks.values() for one in kind):
        text = Text(one)
        assert text._reading.text == text.read


def test_the_table_of_lookalikes_is_made_of_unicode_s() -> None:
    """Nobody edits the table by hand."""
    from confusables_table import TABLE, table

    assert TABLE.read_text("utf-8") == table()
