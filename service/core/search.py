"""Words by which the desk finds comments: the same for texts and for what is searched.

A word is folded: compatibility forms, case and marks over letters are gone. In scripts that put no
spaces between words every two neighbouring letters are one, so that any part of a text is found.
Words are written in ASCII, so that both databases take them as they are, without parsing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

INDEXED_MAX = 3_000
"""So many different words of a comment are found; a longer one repeats itself, or is none."""

WORD_MAX_CHARS = 32
"""What goes beyond is cut off, in texts and searches alike."""

SEARCHED_MAX = 8
"""So many words of a search count."""

PREFIX_MIN_BYTES = 3
"""From so many bytes of UTF-8 on a searched word finds those that begin with it: three Latin
letters, or one Korean syllable.
"""

_WORD = re.compile(r"[^\W_]+")
# Chinese, Japanese, Thai, Lao, Tibetan, Burmese, Khmer; all planes of ideographs.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
_PLAIN = re.compile(r"[0-9a-z]+")


def words_of(texts: Iterable[str]) -> str:
    """The words of a comment, each once, with spaces between; in the order in which they come."""
    found: dict[str, None] = {}
    for text in texts:
        for word in _words(text):
            found.setdefault(word)
            if len(found) >= INDEXED_MAX:
                return " ".join(found)
    return " ".join(found)


def searched_words(text: str) -> tuple[str, ...]:
    """What a search asks for, all of it at once; a word that ends in `*` stands for its beginnings.

    Empty where there is nothing that a text could be found by.
    """
    found: dict[str, None] = {}
    for run in _runs(text):
        if _UNSPACED.fullmatch(run):
            pairs = [run[at : at + 2] for at in range(len(run) - 1)]
            terms = [_ascii(pair) for pair in pairs] or [_ascii(run) + "*"]
        else:
            begins = len(run.encode("utf-8", "replace")) >= PREFIX_MIN_BYTES
            terms = [_ascii(run[:WORD_MAX_CHARS]) + ("*" if begins else "")]
        for term in terms:
            found.setdefault(term)
            if len(found) >= SEARCHED_MAX:
                return tuple(found)
    return tuple(found)


def _words(text: str) -> Iterator[str]:
    for run in _runs(text):
        if _UNSPACED.fullmatch(run):
            # The last letter begins a word of its own, so that each alone is found, too.
            yield from (_ascii(run[at : at + 2]) for at in range(len(run)))
        else:
            yield _ascii(run[:WORD_MAX_CHARS])


def _runs(text: str) -> Iterator[str]:
    """Stretches of letters and digits, folded, each in one kind of script."""
    for word in _WORD.findall("".join(map(_folded, text))):
        done = 0
        for run in _UNSPACED.finditer(word):
            if run.start() > done:
                yield word[done : run.start()]
            yield run[0]
            done = run.end()
        if done < len(word):
            yield word[done:]


@lru_cache(maxsize=8192)
def _folded(character: str) -> str:
    # One by one: normalising a row of marks as a whole takes quadratic time.
    parts = unicodedata.normalize("NFKD", character)
    kept = "".join(part for part in parts if unicodedata.category(part)[0] != "M")
    return unicodedata.normalize("NFC", kept).casefold()


@lru_cache(maxsize=8192)
def _ascii(word: str) -> str:
    """The word itself, or its UTF-8 in hexadecimal, of which a beginning is still a beginning."""
    return word if _PLAIN.fullmatch(word) else "x" + word.encode("utf-8", "replace").hex()
