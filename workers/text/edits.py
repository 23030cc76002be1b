"""A text of which some ranges are replaced, and that knows what stood where before."""

from bisect import bisect_right
from collections.abc import Iterable


class Edited:
    """`original` after `edits`: (start, end, replacement), in order and without overlap.

    `text` is the result. A replacement stands for its range as a whole; what is kept stands for
    itself, character by character.
    """

    __slots__ = ("_ends", "_origins", "_starts", "text")

    def __init__(self, original: str, edits: Iterable[tuple[int, int, str]]) -> None:
        pieces: list[str] = []
        # Segments of the result: where each starts, and where what it comes from starts and ends.
        # A kept one ends nowhere (-1): its characters are counted from its start.
        self._starts: list[int] = []
        self._origins: list[int] = []
        self._ends: list[int] = []
        length = done = 0
        for start, end, replacement in (*edits, (len(original), len(original), "")):
            if start > done:
                self._segment(length, done, -1)
                pieces.append(original[done:start])
                length += start - done
            if replacement:
                self._segment(length, start, end)
                pieces.append(replacement)
                length += len(replacement)
            done = end
        self.text = "".join(pieces)

    def _segment(self, start: int, origin: int, end: int) -> None:
        self._starts.append(start)
        self._origins.append(origin)
        self._ends.append(end)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original from which the non-empty range [start, end) comes."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        begin, after = self._origins[first], self._ends[last]
        if self._ends[first] < 0:
            begin += start - self._starts[first]
        if after < 0:
            after = self._origins[last] + end - self._starts[last]
        return begin, after
