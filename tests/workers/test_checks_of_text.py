"""The checks that look at the text: links, capitals, repetitions, what cannot be seen."""

import pytest
from subjects import FRIENDLY, signals, verdict

from service.core.states import State
from workers.text.links import find_links


def _links(count: int) -> str:
    return " and ".join(f"https://shop{n}.example/a?b=c" for n in range(count))


# -- links -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see http://a.example.", ["http://a.example."]),
        ("HTTPS://A.EXAMPLE/x and www.b.example", ["HTTPS://A.EXAMPLE/x", "www.b.example"]),
        ("<a href='http://a.example'>x</a>", ["http://a.example'"]),
        ('<a href="http://a.example">http://b.example</a>', ["http://a.example", "http://b.example"]),
        ("[url=http://a.example]x[/url]", ["http://a.example"]),
        ("http://www.a.example", ["http://www.a.example"]),
        ("http://a.example,http://b.example", ["http://a.example,", "http://b.example"]),
        ("https://archive.example/web/2020/http://a.example/x", None),
        ("https://a.example/?next=https://b.example/", None),
        ("link:http://a.example", ["http://a.example"]),
        ("awww.that is sweet", []),
        ("http:// nothing, www. neither", []),
        ("version 1.2.3, e.g. this; name@host.example", []),
        ("ftp://a.example", []),
    ],
)  # fmt: skip
def test_links_are_found_as_readers_would(text, links) -> None:
    """An address within another's path or query belongs to it; None stands for the whole text."""
    assert [text[start:end] for start, end in find_links(text)] == (
        [text] if links is None else links
    )


@pytest.mark.parametrize(
    ("count", "symbols", "state"),
    [
        (0, set(), State.APPROVED),
        (1, {"LINK"}, State.APPROVED),
        (2, {"LINK"}, State.APPROVED),
        (3, {"MANY_LINKS"}, State.APPROVED),
        (5, {"MANY_LINKS"}, State.HELD),
        (50, {"MANY_LINKS"}, State.HELD),
    ],
)
def test_the_number_of_links_counts(count, symbols, state) -> None:
    """Two links are conversation; five hold a comment however much is written around them."""
    text = f"{FRIENDLY * 40} {_links(count)}"
    assert set(signals(text, token_age_seconds=3_600.0)) == symbols
    assert verdict(text, token_age_seconds=3_600.0).state is state


def test_the_density_of_links_counts() -> None:
    """A comment that is nothing but one or two links is noted and still shown; three are held."""
    assert set(signals(_links(1))) == {"LINK", "MOSTLY_LINKS"}
    assert "MOSTLY_LINKS" not in signals(f"{FRIENDLY} {_links(1)}")
    assert verdict(_links(2), history={}).state is State.APPROVED
    assert verdict(_links(3), history={}, network_rate=10_000).state is State.HELD


def test_the_authors_own_site_is_no_link() -> None:
    """It has its own field, and every form asks for it."""
    assert signals(author_url="https://www.erika.example/") == {}


def test_evidence_points_at_the_links() -> None:
    """Spans are places in the content as the moderator sees it."""
    text = f"Ж {_links(5)}"
    spans = signals(text)["MANY_LINKS"].spans
    assert [text[start:end] for start, end in spans] == _links(5).split(" and ")


# -- style -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "THIS IS WHAT THEY NEVER TELL US ABOUT BREAD!!!",
        "ЭТО ВОЗМУТИТЕЛЬНО, ПРОЧИТАЙТЕ ВСЕ ЕЩЁ РАЗ",
        "ΑΥΤΟ ΕΙΝΑΙ ΠΟΛΥ ΜΕΓΑΛΟ ΛΑΘΟΣ ΣΑΣ",
    ],
)
def test_shouting_is_seen(text) -> None:
    """In any script that has cases."""
    assert set(signals(text)) == {"SHOUTING"}


@pytest.mark.parametrize(
    "text",
    [
        "NATO, USA, OK.",
        "The BBC and the NHS said so, and NATO and the FBI agreed with them.",
        "这是一个很长的句子没有大小写之分所以不可能是在大声喊叫对吧",
        "هذا نص طويل بلا حروف كبيرة أو صغيرة على الإطلاق",
        "यह एक लंबा वाक्य है जिसमें बड़े अक्षर नहीं होते",
        "13 37 42 1000 2000 3000 4000 5000 6000 7000",
    ],
)
def test_what_only_looks_like_shouting_is_not(text) -> None:
    """Short, mixed, and scripts without case."""
    assert signals(text) == {}


