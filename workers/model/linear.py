"""Linear readers: a weight for each n-gram and label, summed up, and turned into log-odds.

Weights are whole numbers and are summed as such, so a text has the same score alone, in a batch and
on any machine. A text's sum is divided by a power of how many n-grams it has, since a long text
gathers more of everything, and then led through the label's calibration: a rising line through a
few points, fitted on texts that the weights never saw.
"""

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from service.core.errors import SetupError
from workers.model.features import BUCKETS, LENGTHS, Features, Grams, extract

FORMAT = 1
GRAMS_MIN = 20
"""Texts with fewer n-grams are treated as if they had this many: three words prove little."""

_AT_ONCE_CHARACTERS = 1 << 16
_TROUBLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A model file's content.

    `table[bucket, label] * scales[label]` is a weight. `knots_x` and `knots_y` (label, knot) are
    the calibration, from sums to log-odds where a share `rates[label]` of texts has the label.
    """

    labels: tuple[str, ...]
    table: npt.NDArray[np.int16]
    scales: Floats
    power: float
    knots_x: Floats
    knots_y: Floats
    rates: Floats
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A stretch of the text that carried a score; `weight` is its share of the sum."""

    start: int
    end: int
    weight: float


class LinearModel:
    """Reads texts for the labels of one or several model files at once."""

    def __init__(self, parts: Sequence[Weights]) -> None:
        self.labels = tuple(label for part in parts for label in part.labels)
        columns = sum(len(part.labels) for part in parts)
        # Rows of a power of two bytes are fetched quickest. The last row is that of `NOBODYS`.
        wide = 1 << (columns - 1).bit_length()
        self._table = np.zeros((BUCKETS + 1, wide), dtype=np.int16)
        self._table[:BUCKETS, :columns] = np.hstack([part.table for part in parts])
        self._scales = np.concatenate([part.scales for part in parts])
        self._powers = np.concatenate([np.full(len(part.labels), part.power) for part in parts])
        self._knots = [
            (part.knots_x[place], part.knots_y[place])
            for part in parts
            for place in range(len(part.labels))
        ]
        self.rates = np.concatenate([part.rates for part in parts])

    def score(self, texts: Sequence[str]) -> Floats:
        """Log-odds, one row a text and one column a label."""
        found = np.empty((len(texts), len(self.labels)))
        for start, end in _portions(texts):
            found[start:end] = self._calibrated(self.sums(texts[start:end]))
        return found

    def sums(self, texts: Sequence[str]) -> Floats:
        """The scores before calibration."""
        features = extract(texts)
        totals = np.zeros((len(texts), self._table.shape[1]), dtype=np.int64)
        for grams in features.kinds:
            some = grams.edges[1:] > grams.edges[:-1]
            if some.any():
                rows = self._table.take(grams.buckets, axis=0)
                totals[some] += np.add.reduceat(
                    rows, grams.edges[:-1][some], axis=0, dtype=np.int64
                )
        columns = len(self.labels)
        sums: Floats = totals[:, :columns] * self._scales
        sizes: Floats = counted(features)[:, None] ** self._powers
        return sums / sizes

    def carriers(self, text: str, label: str, *, at_most: int = 5) -> Sequence[Carrier]:
        """What spoke most for the label, strongest first; stretches of whole words."""
        features = extract([text])
        column = self.labels.index(label)
        # Places are counted in the text between its two spaces.
        shares = np.zeros(len(text) + 3)
        for grams in features.kinds:
            weights = self._table[grams.buckets, column].astype(np.float64)
            inside = np.minimum(grams.ends, len(text) + 2)
            # An n-gram's weight is spread evenly over the places that it covers.
            each = weights / (inside - grams.starts)
            np.add.at(shares, grams.starts, each)
            np.add.at(shares, inside, -each)
        places = np.cumsum(shares)[1 : len(text) + 1]
        scale = self._scales[column] / counted(features)[0] ** self._powers[column]
        found = [
            Carrier(start, end, float(places[start:end].sum() * scale))
            for start, end in _words(features.kinds[-2])
        ]
        strongest = sorted(found, key=lambda one: -one.weight)[:at_most]
        return [one for one in strongest if one.weight > 0]

    def _calibrated(self, sums: Floats) -> Floats:
        return np.column_stack(
            [np.interp(sums[:, place], x, y) for place, (x, y) in enumerate(self._knots)]
        )


