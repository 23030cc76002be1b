"""What the models make of a comment's text, and the shipped models themselves."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workers.model.linear import LinearModel, read_weights
from workers.text import Text

WEIGHTS = Path(__file__).parent / "weights"
FILES = ("spam.npz", "abuse.npz")


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The linear models' view of one text.

    `log_odds` are calibrated for texts like those of the training, of which a share of `rates` has
    the label: probabilities as such. `evidence` is what the text alone adds to any prior.
    """

    log_odds: Mapping[str, float]
    rates: Mapping[str, float]
    text: Text
    model: LinearModel

    def probability(self, label: str) -> float:
        return 1.0 / (1.0 + math.exp(-self.log_odds[label]))

    def evidence(self, label: str) -> float:
        """The logarithm of how much likelier this text is with the label than without it."""
        rate = self.rates[label]
        return self.log_odds[label] - math.log(rate / (1.0 - rate))

    def spans(self, label: str, *, at_most: int = 5) -> tuple[tuple[int, int], ...]:
        """Where in the text as written the words stand that spoke most for the label, in order."""
        carriers = self.model.carriers(self.text.read, label, at_most=at_most)
        return tuple(sorted(self.text.read_span(one.start, one.end) for one in carriers))


class Models:
    """The linear models of a folder, loaded. Raises `SetupError` for a file that does not do."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        parts = {name: read_weights(folder / name) for name in FILES}
        self._model = LinearModel([weights for weights, _ in parts.values()])
        self._rates = dict(zip(self._model.labels, self._model.rates.tolist(), strict=True))
        self.versions: Mapping[str, str] = {
            f"model_{name.partition('.')[0]}": version for name, (_, version) in parts.items()
        }
        self.labels = self._model.labels

    def score(self, texts: Sequence[Text]) -> list[Scores]:
        """In the order of the texts; cheaper for many at once."""
        rows = self._model.score([text.read for text in texts]).tolist()
        return [
            Scores(dict(zip(self.labels, row, strict=True)), self._rates, text, self._model)
            for row, text in zip(rows, texts, strict=True)
        ]


@lru_cache(maxsize=1)
def packaged_models() -> Models:
    """The shipped models, read once a process: before a worker forks."""
    return Models()
