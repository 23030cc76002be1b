"""Fingerprints: the same text and almost the same text are recognised, other texts are not."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obfuscations import WAYS

from service.core.copies import SKETCH_MAX, resemblance
from workers.fingerprint import KEYS, SHINGLES_MIN, fingerprint

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)

WORDS = [
    "bread",
    "oven",
    "flour",
    "water",
    "salt",
    "rye",
    "wheat",
    "spelt",
    "crust",
    "crumb",
    "starter",
    "yeast",
    "caraway",
    "morning",
    "evening",
    "kitchen",
    "grandmother",
    "village",
    "market",
    "mill",
    "stone",
    "baker",
    "loaf",
    "butter",
    "knife",
    "table",
    "window",
    "winter",
]


def _text(seed: int, words: int) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(WORDS) + str(rng.randrange(40)) for _ in range(words)]


def _changed(words: list[str], seed: int, places: int) -> list[str]:
    rng = random.Random(seed)
    changed = list(words)
    for place in rng.sample(range(len(words)), places):
        changed[place] = f"other{rng.randrange(10_000)}"
    return changed


def _index(one: list[str], two: list[str]) -> float:
    """Jaccard's index of the shingles, counted."""
    a, b = (
        {(first, second, 1) for first, second in pairwise(words)}
        | {(first, second, 2) for first, second in zip(words, words[2:], strict=False)}
        for words in (one, two)
    )
    return len(a & b) / len(a | b)


@given(ANY_TEXT)
def test_numbers_fit_the_columns(text) -> None:
    """63 bits for the digest, 31 for keys and sketch, in rising order; all or none of it."""
    found = fingerprint(text)
    assert 0 <= found.digest < 2**63
    assert all(0 <= one < 2**31 for one in found.sketch)
    assert list(found.sketch) == sorted(set(found.sketch))
    assert len(found.sketch) in {0, *range(SHINGLES_MIN, SKETCH_MAX + 1)}
    assert found.keys == found.sketch[:KEYS]
    assert fingerprint(text) == found


def test_numbers_stay_the_same_between_releases() -> None:
    """They are stored: a change of these needs a migration."""
    found = fingerprint(" ".join(WORDS))
    assert found.digest == 8461494782662611309
    assert len(found.sketch) == 53
    assert found.keys == (
        23170814,
        35119082,
        35364459,
        47560353,
        69668571,
        88745623,
        128712767,
        204208238,
    )


def test_spelling_makes_no_difference() -> None:
    """Case, width, white space and hidden characters are what copies are varied with first."""
    plain = " ".join(WORDS)
    hidden = "\u200b".join(plain.upper()).replace(" ", " \n\t ")
    wide = "".join(chr(ord(one) + 0xFEE0) if one > " " else one for one in plain)
    assert fingerprint(plain) == fingerprint(hidden) == fingerprint(wide)
    assert fingerprint(plain).digest != fingerprint(plain + "s").digest


def test_disguises_make_no_difference() -> None:
    """A campaign's text in another costume is the same text."""
    text = " ".join(WORDS[:20])
    for name in ("leet", "spaced", "dotted", "fancy", "zero width", "entities"):
        disguised = WAYS[name](text, random.Random(1))
        assert disguised != text
        assert resemblance(fingerprint(disguised).sketch, fingerprint(text).sketch, at_least=0.6), (
            name
        )


def test_short_texts_have_no_sketch() -> None:
    """Some fourteen words are the least that somebody can own."""
    assert fingerprint(" ".join(WORDS[:13])).sketch == ()
    assert len(fingerprint(" ".join(WORDS[:14])).sketch) == 25
    assert fingerprint("so " * 500).sketch == ()
    assert fingerprint("").keys == ()


@pytest.mark.parametrize(("places", "shared"), [(3, 0.99), (12, 0.95), (20, 0.75)])
def test_variants_become_candidates(places: int, shared: float) -> None:
    """Of 60 words three, twelve or twenty are others: a key is shared nearly always, or mostly."""
    found = 0
    for seed in range(200):
        words = _text(seed, 60)
        one, two = (fingerprint(" ".join(some)) for some in (words, _changed(words, seed, places)))
        found += bool(set(one.keys) & set(two.keys))
    assert found >= shared * 200


@pytest.mark.parametrize("places", [0, 1, 6, 15, 30, 60])
@pytest.mark.parametrize("length", [20, 60, 400])
def test_resemblance_estimates_the_index(length: int, places: int) -> None:
    """Exact for short texts, else within a few hundredths on average, and never for strangers."""
    errors = []
    for seed in range(50):
        words = _text(seed, length)
        changed = _changed(words, seed, min(places, length))
        one, two = fingerprint(" ".join(words)), fingerprint(" ".join(changed))
        truth = _index(words, changed)
        estimate = resemblance(one.sketch, two.sketch, at_least=0.0)
        assert estimate == resemblance(two.sketch, one.sketch, at_least=0.0)
        found = resemblance(one.sketch, two.sketch, at_least=0.5)
        assert found == (estimate if estimate >= 0.5 else 0.0)
        errors.append(abs(estimate - truth))
        if length == 20:
            assert estimate == pytest.approx(truth)
    assert sum(errors) / len(errors) < 0.05


def test_texts_without_a_sketch_resemble_nothing() -> None:
    """Not even themselves: that is what the digest is for."""
    short, long = fingerprint("Thanks!"), fingerprint(" ".join(WORDS))
    for one, two in ((short, short), (short, long), (long, short)):
        assert resemblance(one.sketch, two.sketch, at_least=0.1) == 0.0


def test_scripts_without_spaces_are_recognised_too() -> None:
    """Each Han, kana or Thai character is a token, so a changed one spoils four shingles only."""
    for alphabet in (
        "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏",
        "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟ",
    ):
        rng = random.Random(7)
        text = "".join(rng.choice(alphabet) for _ in range(80))
        changed = text[:40] + "字" + text[41:]
        sketch = fingerprint(text).sketch
        assert resemblance(fingerprint(changed).sketch, sketch, at_least=0.6) > 0.6