@pytest.mark.parametrize(
    "text", ["Sooooooooooo good", "What??????????", "a" + "\u0301\u0316" * 6, "1111111111111"]
)
def test_repeated_characters_are_seen(text) -> None:
    """Letters, digits, question and exclamation marks in rows, and piles of accents."""
    assert set(signals(text)) == {"REPEATED_CHARACTERS"}


@pytest.mark.parametrize(
    "text", ["Sooooo good!!!", "------------------", "Well ..............", "____________", "= = = = =",
             "\u05d1\u05bc\u05b0\u0591\u05e8"],
)  # fmt: skip
def test_rules_dots_and_ordinary_emphasis_are_silent(text) -> None:
    """People draw lines, and Hebrew stacks a few marks."""
    assert signals(text) == {}


# -- hidden ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "v\u200bi\u200bagra",
        "c\u2060o\u2060rn",
        "c\u00adialis",
        "a\ufeffb",
        "ca\u200dt and do\u200cg",
        "x\U000e0041\U000e0042\U000e007f",
        "hidden\u2061 plus",
        "\u3164",
        "\u2800\u2800",
        "row \u200b\u200b\u200b\u200b of spaces",
        "a\ufe00\ufe01\ufe02 smuggled",
        "bell\x07 and escape\x1b[31m",
    ],
)
def test_hidden_characters_are_seen(text) -> None:
    """Inside words, in rows, or without any honest use."""
    assert set(signals(text)) - {"PROMOTION_PHARMACY"} == {"INVISIBLE_CHARACTERS"}


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 and \U0001f3f3\ufe0f\u200d\U0001f308",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937",
        "\u0e1b\u0e23\u0e30\u200b\u0e40\u0e17\u0e28",
        "\ufeffA text with a byte order mark, and at its end\ufeff",
        "copied\u200b from a page \u200b with stray spaces",
        "1\ufe0f\u20e3 and \u2764\ufe0f and \u845b\U000e0100",
        "Donau\u00addampf\u00adschiff",
        "\u05e9\u05dc\u05d5\u05dd\u200e, \u0645\u0631\u062d\u0628\u0627\u200f \u2067\u0645\u2069 \u061c",
        "\u2801\u2800\u2803",
        "a\tb\nc",
    ],
)
def test_characters_that_do_honest_work_are_silent(text) -> None:
    """Emoji, Persian, Indic, Thai, hyphenation, marks that right-to-left writers need."""
    assert signals(text) == {}


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("\u202eevil\u202c", 1.0),
        ("a\u202dtxt.exe", 1.0),
        ("left \u202b open", 0.5),
        ("left \u202b open\nclosed too late\u202c", 0.5),
    ],
)
def test_reversed_text_is_seen(text, strength) -> None:
    """An override anywhere, or an embedding that its paragraph leaves open."""
    found = signals(text)
    assert set(found) == {"BIDI_OVERRIDE"}
    assert found["BIDI_OVERRIDE"].strength == strength


@pytest.mark.parametrize(
    "text", ["\u202b\u05e9\u05dc\u05d5\u05dd\u202c is closed", "\u2066hidden\u2069", "\u200fabc", "\u061c", "stray\u202c"]
)  # fmt: skip
def test_closed_embeddings_marks_and_isolates_are_silent(text) -> None:
    """What right-to-left text needs, and what has no effect."""
    assert signals(text) == {}


def test_an_override_alone_is_held_and_names_are_looked_at() -> None:
    """What a reader sees must be what was written, in the name too."""
    assert verdict("\u202eevil\u202c").state is State.HELD
    found = signals(author_name="Erika\u202e")["BIDI_OVERRIDE"]
    assert (found.spans, found.detail) == ((), "override, in the name")
    found = signals(author_name="Eri\u200bka")["INVISIBLE_CHARACTERS"]
    assert (found.spans, found.detail) == ((), "1 character, in the name")


def test_evidence_points_at_what_is_hidden() -> None:
    """The desk can mark it."""
    assert signals("v\u200biagra")["INVISIBLE_CHARACTERS"].spans == ((1, 2),)
    assert signals("a\u202eb")["BIDI_OVERRIDE"].spans == ((1, 2),)
    assert signals("so!!!!!!!!!!")["REPEATED_CHARACTERS"].spans == ((2, 12),)
