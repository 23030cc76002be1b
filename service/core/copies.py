"""Texts that come again: fingerprints to know them by, and what a check is told of copies."""

from dataclasses import dataclass

SKETCH_MAX = 64
"""Numbers in a full sketch; the standard error of a resemblance of 0.2 is then 0.05."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of a text: `digest` of its squeezed form, and a sketch for finding variants of it.

    `sketch` are the smallest hashes of its shingles in rising order, at most `SKETCH_MAX`; `keys`
    are the first of them: a text that shares one is a candidate. Both are empty for texts too short
    to be recognised again.
    """

    digest: int
    keys: tuple[int, ...]
    sketch: tuple[int, ...]


def resemblance(one: tuple[int, ...], other: tuple[int, ...], *, at_least: float) -> float:
    """An estimate, from their sketches, of Jaccard's index of the shingles of two texts; 0 if it is
    below `at_least`.

    Of bottom-k sketches (Broder 1997): the share that both have of the smallest of either. One
    that is not full holds all hashes of its text; of two such the index is exact.
    """
    both = set(one).intersection(other)
    # It is no more than this, and most candidates share little: that is seen quickly.
    if not both or len(both) < at_least * max(len(one), len(other)):
        return 0.0
    smallest = sorted(set(one).union(other))
    if max(len(one), len(other)) >= SKETCH_MAX:
        smallest = smallest[:SKETCH_MAX]
    index = sum(hash_ in both for hash_ in smallest) / len(smallest)
    return index if index >= at_least else 0.0


@dataclass(frozen=True, slots=True)
class Copies:
    """How many other recent comments of the site have the same or almost the same text.

    `refused` of the exact and near ones are spam or rejected, `refused_by_people` so decided by a
    moderator.
    """

    same_author_and_thread: int = 0
    exact: int = 0
    near: int = 0
    refused: int = 0
    refused_by_people: int = 0


@dataclass(frozen=True, slots=True)
class Campaign:
    """The earlier comments that a comment is a variant of, by distinct authors, pages, networks.

    `refused` of them are spam or rejected, `refused_by_people` and `accepted_by_people` so decided
    by a moderator.
    """

    others: int = 0
    authors: int = 0
    pages: int = 0
    networks: int = 0
    refused: int = 0
    refused_by_people: int = 0
    accepted_by_people: int = 0


NO_COPIES = Copies()
ALONE = Campaign()
