"""Ports to whoever is asked beside the store: servers of others, and a memory of their answers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, Protocol

from service.core.lookups import MailDomain, Opinion, Question, Remote
from service.core.outbound import Limits, OutboundResponse


class Outbound(Protocol):
    """The one way to servers of others: it cannot be led inside (see `service.outbound`)."""

    def request(
        self,
        method: Literal["GET", "HEAD", "POST"],
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        limits: Limits | None = None,
    ) -> OutboundResponse:
        """The answer, whatever its status. Raises `OutboundRefused` or `OutboundFailed`."""
        ...


class Memory(Protocol):
    """Remembers small things for a time, for all processes. What cannot be reached knows nothing.

    Nothing in it is the truth, and no key or value is what a visitor typed.
    """

    def recall(self, keys: Sequence[str]) -> Sequence[str | None]: ...
    def remember(self, key: str, value: str, *, seconds: int) -> None: ...
    def forget(self, keys: Sequence[str]) -> None: ...
    def count(self, key: str, *, seconds: int) -> int | None:
        """Add one and return the sum; forgotten when nothing is added for so long."""
        ...

    def claim(self, key: str, *, seconds: int) -> bool:
        """True for one caller only, until the time is over."""
        ...


class MailDomains(Protocol):
    """What is known of the domains of addresses; the domains are all that it is told."""

    def classify(self, domains: Collection[str]) -> Mapping[str, MailDomain]:
        """Of each what is known; nothing of one that is left out. Never raises."""
        ...


class RemoteCheck(Protocol):
    """Somebody else's opinion about a comment. An address is never part of the question."""

    @property
    def name(self) -> Remote: ...
    def ask(self, question: Question) -> Opinion | None:
        """None if there is nothing to ask. Raises `OutboundFailed` or `OutboundRefused`."""
        ...
