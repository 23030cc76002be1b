"""Fingerprints: how a text is recognised again, word for word or with a few words changed.

The sketch is one-permutation MinHash (Li, Owen, Zhang 2012) with eight bins over pairs of
consecutive tokens, empty bins filled by rotation (Shrivastava, Li 2014). The share of bins in which
two sketches agree estimates the Jaccard index J of their sets of pairs. Four bands of two bins each
are the keys under which the store finds candidates: texts with J = 0.8 share one with probability
1 - (1 - 0.8**2)**4 = 0.98. Whether a candidate is a near copy, `Fingerprint.resembles` decides.

Texts are taken as they are read (`workers.text`), so that a copy in disguise has the same
fingerprint.

All of this is stored, so the same text must give the same numbers on every machine and in every
release: neither `hash()` nor a library's unspecified hash is used.
"""

import re
from hashlib import blake2b
from itertools import pairwise
from struct import pack
from zlib import crc32

from service.core.comment import Fingerprint
from workers.text import read

BINS = 8
BINS_PER_BAND = 2
SHINGLES_MIN = 12
"""Texts with fewer distinct pairs get no sketch: "Thanks, great post!" is nobody's copy."""

# Scripts written without spaces, or with syllable blocks that this must not split at random: each
# character is a token. Han, kana, bopomofo, Hangul jamo, Thai, Lao, Myanmar, Khmer.
_SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3100-\u318f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_SINGLE}]|[^\W{_SINGLE}]+")

_MASK_64 = (1 << 64) - 1
_MASK_31 = (1 << 31) - 1
_FIRST = 0x9E3779B97F4A7C15
_SECOND = 0xBF58476D1CE4E5B9
_ROTATION = 0x2545F491


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of `text`: 63-bit numbers, those of the sketch 31-bit."""
    plain = read(text)
    digest = _number(plain.encode("utf-8", "surrogatepass"))
    sketch = _sketch(plain)
    bands = tuple(
        _number(pack(">BII", place, *sketch[place : place + BINS_PER_BAND]))
        for place in range(0, len(sketch), BINS_PER_BAND)
    )
    return Fingerprint(digest=digest, bands=bands, sketch=sketch)


def _number(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big") >> 1


def _sketch(plain: str) -> tuple[int, ...]:
    tokens = [crc32(token.encode("utf-8", "surrogatepass")) for token in _TOKEN.findall(plain)]
    pairs = {_mixed(one, two) for one, two in pairwise(tokens)}
    if len(pairs) < SHINGLES_MIN:
        return ()
    lowest: list[int | None] = [None] * BINS
    for pair in pairs:
        place, value = pair >> 61, pair & _MASK_31
        known = lowest[place]
        if known is None or value < known:
            lowest[place] = value
    return tuple(_filled(lowest, place) for place in range(BINS))


def _mixed(one: int, two: int) -> int:
    """A well mixed 64-bit number of an ordered pair (the finaliser of splitmix64)."""
    mixed = (one * _FIRST + two * _SECOND) & _MASK_64
    mixed = ((mixed ^ (mixed >> 30)) * _SECOND) & _MASK_64
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK_64
    return mixed ^ (mixed >> 31)


def _filled(lowest: list[int | None], place: int) -> int:
    """The bin's minimum; an empty bin borrows from the next full one, marked with the distance."""
    for distance in range(BINS):
        value = lowest[(place + distance) % BINS]
        if value is not None:
            return (value + distance * _ROTATION) & _MASK_31
    raise AssertionError("a sketch is made of at least one pair")
