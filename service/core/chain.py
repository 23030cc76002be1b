"""Chains of records: each link's digest covers the one before, so that nothing changes unnoticed.

A link's digest is SHA-256 over the ASCII of a JSON array without white space, in this order: 1
(this format's version), site id or null, number, time (ISO 8601 with microseconds), event, kind
of doer, id of the doer or null, what it is about, SHA-256 of salt and payload as hexadecimal, the
digest of the link before as hexadecimal (64 zeros before the first). The payload itself can be
erased, and its salt with it: the chain holds without them, and nobody can find out by trying what
the payload was.

Digests alone would let whoever may write to the database compute the rest of a chain anew. So each
link, and the head apart from them, also has a stamp under the installation's secret.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

START = bytes(32)
INSTALLATION = "00000000-0000-0000-0000-000000000000"
"""Stands for the chain of the whole installation where others have the id of their site."""

LINK_STAMP = "audit link"
HEAD_STAMP = "audit head"

Stamp = Callable[[str, bytes], bytes]
"""Purpose and value to a stamp that only the installation's secret can make."""

CheckStamp = Callable[[str, bytes, bytes], bool | None]
"""Purpose, value and stamp: whether it is its; None where the secret it names is not known."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as stored. `payload` and `salt` are None once erased."""

    site_id: str | None
    number: int
    at: datetime
    event: str
    doer_kind: str
    doer_id: str | None
    about: str
    payload: str | None
    salt: bytes | None
    payload_digest: bytes
    digest: bytes
    stamp: bytes

    @property
    def details(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.payload) if self.payload else {}
        return found

    def as_data(self) -> dict[str, object]:
        """All of it as JSON, with what it takes to verify it elsewhere."""
        binary = {
            name: value.hex() if value is not None else None
            for name, value in (
                ("salt", self.salt),
                ("payload_digest", self.payload_digest),
                ("digest", self.digest),
            )
        }
        return {
            "site_id": self.site_id,
            "number": self.number,
            "at": self.at.isoformat(timespec="microseconds"),
            "event": self.event,
            "doer_kind": self.doer_kind,
            "doer_id": self.doer_id,
            "about": self.about,
            "payload": self.payload,
            **binary,
        }

    @property
    def is_erased(self) -> bool:
        return self.payload is None


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain goes. It is stamped apart, or one could take links off its end."""

    site_id: str | None
    number: int
    digest: bytes
    stamp: bytes


def payload_digest(salt: bytes, payload: str) -> bytes:
    return hashlib.sha256(salt + payload.encode("utf-8", "surrogatepass")).digest()


def digest_of(link: Link, previous: bytes) -> bytes:
    """The link's digest as it should be; see this module's docstring for the format."""
    fields = [
        1,
        link.site_id,
        link.number,
        link.at.isoformat(timespec="microseconds"),
        link.event,
        link.doer_kind,
        link.doer_id,
        link.about,
        link.payload_digest.hex(),
        previous.hex(),
    ]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode("ascii")).digest()


def head_value(number: int, digest: bytes) -> bytes:
    return f"{number} {digest.hex()}".encode("ascii")


def ranges_text(numbers: Iterable[int]) -> str:
    """Numbers in order as text, such as `3-5,9`."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(f"{a}-{b}" if a != b else f"{a}" for a, b in parts)


def numbers_in(text: str) -> Iterator[tuple[int, int]]:
    """First and last number of each range in a text by `ranges_text`; other text has none."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and (not last or last.isdecimal()):
            yield int(first), int(last or first)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain does not hold, and what is wrong there. `number` is the first such entry."""

    number: int
    what: str


@dataclass(slots=True)
class ChainCheck:
    """Walks along one chain, in order, and remembers the first fault.

    `erasure_event` is the event whose `about` says which payloads were erased by right.
    `unknown_stamps` counts links whose secret is not known any more. They count only before those
    whose secret is known, which vouch for them by their digests.
    """

    check_stamp: CheckStamp
    erasure_event: str
    fault: Fault | None = None
    count: int = 0
    erased: int = 0
    unknown_stamps: int = 0
    _known_stamps: int = 0
    _previous: bytes = START
    _missing: list[int] = field(default_factory=list)
    _announced: list[tuple[int, int]] = field(default_factory=list)

    def add(self, links: Collection[Link]) -> None:
        for link in links:
            if self.fault is None:
                self._walk(link)

    def _walk(self, link: Link) -> None:
        expected = self.count + 1
        if link.number != expected:
            self.fault = Fault(expected, "it is missing")
            return
        what = self._wrong_with(link)
        if what is not None:
            self.fault = Fault(link.number, what)
            return
        if link.is_erased:
            self.erased += 1
            self._missing.append(link.number)
        if link.event == self.erasure_event:
            self._announced += numbers_in(link.about)
        self.count, self._previous = link.number, link.digest

    def _wrong_with(self, link: Link) -> str | None:
        if link.payload is not None and (
            link.salt is None or payload_digest(link.salt, link.payload) != link.payload_digest
        ):
            return "its details were altered"
        if digest_of(link, self._previous) != link.digest:
            return "it was altered, or put in"
        stamped = self.check_stamp(LINK_STAMP, link.digest, link.stamp)
        if stamped:
            self._known_stamps += 1
        elif stamped is None and not self._known_stamps:
            self.unknown_stamps += 1
        else:
            return "it was not written by this installation"
        return None

    def end(self, head: Head | None) -> Fault | None:
        """The first fault, once all links have been added."""
        if self.fault is None:
            self.fault = self._silently_erased() or self._wrong_with_end(head)
        return self.fault

    def _silently_erased(self) -> Fault | None:
        for number in self._missing:
            if not any(first <= number <= last for first, last in self._announced):
                return Fault(number, "its details were taken away without a record of that")
        return None

    def _wrong_with_end(self, head: Head | None) -> Fault | None:
        if head is None:
            return Fault(1, "the chain has no head") if self.count else None
        if head.number > self.count:
            return Fault(self.count + 1, f"{head.number - self.count} at the end are missing")
        if (head.number, head.digest) != (self.count, self._previous):
            return Fault(head.number + 1, "the head does not know it")
        value = head_value(head.number, head.digest)
        if not self.check_stamp(HEAD_STAMP, value, head.stamp):
            if self.count and not self._known_stamps:
                return Fault(1, "none is stamped with a secret that is configured")
            return Fault(head.number + 1, "what came after it may be missing: the head was altered")
        return None
