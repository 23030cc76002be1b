"""The second reader: a small transformer that is asked where the linear models are unsure.

It reads sentences, where they count words: it can tell an attack from its denial, and a slur from a
report of one, more often than chance. It costs some milliseconds, so it is not asked about
everything. It needs the extra `deep`; what it was trained on and what it cannot do stands in
`docs/model-cards.md`.
"""

import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import file_digest
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from service.core.errors import SetupError

FOLDER = Path(__file__).parent / "weights" / "deep"
HEADS = ("abuse", "hate")
TOKENS_MAX = 96
"""What is read of a text, the marks at its ends included: about 400 characters of English."""

TAIL_TOKENS_MAX = 48
"""What is read of the end of a longer text: the both of them take 10 ms on one core."""

_CUT_CHARACTERS = 600
_PIECES_MAX = 12
_SPANS_MAX = 3
_DROP_MIN = 0.3

_SURROGATE = re.compile("[\ud800-\udfff]")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_RETWEET = re.compile(r"\bRT (?=@)")
_HANDLE = re.compile(r"@\w+")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\S+")


def plain(text: str) -> str:
    """The text without what differs between sites only: entities, addresses and handles."""
    text = _SURROGATE.sub("\ufffd", html.unescape(text))
    text = _RETWEET.sub("", _ADDRESS.sub("http", text))
    return _SPACES.sub(" ", _HANDLE.sub("@user", text)).strip()


