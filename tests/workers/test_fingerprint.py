"""Fingerprints: the same text and almost the same text are recognised, other texts are not."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from obfuscations import WAYS

from workers.fingerprint import fingerprint

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


def _similarity(one: list[str], two: list[str]) -> float:
    a, b = {*pairwise(one)}, {*pairwise(two)}
    return len(a & b) / len(a | b)


@given(ANY_TEXT)
def test_numbers_fit_the_columns(text) -> None:
    """63 bits for digest and bands, 31 for the sketch; all or none of it."""
    found = fingerprint(text)
    assert 0 <= found.digest < 2**63
    assert all(0 <= band < 2**63 for band in found.bands)
    assert all(0 <= least < 2**31 for least in found.sketch)
    assert (len(found.bands), len(found.sketch)) in {(0, 0), (4, 8)}
    assert fingerprint(text) == found


def test_numbers_stay_the_same_between_releases() -> None:
    """They are stored: a change of these needs a migration."""
    found = fingerprint(" ".join(WORDS))
    assert found.digest == 8461494782662611309
    assert found.sketch == (
        2083133613,
        532279668,
        533862039,
        683220293,
        1129068388,
        503726803,
        331117847,
        146563095,
    )
    assert found.bands == (
        281624260853511347,
        4984856952334790025,
        754429004262775467,
        7882558568738786678,
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
        assert fingerprint(disguised).resembles(fingerprint(text).sketch, at_least=0.7), name


def test_short_texts_have_no_sketch() -> None:
    """Twelve different pairs of words are the least that somebody can own."""
    assert fingerprint(" ".join(WORDS[:12])).sketch == ()
    assert len(fingerprint(" ".join(WORDS[:13])).sketch) == 8
    assert fingerprint("so " * 500).sketch == ()
    assert fingerprint("").bands == ()


def test_near_copies_become_candidates() -> None:
    """Of texts with an index of 0.8 or more, over 95 in 100 share a band."""
    shared = total = 0
    for seed in range(400):
        words = _text(seed, 60)
        changed = _changed(words, seed, 3)
        if _similarity(words, changed) >= 0.8:
            total += 1
            one, two = fingerprint(" ".join(words)), fingerprint(" ".join(changed))
            shared += bool(set(one.bands) & set(two.bands))
    assert total > 200
    assert shared > 0.95 * total


def test_one_changed_word_is_a_near_copy_and_another_text_is_not() -> None:
    """What the check calls a near copy is one nearly always; strangers never are."""
    near = strangers = 0
    for seed in range(300):
        words = _text(seed, 60)
        found = fingerprint(" ".join(words))
        copy = fingerprint(" ".join(_changed(words, seed, 1)))
        other = fingerprint(" ".join(_text(seed + 10_000, 60)))
        near += copy.resembles(found.sketch, at_least=0.75)
        strangers += other.resembles(found.sketch, at_least=0.75)
    assert near > 0.95 * 300
    assert strangers == 0


def test_scripts_without_spaces_are_recognised_too() -> None:
    """Each Han, kana or Thai character is a token, so a changed one spoils two pairs only."""
    for alphabet in (
        "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏",
        "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟ",
    ):
        rng = random.Random(7)
        text = "".join(rng.choice(alphabet) for _ in range(80))
        changed = text[:40] + "字" + text[41:]
        assert fingerprint(changed).resembles(fingerprint(text).sketch, at_least=0.75)
