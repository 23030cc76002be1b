"""Features: the words, letter groups and habits of a comment, as numbers under a site's key.

A feature is one of 65,536 numbers, so a filter has a size that nothing can exceed and needs no
pruning. Without the key nobody can tell which words stand behind a number. Words alone, four
letters at a time and a few habits were as good as pairs of words and more kinds of letter groups
besides (`tests/bench/site_filter_figures.py`), at half the size.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from math import log2
from urllib.parse import urlsplit
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from workers.text import Text

FORM = 1
"""Part of a reading's scheme: raise it when the same text would get other features."""

BUCKETS = 1 << 16
FEATURES_MAX = 192
WORDS_MAX = 128
_LETTERS = 4
_LETTERS_CHARS = 2_000
_WORD_CHARS = 40
_MARKS_MAX = 24
_NAME_CHARS = 100

_WORD = re.compile(r"\w+")
_MARK = re.compile(r"[^\w\s]")
_HOST = re.compile(r"(?:https?://|(?<!\w)www\.)(?:www\.)?([\w.-]{1,80})", re.IGNORECASE)

Numbers = NDArray[np.uint16]


@dataclass(frozen=True)
class Features:
    """Of one comment: `text` and `name` as they are read, `url` of the author's own web site."""

    text: Text
    name: str
    url: str | None
    key: bytes

    @cached_property
    def numbers(self) -> Numbers:
        """Each feature's number once, in ascending order: at most `FEATURES_MAX`."""
        first = [*self._habits(), *self._others()]
        words = {_code("w", word) for word in self._words()}
        kept = _sampled(words, WORDS_MAX, self.key)
        # Letters fill what room is left. Which of too many stay is decided by the key, so that
        # nobody can push them out by a long innocent beginning, and copies keep the same ones.
        room = FEATURES_MAX - len(first) - len(kept)
        letters = _sampled(self._letters(), room, self.key)
        codes = np.array([*first, *kept, *letters], dtype=np.uint64)
        return np.unique(_numbers(codes, self.key))

    @cached_property
    def packed(self) -> bytes:
        """The numbers as `core.lessons.SiteFilter` takes them."""
        return self.numbers.astype("<u2").tobytes()

    def words_with(self, numbers: frozenset[int]) -> list[tuple[int, int, int]]:
        """Where in the text, as it is read, words with these numbers stand: start, end, number."""
        matches = list(_WORD.finditer(self.text.read))
        codes = np.array([_code("w", one[0][:_WORD_CHARS]) for one in matches], dtype=np.uint64)
        return [
            (match.start(), match.end(), number)
            for match, number in zip(matches, _numbers(codes, self.key).tolist(), strict=True)
            if number in numbers
        ]

    def _words(self) -> set[str]:
        return {word[:_WORD_CHARS] for word in _WORD.findall(self.text.read)}

    def _letters(self) -> set[int]:
        units = f" {self.text.read[:_LETTERS_CHARS]} ".encode("utf-16-le", "surrogatepass")
        width = 2 * _LETTERS
        groups = {units[at : at + width] for at in range(0, len(units) - width + 1, 2)}
        return set(map(crc32, groups))

    def _habits(self) -> list[int]:
        written = self.text.written
        length = max(1, len(written))
        capitals = sum(map(str.isupper, written[:_LETTERS_CHARS]))
        digits = sum(map(str.isdigit, written[:_LETTERS_CHARS]))
        seen = [
            f"length {int(log2(length + 1))}",
            f"capitals {min(4, 10 * capitals // min(length, _LETTERS_CHARS))}",
            f"digits {min(3, digits // 2)}",
            f"calls {min(3, written.count('!'))}",
            f"url {self.url is not None}",
        ]
        if not written.isascii():
            seen.append("other than ASCII")
        return [_code("h", one) for one in seen]

    def _others(self) -> set[int]:
        marks = sorted(set(_MARK.findall(self.text.read[:_LETTERS_CHARS])))[:_MARKS_MAX]
        hosts = {host.lower() for host in _HOST.findall(self.text.written[: 2 * _LETTERS_CHARS])}
        names = {one[:_WORD_CHARS] for one in _WORD.findall(self.name[:_NAME_CHARS])}
        found = {_code("p", one) for one in marks}
        found |= {_code("l", host) for host in sorted(hosts)[:8]}
        found |= {_code("n", one) for one in sorted(names)[:8]}
        found.add(_code("c", f"links {min(3, len(hosts))}"))
        if self.url is not None:
            found.add(_code("u", _host(self.url)))
        return found


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _code(kind: str, text: str) -> int:
    return crc32(f"{kind}{text}".encode("utf-8", "surrogatepass"))


def _sampled(codes: set[int], at_most: int, key: bytes) -> list[int]:
    if len(codes) <= at_most:
        return list(codes)
    found = np.fromiter(codes, dtype=np.uint64, count=len(codes))
    _, _, other = _factors(key)
    order = np.argpartition((found * other) >> np.uint64(32), at_most)
    chosen: list[int] = found[order[:at_most]].tolist()
    return chosen


def _numbers(codes: NDArray[np.uint64], key: bytes) -> Numbers:
    """Multiply-shift hashing (Dietzfelbinger and others 1997) with factors that the key yields."""
    mask, factor, _ = _factors(key)
    return (((codes ^ mask) * factor) >> np.uint64(48)).astype(np.uint16)


@lru_cache(maxsize=256)
def _factors(key: bytes) -> tuple[np.uint64, np.uint64, np.uint64]:
    made = blake2b(key, digest_size=20, person=b"site filter").digest()
    mask, one, other = made[:4], made[4:12], made[12:]
    return (
        np.uint64(int.from_bytes(mask)),
        np.uint64(int.from_bytes(one) | 1),
        np.uint64(int.from_bytes(other) | 1),
    )