class SecondReader:
    """The weights, loaded. A text gets the same scores alone and among others.

    `version` is the beginning of the SHA-256 of weights and tokenizer. `rates` are the shares of
    positive texts among those that the probabilities are calibrated for.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        """Raises `SetupError` where the extra is not installed or a file is missing or broken."""
        runtime, tokenizers, troubles = _extra()
        try:
            card, words = _files(folder)
            self._knots = {head: _knots(card["knots"][head]) for head in HEADS}
            self.rates: Mapping[str, float] = {head: float(card["rates"][head]) for head in HEADS}
            self.version: str = card["sha256"][:12]
            options = runtime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            # Weights laid out anew for speed stay beside the old ones: 9 MB for 1 ms of 5.
            options.add_session_config_entry("session.disable_prepacking", "1")
            self._session = runtime.InferenceSession(
                folder / "reader.onnx", options, ["CPUExecutionProvider"]
            )
            self._tokenizer = tokenizers.Tokenizer.from_buffer(words)
            if not all(map(math.isfinite, self._raw("A text to try it with."))):
                raise ValueError("no numbers")
        except FileNotFoundError as error:
            raise _unusable(f"{Path(error.filename).name} is missing") from None
        except troubles as error:
            raise _unusable(type(error).__name__) from None

    def prior(self, head: str) -> float:
        """The log-odds that a text has before it is read."""
        return math.log(self.rates[head] / (1.0 - self.rates[head]))

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The probability of each head, for each text."""
        return [
            {head: 1.0 / (1.0 + math.exp(-odds)) for head, odds in one.items()}
            for one in self.log_odds(texts)
        ]

    def log_odds(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The calibrated log-odds of each head, for each text; about 6 ms a text.

        A text longer than a window is judged by its beginning and its end, whichever is worse.
        """
        # One window at a time: int8 activations are scaled by the largest of a run, so a text's
        # scores would depend on its neighbours. On one core a batch is hardly quicker.
        return [self._calibrated(self._raw(text)) for text in texts]

    def spans(self, text: str) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """By head, where the words stand that carried the score: without them it drops most.

        The text is cut into at most 12 pieces of whole words and read again without each, so this
        takes up to 12 times as long as a score. It is for comments that a person will look at.
        """
        words = [found.span() for found in _WORD.finditer(text)]
        if not words:
            return dict.fromkeys(HEADS, ())
        many = min(_PIECES_MAX, len(words))
        cuts = [len(words) * piece // many for piece in range(many + 1)]
        pieces = [(words[first][0], words[after - 1][1]) for first, after in pairwise(cuts)]
        whole = self._raw(text)
        without = [self._raw(text[:start] + text[end:]) for start, end in pieces]
        return {
            head: _carriers([(whole[place] - one[place]) for one in without], pieces)
            for place, head in enumerate(HEADS)
        }

    def _raw(self, text: str) -> list[float]:
        highest = [-math.inf] * len(HEADS)
        for ids in self._windows(plain(text)):
            fed = {
                "ids": np.array([ids], dtype=np.int64),
                "mask": np.ones((1, len(ids)), dtype=np.int64),
            }
            found = self._session.run(None, fed)[0][0]
            highest = [max(old, float(new)) for old, new in zip(highest, found, strict=True)]
        return highest

    def _windows(self, text: str) -> list[list[int]]:
        """One or two lists of tokens; the work is bounded, however long the text is."""
        head = self._tokenizer.encode(text[:_CUT_CHARACTERS]).ids
        if len(text) <= _CUT_CHARACTERS and len(head) <= TOKENS_MAX:
            return [head]
        tail = self._tokenizer.encode(text[-_CUT_CHARACTERS:]).ids
        mark, end = head[0], head[-1]
        first, last = head[1:-1][: TOKENS_MAX - 2], tail[1:-1][2 - TAIL_TOKENS_MAX :]
        return [[mark, *first, end], [mark, *last, end]]

    def _calibrated(self, raw: Sequence[float]) -> dict[str, float]:
        return {head: _led(one, *self._knots[head]) for head, one in zip(HEADS, raw, strict=True)}


@lru_cache(maxsize=1)
def packaged_second_reader() -> SecondReader:
    """The shipped reader, read once a process: before a worker forks."""
    return SecondReader()


def installed_second_reader() -> SecondReader | None:
    """The shipped reader where the extra `deep` is installed, else None. Raises `SetupError` where
    it is installed, and the files do not do.
    """
    if find_spec("onnxruntime") is None or find_spec("tokenizers") is None:
        return None
    return packaged_second_reader()


def _led(value: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """The rising line through the knots; beyond them it stays level."""
    if value <= xs[0]:
        return ys[0]
    for place in range(1, len(xs)):
        if value <= xs[place]:
            share = (value - xs[place - 1]) / (xs[place] - xs[place - 1])
            return ys[place - 1] + share * (ys[place] - ys[place - 1])
    return ys[-1]


def _knots(pairs: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    xs, ys = [float(x) for x, _ in pairs], [float(y) for _, y in pairs]
    if not xs or any(b <= a for a, b in pairwise(xs)) or any(b < a for a, b in pairwise(ys)):
        raise ValueError("the calibration does not rise")
    return xs, ys


def _files(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The card and the tokenizer, once it is sure that they and the weights belong together.

    ONNX Runtime reads the weights itself: handed over as bytes they stay in memory twice.
    """
    card = json.loads((folder / "reader.json").read_bytes())
    with (folder / "reader.onnx").open("rb") as weights:
        found = file_digest(weights, "sha256")
    words = (folder / "tokenizer.json").read_bytes()
    found.update(words)
    if found.hexdigest() != card["sha256"]:
        raise _unusable("they are not what their card describes")
    return card, words


def _extra() -> tuple[ModuleType, ModuleType, tuple[type[Exception], ...]]:
    """The two packages, and what they and files raise where a file is broken."""
    try:
        runtime = import_module("onnxruntime")
        native = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
        tokenizers = import_module("tokenizers")
    except ImportError:
        raise SetupError(
            "The second reader needs more packages: pip install 'vestibule[deep]'."
        ) from None
    # ONNX Runtime's errors have no base of their own.
    errors = [one for one in vars(native).values() if isinstance(one, type)]
    troubles = [one for one in errors if issubclass(one, Exception)]
    return runtime, tokenizers, (OSError, ValueError, KeyError, TypeError, IndexError, *troubles)


def _unusable(why: str) -> SetupError:
    return SetupError(f"The second reader's files cannot be used ({why}): install Vestibule again.")


def _carriers(
    drops: Sequence[float], pieces: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """The pieces without which the score drops most, in the order of the text."""
    largest = sorted(zip(drops, pieces, strict=True), reverse=True)[:_SPANS_MAX]
    least = max(_DROP_MIN, largest[0][0] / 3)
    return tuple(sorted(piece for drop, piece in largest if drop >= least))
