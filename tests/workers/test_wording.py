"""The lexicons and the language of their patterns."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.lexicons import expanded
from workers.text import SPANS_MAX, Text
from workers.wording import Wording
from workers.wording.lexicon import build, lexicon
from workers.wording.reading import IDIOM

GRAMMAR = {
    "words": {
        "you": "you", "your": "your", "i": "i", "my": "my", "not": "not", "but": "but", "say": "say",
        "mention": "word", "i_am": "im", "be": "are", "this": "this", "they": "they", "with": "with", "denounce": "racist", "bad": "bad[|der|dest] awful",
    }
}  # fmt: skip

HOSTILE = (
    "a ", "you ", "you are so very ", "i will just ", "jews are all so ", '" you idiot " ', "he said you idiot ",
    "the ", "*", "a*", "a'", "fuck ", "the filthy ", "i want to end my own life ", "hope you get ", "1 ",
    "12345678 ", "1.", "+1 ", "4111111111111111 ", "a@b.co ", "@", "(at)", "1 A St ", "strasse 1 ",
    "YOU ARE A FOOL ", "1 rue A ", "my number 555-234-5678 ", "call 030 901820, ", "c/ A ", "\u201e", "kill ",
)  # fmt: skip


def _finds(pattern: str, text: str) -> bool:
    """Whether a pattern over the words above finds something in `text`."""
    known = build([GRAMMAR, {"patterns": {"it": {"1.0": [pattern]}}}])
    codes = (
        "."
        + "".join(known.codes.get(one, {",": ",", ".": "."}.get(one, "o")) for one in text.split())
        + "."
    )
    return any(one.regex.search(codes) for some in known.by_code.values() for one in some)


@pytest.mark.parametrize(
    ("pattern", "found", "missed"),
    [
        ("<you> <bad>", "you badder", "you are bad"),
        ("<you> , <bad>", "you , bad", "you bad"),
        ("<you> <bad>", "you , bad", "you . bad"),
        ("<you> _2 <bad>", "you are so bad", "you are so very bad"),
        ("<you> _2 <bad>", "you bad", "you not bad"),
        ("<you> ~2 <bad>", "you not bad", "you . bad"),
        ("<you> are? <bad>", "you are bad", "you so bad"),
        ("!are <bad>|good", "so good", "so fine"),
        ("<you> !are", "you were", "you are"),
        ("-very <bad>", "so bad", "very bad"),
        ("^ <bad>", "so . bad", "so bad"),
        ("<bad> $", "so bad", "bad day"),
        ("<bad>|day day|$", "so bad", "bad night"),
        ("( <you> are | your ) <bad>", "your awful", "you awful"),
        ("( <you> are )? <bad>", "bad", "good"),
    ],
)
def test_patterns_of_words(pattern, found, missed) -> None:
    """Each element of the language, with a text that has it and one that does not."""
    assert _finds(pattern, found)
    assert not _finds(pattern, missed)


@pytest.mark.parametrize(
    "pattern", ["<nothing> here", "( <you>", "<you> )", "_3", "<you>? <bad>?", "?"]
)
def test_patterns_that_cannot_be_read_are_refused(pattern) -> None:
    """With the pattern in the message, so that whoever edits a lexicon finds it."""
    with pytest.raises(ValueError, match=r"pattern|brackets"):
        build([GRAMMAR, {"patterns": {"it": {"1.0": [pattern]}}}])


def test_words_are_expanded_and_folded() -> None:
    """Alternatives in square brackets, the empty one too; folded as texts are."""
    assert list(expanded("fein[|e|er]")) == ["fein", "feine", "feiner"]
    known = build([GRAMMAR, {"words": {"road": "Stra[ß]e"}}])
    assert "strasse" in known.codes


def test_every_lexicon_is_read_and_every_finding_is_used() -> None:
    """Guards and checks name findings that some pattern makes."""
    findings = {one.finding for some in lexicon().by_code.values() for one in some}
    assert findings == {
        IDIOM,
        "profanity",
        "insult",
        "undirected",
        "threat",
        "identity",
        "sexual",
        "risk",
        "encouraged",
    }
    assert set(lexicon().guards) <= findings


@given(st.lists(st.sampled_from([*HOSTILE, *lexicon().codes]), max_size=40).map(" ".join))
def test_any_row_of_known_words_can_be_read(text) -> None:
    """Findings lie in the text, in order, at most as many as are stored."""
    wording = Wording(Text(text))
    for name in (
        "profanity",
        "insult",
        "undirected",
        "threat",
        "identity",
        "sexual",
        "risk",
        "encouraged",
    ):
        for some in (wording.meant(name), wording.told(name)):
            spans = wording.spans(some)
            assert len(spans) <= SPANS_MAX
            assert list(spans) == sorted(spans)
            assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_is_linear_in_the_length(unit) -> None:
    """Four times the text takes about four times as long, and 10,000 characters a few milliseconds."""
    Wording(Text(unit)).meant("insult")
    shorter, longer = (
        min(_seconds(unit * (size // len(unit))) for _ in range(3)) for size in (10_000, 40_000)
    )
    assert shorter < 0.05
    assert longer < 8 * shorter + 0.005


def _seconds(text: str) -> float:
    read = Text(text)
    assert read.read is not None
    start = time.process_time()
    wording = Wording(read)
    for name in ("insult", "threat", "identity"):
        wording.meant(name)
    return time.process_time() - start
