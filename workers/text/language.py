"""Which language a text is in, where that can be told."""

import re

try:
    import pycld2  # type: ignore[import-untyped]  # there are no annotations
except ImportError:  # There are no wheels for this machine: nothing is known of languages.
    pycld2 = None

LETTERS_MIN = 40
"""Fewer letters say little: names, exclamations and quotations look like anything."""

CHARS_MAX = 300
"""So much is looked at: it is enough, and the library takes quadratic time where no spaces are."""

SHARE_MIN = 80
"""Per cent of the text that must be in the language."""

_NO_WORDS = re.compile(r"\S*(?:://|www\.|[@#])\S*|[^\w\s'-]+|[\d_]+")


def guess_language(text: str, letters_min: int = LETTERS_MIN) -> str | None:
    """The ISO 639-1 code ("en"; "zh" for Chinese in either script), or None if there is doubt.

    A text of fewer letters than `letters_min` is in doubt.
    """
    plain = _NO_WORDS.sub(" ", text[:CHARS_MAX])
    if pycld2 is None or sum(map(str.isalpha, plain)) < _letters_min(plain, letters_min):
        return None
    try:
        reliable, _, guesses = pycld2.detect(plain, bestEffort=False)
    except pycld2.error:
        return None  # It takes no text with characters that Unicode has not assigned.
    _, code, share, _ = guesses[0]
    if not reliable or share < SHARE_MIN or code == "un":
        return None
    return str(code).partition("-")[0]


def _letters_min(text: str, letters: int) -> int:
    # A letter of Chinese, Japanese or Korean says as much as three of an alphabet.
    wide = sum("\u2e80" <= one <= "\uffdc" for one in text)
    return letters // 3 if wide * 2 > len(text) else letters
