"""What holds for every text: no check breaks, evidence lies in the text, shares sum to the score."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from subjects import signals, subject

from service.core.policy import decide, packaged_policy
from service.core.rules import Family
from workers.checks import CHECKS
from workers.fingerprint import fingerprint
from workers.pipeline import Pipeline
from workers.text import SPANS_MAX, Folded, folded

FAULTS = {"CHECK_FAILED", "CHECK_TIMED_OUT"}

# What breaks text code is not spread evenly over Unicode: these pieces are.
PIECES = st.sampled_from(
    [" ", "\n", "\t", "a", "B", "1", "_", "'", ".", "http://", "www.", "/", "=", "\u0301", "\u0316",
     "\u0f73", "\uff9e", "\u1161", "\u314f", "\u3131", "\u200b", "\u200d", "\u00ad", "\ufeff",
     "\u202e", "\u202a", "\u202c", "\u2066", "\U000e0041", "\ufe0f", "\u3164", "\u0e04", "\u0e38",
     "\u4e2d", "\u30ab", "\ud55c", "\u05d0", '"', "\ufb01", "\ufdfa", "\u0130", "\u00df", "\u00a8",
     "\ud800", "\x00", "\U0001f468", "\U0001f1e6", "word", "two words", "h3ll0", "f r e e ", "v.i.a.",
     "&#97;", "&amp", ";", "\u0430", "c\u0430sino", "\U0001d41a", "\U0001f170", "I", "$", "@", "soooo",
     "bit.ly/x", "[url=", "](", '<a href="', "paypa1.com", "hxxp://", " dot com", "casino", "whatsapp me"]
)  # fmt: skip
ANY_TEXT = st.one_of(
    st.text(st.characters(codec=None), max_size=200),
    st.lists(PIECES, max_size=60).map("".join),
)
LISTED = ("word", "two words", "\u4e2d", "\u30ab\u30ab", "a", "\u0e04", "\ud55c", "f", "1", "'")


@given(ANY_TEXT, ANY_TEXT, st.sampled_from([(), LISTED]))
def test_no_text_breaks_a_check_and_evidence_lies_in_it(text, name, words) -> None:
    """Whatever is typed in text or name: no fault, ranges inside the content, shares that add up."""
    found = signals(text, author_name=name, held_words=words, exact=1, languages=("de",),
                    blocked_domains=("bit.ly",), author_url=f"https://{name}")  # fmt: skip
    assert not FAULTS & set(found)
    for one in found.values():
        assert 0 < one.strength <= 1
        assert len(one.spans) <= SPANS_MAX
        assert all(0 <= start < end <= len(text) for start, end in one.spans)
        assert list(one.spans) == sorted(one.spans)
    verdict = decide(found.values(), packaged_policy())
    for family in Family:
        total = verdict.sum_of(family)
        points = [one.points for one in verdict.contributions if one.family is family]
        assert math.fsum([total.prior, *points]) == total.log_odds
    fingerprint(text)


@given(ANY_TEXT)
def test_folding_is_stable_and_its_map_covers_the_text(text) -> None:
    """Folding twice changes nothing, and each folded character has its place in the original."""
    once = folded(text)
    assert folded(once) == once
    mapped = Folded(text)
    for place in range(len(mapped.text)):
        start, end = mapped.original_span(place, place + 1)
        assert 0 <= start < end <= len(text)
        assert mapped.text[place] in Folded(text[start:end]).text


@given(ANY_TEXT)
def test_a_listed_word_is_found_among_others(text) -> None:
    """Nothing that stands around it, spaces between, hides a whole word."""
    content = f"{text} needle {text}"
    spans = signals(content, held_words=("needle",))["HELD_WORD"].spans
    assert "needle" in [content[start:end] for start, end in spans]


def _strings(folder: Path) -> Iterator[str]:
    yield from json.loads((folder / "blns/blns.json").read_text("utf-8"))
    yield from (folder / "xss-payloads/xss-payload-list.txt").read_text("utf-8").splitlines()
    attacks = json.loads((folder / "unicode-attacks/strings.json").read_text("utf-8"))
    for name, kind in attacks.items():
        for one in kind:
            # Lone surrogates cannot stand in a file of UTF-8, so they are escaped once more.
            yield from [json.loads(f'"{one}"')] if name == "lone_surrogates_json" else one
    patterns = json.loads((folder / "redos/patterns.json").read_text("utf-8"))
    yield from patterns["regexploit"]
    for pattern, recipe in patterns["known"]:
        yield pattern
        yield recipe
    yield from (letter * 10_000 + end for letter in "a0!_ " for end in ("b", "!", ""))


def test_collections_of_hostile_strings_break_nothing(shared) -> None:
    """Thousands of strings that broke other programs, as content and as a word list's entries."""
    texts = sorted({text for text in _strings(shared / "corpora") if text})
    assert len(texts) > 7_000
    subjects = [
        subject(text, author_name=text[:100], held_words=("alert", "script")) for text in texts
    ]
    beats: list[int] = []
    found = Pipeline().screen(subjects, lambda: beats.append(1))
    assert [text for text, some in zip(texts, found, strict=True)
            if FAULTS & {one.symbol for one in some}] == []  # fmt: skip
    [some] = Pipeline().screen([subject(held_words=tuple(texts))], lambda: None)
    assert not FAULTS & {one.symbol for one in some}


def test_names_of_checks_are_their_own_and_reasons_are_given() -> None:
    """A fault names one check, and nobody has to ask why a check exists."""
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.reason.endswith(".") for check in CHECKS)
    symbols = [symbol for check in CHECKS for symbol in check.symbols]
    assert len(set(symbols)) == len(symbols)
