"""The filter as it is asked: what each feature says, and what may be said of their sum.

A filter that another process made comes as a snapshot: the scheme of its readings (4 bytes), then
compressed with zlib a header in JSON, its length before it (4 bytes), and for each label of which
it has opinions the numbers of the features it knows (2 bytes each) and what they say (2 each).
"""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from service.core.lessons import Label, Opinion, Proof
from workers.site_filter.features import BUCKETS, Numbers
from workers.site_filter.proving import Tested, Threshold
from workers.site_filter.readings import SCHEME_BYTES, scheme

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Head:
    """Tells one bad label from what is approved. `known` are the numbers of the features that it
    knows, `said` is what they say; without them it has no opinions.
    """

    tested: Tested
    known: Numbers
    said: NDArray[np.float16]

    @property
    def speaks(self) -> bool:
        return len(self.known) > 0

    @cached_property
    def _table(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        said, known = np.zeros((2, BUCKETS), dtype=np.float32)
        said[self.known] = self.said
        known[self.known] = 1
        return said, known

    def score(self, numbers: Numbers) -> float:
        said, known = self._table
        return float(said[numbers].sum()) / sqrt(max(1.0, float(known[numbers].sum())))

    def shares(self, numbers: Numbers) -> list[float]:
        found: list[float] = self._table[0][numbers].tolist()
        return found


@dataclass(frozen=True)
class TrainedFilter:
    """Implements `core.lessons.SiteFilter`. Made by `training.train`, or from a snapshot."""

    key: bytes
    lessons: Mapping[Label, int]
    heads: Mapping[Label, Head]
    made_of: str

    @property
    def speaks(self) -> bool:
        return any(head.speaks for head in self.heads.values())

    def counts(self) -> Mapping[Label, int]:
        return self.lessons

    def opinions(self, features: bytes) -> Sequence[Opinion]:
        numbers = np.frombuffer(features, dtype="<u2").astype(np.uint16)
        found = []
        for label, head in self.heads.items():
            if not head.speaks:
                continue
            said, proof = head.tested.log_odds(head.score(numbers))
            if proof is not None and said > 0:
                found.append(Opinion(label, said, proof.hits, proof.claims))
            elif proof is not None and label is Label.SPAM:
                found.append(Opinion(Label.OK, -said, proof.hits, proof.claims))
        return found

    def shares(self, label: Label, features: bytes) -> Sequence[float]:
        return self.heads[label].shares(np.frombuffer(features, dtype="<u2").astype(np.uint16))

    def proofs(self) -> Sequence[Proof]:
        found = []
        for label, head in self.heads.items():
            best = head.tested.best if head.speaks else None
            found.append(
                Proof(label, head.tested.judged, 0, 0, 0.0)
                if best is None
                else Proof(
                    label,
                    head.tested.judged,
                    best.hits,
                    best.claims,
                    min(best.log_odds, head.tested.foretold_bad),
                )
            )
        return found

    def digest(self) -> str:
        return self.made_of

    def snapshot(self) -> bytes:
        header = json.dumps(
            {
                "made_of": self.made_of,
                "lessons": self.lessons,
                "heads": {
                    label: [len(head.known), asdict(head.tested)]
                    for label, head in self.heads.items()
                },
            }
        ).encode()
        parts = [_LENGTH.pack(len(header)), header]
        for head in self.heads.values():
            parts += [head.known.astype("<u2").tobytes(), head.said.astype("<f2").tobytes()]
        return scheme(self.key) + zlib.compress(b"".join(parts), 1)


def filter_from(key: bytes, snapshot: bytes) -> TrainedFilter | None:
    """None if the snapshot is of another scheme, or damaged."""
    if not snapshot.startswith(scheme(key)):
        return None
    try:
        data = zlib.decompress(snapshot[SCHEME_BYTES:])
        (length,) = _LENGTH.unpack_from(data)
        at = _LENGTH.size + length
        header = json.loads(data[_LENGTH.size : at])
        heads = {}
        for label, (number, tested) in header["heads"].items():
            heads[Label(label)] = Head(
                _tested(tested),
                np.frombuffer(data, "<u2", number, at).astype(np.uint16),
                np.frombuffer(data, "<f2", number, at + 2 * number).astype(np.float16),
            )
            at += 4 * number
        lessons = {Label(label): number for label, number in header["lessons"].items()}
        return TrainedFilter(key, lessons, heads, header["made_of"])
    except (zlib.error, struct.error, ValueError, KeyError, TypeError):
        return None


def _tested(data: dict[str, object]) -> Tested:
    thresholds = {
        name: tuple(Threshold(**one) for one in data.pop(name))  # type: ignore[attr-defined]
        for name in ("bad_from", "ok_to")
    }
    return Tested(**data, **thresholds)  # type: ignore[arg-type]
