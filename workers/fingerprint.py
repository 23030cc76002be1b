"""Fingerprints: how a text is recognised again, word for word or as a variant.

A text's shingles are the pairs of tokens that stand next to each other, and those with one token
between them: whoever swaps every fourth word leaves half of them alone. The sketch are the smallest
hashes of all shingles (bottom-k, Broder 1997), from which Jaccard's index of two texts' shingles is
estimated (`Fingerprint.resemblance`). The eight smallest are the keys under which the store finds
candidates: of two texts with an index of 0.2 five in six share one, with 0.5 practically all.

Texts are taken as they are read (`workers.text`), so that a copy in disguise has the same
fingerprint.

All of this is stored, so the same text must give the same numbers on every machine and in every
release: neither `hash()` nor a library's unspecified hash is used.
"""

import re
from hashlib import blake2b
from zlib import crc32

from service.core.copies import SKETCH_MAX, Fingerprint
from workers.text import read

KEYS = 8
SHINGLES_MIN = 24
"""Texts with fewer shingles (some fourteen words) get no sketch: they are nobody's own."""

# Scripts written without spaces, or with syllable blocks that this must not split at random: each
# character is a token. Han, kana, bopomofo, Hangul jamo, Thai, Lao, Myanmar, Khmer.
_SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3100-\u318f"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_SINGLE}]|[^\W{_SINGLE}]+")

_MASK_64 = (1 << 64) - 1
# Multiply-add-shift hashing (Dietzfelbinger 1996) of two tokens' checksums: odd random multipliers,
# another second one for pairs with a token between.
_FIRST = 0x9E3779B97F4A7C15
_NEXT = 0xBF58476D1CE4E5B9
_AFTER_NEXT = 0x94D049BB133111EB


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of `text`: a 63-bit digest, keys and sketch of 31-bit numbers."""
    plain = read(text)
    sketch = _sketch(plain)
    digest = blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return Fingerprint(int.from_bytes(digest, "big") >> 1, keys=sketch[:KEYS], sketch=sketch)


def _sketch(plain: str) -> tuple[int, ...]:
    tokens = [crc32(token.encode("utf-8", "surrogatepass")) for token in _TOKEN.findall(plain)]
    firsts = [one * _FIRST for one in tokens]
    shingles = {
        ((one + two * _NEXT) & _MASK_64) >> 33 for one, two in zip(firsts, tokens[1:], strict=False)
    }
    shingles.update(
        ((one + two * _AFTER_NEXT) & _MASK_64) >> 33
        for one, two in zip(firsts, tokens[2:], strict=False)
    )
    if len(shingles) < SHINGLES_MIN:
        return ()
    return tuple(sorted(shingles)[:SKETCH_MAX])