def counted(features: Features) -> Floats:
    """How many n-grams each text has, at least `GRAMS_MIN`."""
    lengths = np.diff(features.offsets)
    many = sum((np.maximum(lengths - length + 1, 0) for length in LENGTHS), np.zeros_like(lengths))
    words = np.diff(features.kinds[-1].edges)
    total: Floats = np.maximum(many + words + np.maximum(words - 1, 0), GRAMS_MIN).astype(
        np.float64
    )
    return total


def _words(words: Grams) -> Iterator[tuple[int, int]]:
    for start, end in zip(words.starts.tolist(), words.ends.tolist(), strict=True):
        yield start - 1, end - 1


def _portions(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Ranges of `texts` short enough that what is worked out for one fits a processor's cache."""
    start = characters = 0
    for place, text in enumerate(texts):
        if characters and characters + len(text) > _AT_ONCE_CHARACTERS:
            yield start, place
            start, characters = place, 0
        characters += len(text) + 1
    if characters:
        yield start, len(texts)


# -- files -----------------------------------------------------------------------------------------


def write_weights(path: Path, weights: Weights) -> None:
    """The same weights give the same bytes: a zip's times are fixed by numpy."""
    np.savez_compressed(
        path,
        format=np.array(FORMAT),
        labels=np.array(weights.labels),
        table=weights.table,
        scales=weights.scales,
        power=np.array(weights.power),
        knots_x=weights.knots_x,
        knots_y=weights.knots_y,
        rates=weights.rates,
        about=np.array(json.dumps(weights.about, sort_keys=True)),
    )


def read_weights(path: Path) -> tuple[Weights, str]:
    """The weights of a file, and the beginning of its SHA-256 as their version.

    Raises `SetupError` for a file that is missing, broken or of another format.
    """
    try:
        data = path.read_bytes()
        with np.load(BytesIO(data), allow_pickle=False) as found:
            if int(found["format"]) != FORMAT:
                raise ValueError("another format")
            weights = Weights(
                labels=tuple(str(one) for one in found["labels"]),
                table=found["table"],
                scales=found["scales"],
                power=float(found["power"]),
                knots_x=found["knots_x"],
                knots_y=found["knots_y"],
                rates=found["rates"],
                about=json.loads(str(found["about"])),
            )
        _require_sound(weights)
    except _TROUBLE as error:
        missing = isinstance(error, FileNotFoundError)
        raise SetupError(
            f"The model file {path.name} {'is missing' if missing else 'cannot be used'}"
            f"{'' if missing else f' ({type(error).__name__})'}: install Vestibule again, or train "
            "the models anew with `vestibule train`."
        ) from None
    return weights, sha256(data).hexdigest()[:12]


def _require_sound(weights: Weights) -> None:
    labels = len(weights.labels)
    knots = weights.knots_x.shape[1]
    shapes: dict[str, tuple[npt.NDArray[Any], type, tuple[int, ...]]] = {
        "table": (weights.table, np.int16, (BUCKETS, labels)),
        "scales": (weights.scales, np.float64, (labels,)),
        "knots_x": (weights.knots_x, np.float64, (labels, knots)),
        "knots_y": (weights.knots_y, np.float64, (labels, knots)),
        "rates": (weights.rates, np.float64, (labels,)),
    }
    for name, (array, kind, shape) in shapes.items():
        if array.dtype != kind or array.shape != shape:
            raise ValueError(f"{name} has another shape")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has values that are no numbers")
    if not labels or not knots or not (np.diff(weights.knots_x, axis=1) > 0).all():
        raise ValueError("the calibration does not rise")
