"""Hashed n-grams: words one by one and in pairs, and three to five characters in a row.

Every n-gram becomes a number below `BUCKETS`, its bucket; a model has a weight for each bucket.
Nothing here depends on the machine, the process or a library's release: the hashes are polynomials
over code points with odd factors modulo 2**32 and 2**64, mixed by the finalisers of MurmurHash3
(Austin Appleby, public domain), so weights trained today fit tomorrow's texts. numpy does all of it
for a whole batch at once, since a call to it costs more than the work on one short text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 18
NOBODYS = BUCKETS
"""Where n-grams go that would reach over the end of a text: tables have a row of zeros there."""

LENGTHS = (3, 4, 5)

Ints = npt.NDArray[np.int64]
Buckets = npt.NDArray[np.uint32]
Codes = npt.NDArray[np.uint32]

_FACTORS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], dtype=np.uint32)
_SALTS = np.array([0x2545F491, 0x6C8E9CF5, 0xB5297A4D], dtype=np.uint32)
_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
_PAIR = np.uint64(0xBF58476D1CE4E5B9)

# What stands between words, beside what in ASCII is no letter and no digit. It is fixed here, since
# a newer Unicode in a newer Python must not move words to other buckets.
_SEPARATORS = (
    (0x80, 0xA9), (0xAB, 0xB4), (0xB6, 0xB9), (0xBB, 0xBF), (0xD7, 0xD7), (0xF7, 0xF7),
    (0x60C, 0x60C), (0x61B, 0x61B), (0x61F, 0x61F), (0x66A, 0x66D), (0x6D4, 0x6D4),
    (0x964, 0x965), (0x2000, 0x206F), (0x20A0, 0x20CF), (0x2100, 0x2BFF), (0x2E00, 0x2E7F),
    (0x3000, 0x3004), (0x3008, 0x3020), (0x3030, 0x3030), (0xD800, 0xF8FF), (0xFE00, 0xFE1F),
    (0xFE30, 0xFE6F), (0xFF00, 0xFF0F), (0xFF1A, 0xFF20), (0xFF3B, 0xFF40), (0xFF5B, 0xFF65),
    (0xFFE0, 0xFFFF),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of one kind of all texts of a batch, in the order of their places.

    `buckets[i]` is of the n-gram that reaches from `starts[i]` up to `ends[i]` in the texts set one
    after the other. Those of text `t` are from `edges[t]` up to `edges[t + 1]`.
    """

    buckets: Buckets
    edges: Ints
    starts: Ints
    ends: Ints


@dataclass(frozen=True, slots=True)
class Features:
    """All n-grams of a batch; text `t` begins at place `offsets[t]` of the texts set in a row.

    Each text stands there between two spaces, which makes words at an edge like all others.
    """

    kinds: tuple[Grams, ...]
    offsets: Ints


def extract(texts: Sequence[str]) -> Features:
    """The n-grams of each text, in time linear in the sum of their lengths."""
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum([len(text) + 2 for text in texts], out=offsets[1:])
    whole = f" {'  '.join(texts)} " if texts else ""
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return Features((*_characters(codes, offsets), *_words(codes, offsets)), offsets)


def _characters(codes: Codes, offsets: Ints) -> list[Grams]:
    longest = LENGTHS[-1]
    padded = np.concatenate([codes, np.zeros(longest - 1, dtype=np.uint32)])
    places = np.arange(len(codes), dtype=np.int64)
    hashed = padded[: len(codes)] * _FACTORS[0]
    kinds = []
    for length in range(2, longest + 1):
        hashed = hashed + padded[length - 1 : length - 1 + len(codes)] * _FACTORS[length - 1]
        if length in LENGTHS:
            buckets = _mixed_32(hashed ^ _SALTS[LENGTHS.index(length)])
            for left in range(1, length):
                # Where a text is shorter than this, its neighbour has nothing here either.
                buckets[offsets[1:] - left] = NOBODYS
            kinds.append(Grams(buckets, offsets, places, places + length))
    return kinds


def _words(codes: Codes, offsets: Ints) -> list[Grams]:
    """Words and pairs of them: hashes of runs of any length are differences of running sums."""
    inside = _is_word()[np.minimum(codes, 0xFFFF)]
    changes = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = changes[0::2], changes[1::2]
    edges = np.searchsorted(starts, offsets)
    powers, inverses = _powers(1 << max(len(codes) - 1, 1).bit_length())
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(codes * powers[: len(codes)], out=sums[1:])
    words = _mixed_64((sums[ends] - sums[starts]) * inverses[starts])
    pairs = _bucket_64(_mixed_64(words[:-1] * _PAIR + words[1:]))
    pairs = np.append(pairs, np.zeros(len(words) - len(pairs), dtype=np.uint32))
    lasts = edges[1:][edges[1:] > edges[:-1]] - 1
    pairs[lasts] = NOBODYS
    return [
        Grams(_bucket_64(words), edges, starts, ends),
        Grams(pairs, edges, starts, np.append(ends[1:], ends[-1:])),
    ]


@lru_cache(maxsize=1)
def _is_word() -> npt.NDArray[np.bool_]:
    table = np.ones(0x10000, dtype=np.bool_)
    table[:0x80] = [chr(one).isalnum() or chr(one) in "_'" for one in range(0x80)]
    for first, last in _SEPARATORS:
        table[first : last + 1] = False
    return table


@lru_cache(maxsize=4)
def _powers(many: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """The first powers of the base and of its inverse modulo 2**64."""
    return tuple(  # type: ignore[return-value]
        np.cumprod(np.append(np.uint64(1), np.full(many - 1, base, dtype=np.uint64)))
        for base in (_BASE, _BASE_INVERSE)
    )


def _mixed_32(hashed: Buckets) -> Buckets:
    hashed = (hashed ^ (hashed >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashed = (hashed ^ (hashed >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashed >> np.uint32(14)


def _mixed_64(hashed: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    hashed = (hashed ^ (hashed >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    hashed = (hashed ^ (hashed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return hashed ^ (hashed >> np.uint64(33))


def _bucket_64(hashed: npt.NDArray[np.uint64]) -> Buckets:
    return (hashed >> np.uint64(46)).astype(np.uint32)
