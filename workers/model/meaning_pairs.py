"""Sentences that differ only in meaning: attacks, and the same words quoted, denied, countered.

Real sets hold few of them, and a reader trained on those learns that a group's name or a rude word
is enough. The sentences are put together from `meaning_frames.toml`, by chance but from a seed.
They share no wording with the cases that measure meaning (`tests/data/meaning.jsonl`): they were
written without sight of those.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

UNSAID = -1
"""The label of a head about which a sentence says nothing that everybody would agree on."""

FRAMES = Path(__file__).parent / "meaning_frames.toml"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`abuse` and `hate` are 1, 0 or UNSAID; `kind` names the way it was made."""

    text: str
    abuse: int
    hate: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Group:
    plural: str
    one: str
    adjective: str

    def into(self, frame: str) -> str:
        return (
            frame.replace("{G}", self.plural)
            .replace("{O}", self.one)
            .replace("{A}", self.adjective)
        )


def meaning_pairs(count: int, seed: int) -> Iterator[Sentence]:
    """`count` sentences, about half of them attacks; the same ones for the same seed."""
    maker = _Maker(tomllib.loads(FRAMES.read_text(encoding="utf-8")), Random(seed))  # noqa: S311 (no secret)
    for _ in range(count):
        yield maker.sentence()


class _Maker:
    def __init__(self, frames: dict[str, Any], random: Random) -> None:
        self._random = random
        self._groups = [_Group(*name.split("|")) for name in frames["groups"][0]["names"]]
        self._claims = [pair.split("|") for pair in frames["claims"][0]["pairs"]]
        self._turns = [pair.split("|") for pair in frames["turns"][0]["pairs"]]
        self._frames = frames
        self._kinds: list[tuple[Callable[[], Sentence], int]] = [
            (self._claim, 10), (self._agreed, 16), (self._denounced, 20), (self._denied, 10),
            (self._turned, 14), (self._ordered, 7), (self._asked, 4), (self._pointed, 5),
            (self._mentioned, 12), (self._plain("reclaimed", abuse=UNSAID), 4),
            (self._plain("other_targets", abuse=0), 3), (self._idiom, 5), (self._called, 10),
            (self._not_called, 10), (self._threatened, 4), (self._reported_threat, 4),
        ]  # fmt: skip

    def sentence(self) -> Sentence:
        makers, weights = zip(*self._kinds, strict=True)
        made = self._random.choices(makers, weights)[0]()
        return Sentence(self._dressed(made.text), made.abuse, made.hate, made.kind)

    def _dressed(self, text: str) -> str:
        """Something harmless around it, or less care for capitals and stops, as people write."""
        text = text[:1].upper() + text[1:]
        if self._chance(0.15):
            text = self._random.choice(self._frames["around"]["openers"]) + text
        if self._chance(0.15):
            text += self._random.choice(self._frames["around"]["closers"])
        if self._chance(0.3):
            text = text.lower()
        if self._chance(0.2):
            text = text.rstrip(".!")
        if self._chance(0.15):
            text = text.replace('"', "'")
        elif self._chance(0.1):
            text = text.replace('"', "")
        return text

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _group(self) -> _Group:
        return self._random.choice(self._groups)

    def _pick(self, part: str, name: str) -> str:
        return str(self._random.choice(self._frames[part][name]))

    def _attack_text(self) -> str:
        """A claim that is an attack, now and then a good one turned round."""
        if self._chance(0.75):
            return self._group().into(self._random.choice(self._claims)[0])
        return self._group().into(self._random.choice(self._turns)[1])

    def _claim(self) -> Sentence:
        return Sentence(f"{self._attack_text()}.", 1, 1, "claim")

    def _agreed(self) -> Sentence:
        frame = self._pick("attack", "agree")
        return Sentence(frame.replace("{c}", self._attack_text()), 1, 1, "agreed")

    def _denounced(self) -> Sentence:
        frame = self._pick("fair", "denounce")
        return Sentence(frame.replace("{c}", self._attack_text()), 0, 0, "denounced")

    def _denied(self) -> Sentence:
        denial = self._group().into(self._random.choice(self._claims)[1])
        return Sentence(self._pick("fair", "denial_frames").replace("{d}", denial), 0, 0, "denied")

    def _turned(self) -> Sentence:
        good, bad = self._random.choice(self._turns)
        attack = self._chance(0.5)
        text = self._group().into(bad if attack else good)
        if not attack and self._chance(0.2):
            # Agreeing with something good is no attack, however the agreement is worded.
            text = self._pick("attack", "agree").replace("{c}", text)
            return Sentence(text, UNSAID, 0, "good, agreed")
        return Sentence(f"{text}.", int(attack), int(attack), "turned")

    def _ordered(self) -> Sentence:
        return Sentence(self._group().into(self._pick("attack", "orders")), 1, 1, "ordered")

    def _asked(self) -> Sentence:
        text = self._pick("attack", "questions").replace("{c}", self._attack_text())
        return Sentence(self._group().into(text), 1, 1, "asked")

    def _pointed(self) -> Sentence:
        attack = self._chance(0.5)
        text = self._group().into(self._pick("attack" if attack else "fair", "pronoun"))
        return Sentence(text, int(attack), int(attack), "pointed")

    def _mentioned(self) -> Sentence:
        return Sentence(self._group().into(self._pick("fair", "mention")), 0, 0, "mentioned")

    def _plain(self, name: str, *, abuse: int) -> Callable[[], Sentence]:
        return lambda: Sentence(self._pick("fair", name), abuse, 0, name)

    def _idiom(self) -> Sentence:
        return Sentence(self._pick("person", "idioms"), 0, 0, "idiom")

    def _called(self) -> Sentence:
        text = self._pick("person", "attack").replace("{x}", self._pick("person", "names"))
        return Sentence(text, 1, 0, "called")

    def _not_called(self) -> Sentence:
        text = self._pick("person", "fair").replace("{x}", self._pick("person", "names"))
        return Sentence(text, 0, 0, "not called")

    def _threatened(self) -> Sentence:
        text = self._pick("person", "threat_attack").replace("{t}", self._pick("person", "threats"))
        return Sentence(text, 1, 0, "threatened")

    def _reported_threat(self) -> Sentence:
        text = self._pick("person", "threat_fair").replace("{t}", self._pick("person", "threats"))
        return Sentence(text, 0, 0, "reported threat")
