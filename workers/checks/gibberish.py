"""Letters without words: what falls out of a keyboard, or a program that tries a form.

Only words in plain Latin letters are looked at; no script is gibberish to us because we cannot read
it. Names, codes, addresses and words of a single kind of letter ("hmm", "aaa") do not count.
"""

import re
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX

LETTERS_MIN = 10
SHARE_MIN = 0.4
"""This share of the letters must be in words that nobody can say."""

_WORD = re.compile(r"(?<![^\W_])(?<![@#/.:_-])[a-z]{5,40}(?![^\W_])(?![@/:_-])")
# Pairs of letters that words of languages in Latin letters do not have, but at their seams.
_NEVER = re.compile(
    r"(?=(?:b[qx]|c[fjvwx]|d[qx]|f[qxz]|g[qx]|h[xz]|j[bcfghjklmnpqrstvwxyz]|k[qx]|m[qx]|p[qx]|q[a-tv-z]"
    r"|s[x]|v[bcfghjkmpqtwx]|w[jqvx]|x[jkqrz]|z[fjqrx]|[bcdfghklmnprstvwxyz]j[bcdfghklmnpqrstvwxz]))"
)
_UNSPEAKABLE = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{6,}|(?:asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|wert|zxcv|xcvb)"
)
_ONE_SOUND = re.compile("sch|[cpst]h|ck|tz|pf|ng|[ns]t|ts")
_NEVER_MIN = 2
# Rare in text that can be said; every odd word has one of these.
_HINTS = (
    re.compile("[bcdfghjklmnpqrstvwxz]{5}"),
    re.compile("[jqvxz][bcdfgjkmpqvwxz]"),
)


def check_gibberish(material: Material) -> Iterable[Signal]:
    text = material.text.read
    if not any(hint.search(text) for hint in _HINTS):
        return
    words = list(_WORD.finditer(text))
    letters = sum(map(str.isalpha, text))
    if not words or letters < LETTERS_MIN:
        return
    odd = [one for one in words if _is_odd(one[0])]
    share = sum(len(one[0]) for one in odd) / letters
    if share >= SHARE_MIN:
        spans = tuple(material.text.read_span(*one.span()) for one in odd[:SPANS_MAX])
        yield Signal("GIBBERISH", min(share, 1.0), f"{share:.0%} of the letters", spans)


def _is_odd(word: str) -> bool:
    # Several letters for one sound, of which German puts many in a row.
    spoken = _ONE_SOUND.sub("c", word)
    return (
        _UNSPEAKABLE.search(spoken) is not None
        or sum(1 for _ in _NEVER.finditer(word)) >= _NEVER_MIN
    ) and len(set(word)) > 2  # noqa: PLR2004 ("hahaha")
