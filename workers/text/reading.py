"""A text as it is read: disguises undone, step by step, and each place mapped back.

Cleaning (entities, what nobody sees, letters in boxes), joining (letters set apart), and then word
for word: look-alikes, compatibility forms and case (NFKC_Casefold), stand-ins, repeated letters.
White space becomes one space. `read` is quick and keeps no places; `Reading` also knows where each
place comes from. Both give the same text, in time linear in its length.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from workers.text.cleaning import cleaned, needs_cleaning, written_as_entities
from workers.text.edits import Edited
from workers.text.leet import is_keen
from workers.text.lookalikes import mostly_latin
from workers.text.spelling import are_initials, joined, needs_joining, words_set_apart
from workers.text.tokens import READERS, Manner, SpanMap, disguise_of, traced

DISGUISES_MAX = 50
"""So many are enough to show, and to be sure."""

READING_VERSION = "3"
"""Changes whenever some text is read differently: models are trained on what is read."""

_TOKEN = re.compile(r"\S+")


def read(text: str) -> str:
    """`text` as a reader takes it."""
    if needs_cleaning(text):
        text = cleaned(text).text
    if needs_joining(text):
        text = joined(text).text
    reader = READERS[_manner(text)]
    return " ".join(filter(None, map(reader.__getitem__, text.split())))


def _manner(text: str) -> Manner:
    return Manner(latin=text.isascii() or mostly_latin(text), keen=is_keen(text))


class Disguise(NamedTuple):
    """Where in the original a word was hidden, and how.

    By `look-alike` letters of other alphabets, `stand-in` digits and signs, letters set `apart`, a
    `fancy` alphabet, or an `entity` for a letter.
    """

    kind: str
    start: int
    end: int


class Reading:
    """A text as it is read, that can say where in the original a range of it stands."""

    def __init__(self, original: str) -> None:
        self._original = original
        self._cleaning = [cleaned(original)] if needs_cleaning(original) else []
        self._clean = self._cleaning[0].text if self._cleaning else original
        joining = [joined(self._clean)] if needs_joining(self._clean) else []
        self._steps = [*self._cleaning, *joining]
        plain = joining[0].text if joining else self._clean
        self._plain = plain
        self._manner = _manner(plain)
        reader = READERS[self._manner]
        self._starts: list[int] = []
        self._tokens: list[tuple[int, int]] = []
        # Evidence lies side by side, and a token may be as long as the text.
        self._traced: dict[int, SpanMap] = {}
        pieces = []
        length = 0
        for token in _TOKEN.finditer(plain):
            piece = reader[token[0]]
            if piece:
                self._starts.append(length)
                self._tokens.append(token.span())
                pieces.append(piece)
                length += len(piece) + 1
        self.text = " ".join(pieces)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that yields the non-empty range [start, end) of `text`."""
        return _led_back(self._place(start)[0], self._place(end - 1)[1], self._steps)

    def disguises(self) -> list[Disguise]:
        """Words that were hidden from programs, in order of their place in the original."""
        found = [Disguise("entity", *span) for span in written_as_entities(self._original)]
        cleaning, clean = self._cleaning, self._clean
        found += [
            Disguise("apart", *_led_back(start, end, cleaning))
            for start, end in words_set_apart(clean)
            if not are_initials(clean[start:end])
        ]
        for begin, (start, end) in zip(self._starts, self._tokens, strict=True):
            if len(found) >= DISGUISES_MAX:
                break
            token = self._plain[start:end]
            if not self.text.startswith(token.lower(), begin):
                kind = disguise_of(token, self._manner)
                if kind is not None:
                    found.append(Disguise(kind, *_led_back(start, end, self._steps)))
        return sorted(found, key=lambda one: (one.start, one.end))

    def _length(self, index: int) -> int:
        """How long the word of this index is as it is read."""
        last = index + 1 == len(self._starts)
        return (len(self.text) if last else self._starts[index + 1] - 1) - self._starts[index]

    def _place(self, place: int) -> tuple[int, int]:
        """The range of the plain text from which one character comes."""
        index = bisect_right(self._starts, place) - 1
        start, end = self._tokens[index]
        inside = place - self._starts[index]
        token = self._plain[start:end]
        length = self._length(index)
        if inside >= length:
            # The space between two words.
            return end, self._tokens[index + 1][0]
        if token.isascii() and length == len(token):
            return start + inside, start + inside + 1
        if index not in self._traced:
            self._traced[index] = traced(token, self._manner)
        first, last = self._traced[index](inside, inside + 1)
        return start + first, start + last


def _led_back(start: int, end: int, steps: list[Edited]) -> tuple[int, int]:
    for step in reversed(steps):
        start, end = step.original_span(start, end)
    return start, end
