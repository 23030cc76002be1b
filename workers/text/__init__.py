"""The text front end: a text as it was written, and as it is read; worked out once for all checks.

`Text` is what checks and models look at. What they find in the text as it is *read* they report as
ranges of the text as it was *written*, so that evidence shows in what the visitor typed.
"""

from collections.abc import Sequence
from functools import cached_property

from workers.text.folding import IGNORABLE, SPANS_MAX, Folded, folded
from workers.text.hosts import Host, host_of
from workers.text.language import guess_language
from workers.text.links import Link, links
from workers.text.reading import READING_VERSION, Disguise, Reading, read
from workers.text.tokens import FANCY

__all__ = [
    "IGNORABLE",
    "READING_VERSION",
    "SPANS_MAX",
    "Disguise",
    "Folded",
    "Host",
    "Link",
    "Text",
    "folded",
    "host_of",
    "read",
]

_FEW_LETTERS = 10


class Text:
    """One text. Each of its forms is made when it is first asked for, and kept.

    `written` is what was typed. `folded` is for comparing (NFKC_Casefold, white space collapsed).
    `read` is what a reader makes of it, disguises undone; `read_span` leads from there back.
    """

    def __init__(self, written: str) -> None:
        self.written = written

    @cached_property
    def folded(self) -> str:
        return folded(self.written)

    @cached_property
    def read(self) -> str:
        known = self.__dict__.get("_reading")
        return known.text if known is not None else read(self.written)

    def read_span(self, start: int, end: int) -> tuple[int, int]:
        """The range of `written` that yields the non-empty range [start, end) of `read`."""
        return self._reading.original_span(start, end)

    @cached_property
    def disguises(self) -> Sequence[Disguise]:
        """Words hidden from programs, where they were written."""
        # Most texts are read as they stand, and need no places.
        if self.read == self.folded.strip() and FANCY.search(self.written) is None:
            return ()
        return self._reading.disguises()

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return links(self.written)

    @cached_property
    def language(self) -> str | None:
        """The ISO 639-1 code; None where the text is short, mixed or doubtful."""
        return guess_language(self.read)

    @cached_property
    def likely_language(self) -> str | None:
        """A guess that is good enough to choose between two meanings of a word, not to judge by."""
        return guess_language(self.read, _FEW_LETTERS)

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self.written)
