"""A circuit breaker for whoever is asked: one that does not answer is left alone for a while.

After some failures in a row nobody is asked for `OPEN_SECONDS`; then one question goes out as a
probe, and its answer closes the circuit or opens it again. The state is in Redis, since a worker's
jobs are short-lived processes; if that is away, everything is asked.
"""

import logging

from service.core.errors import OutboundFailed, OutboundRefused
from service.core.lookups import Opinion, Question, Remote
from service.core.outside import Memory, RemoteCheck

FAILURES_MAX = 3
OPEN_SECONDS = 30
PROBE_SECONDS = 10
FORGOTTEN_AFTER_SECONDS = 600

log = logging.getLogger("vestibule.remotes")


class Breaker:
    def __init__(self, name: str, memory: Memory) -> None:
        self._name = name
        self._memory = memory
        key = f"breaker:{name}"
        self._open, self._failures, self._probe = f"{key}:open", f"{key}:failures", f"{key}:probe"

    def admits(self) -> bool:
        """Whether to ask now; after a time of silence one is admitted as a probe."""
        opened, failures = self._memory.recall([self._open, self._failures])
        if opened is not None:
            return False
        if failures is not None and int(failures) >= FAILURES_MAX:
            return self._memory.claim(self._probe, seconds=PROBE_SECONDS)
        return True

    def succeeded(self) -> None:
        if self._memory.recall([self._failures])[0] is not None:
            self._memory.forget([self._open, self._failures, self._probe])

    def failed(self) -> None:
        failures = self._memory.count(self._failures, seconds=FORGOTTEN_AFTER_SECONDS)
        if failures is not None and failures >= FAILURES_MAX:
            self._memory.remember(self._open, "1", seconds=OPEN_SECONDS)
            self._memory.forget([self._probe])
            log.warning("%s does not answer; it is left alone for %d s", self._name, OPEN_SECONDS)


class WithBreaker:
    """Implements `core.outside.RemoteCheck`: another one, left alone while it does not answer."""

    def __init__(self, remote: RemoteCheck, memory: Memory) -> None:
        self._remote = remote
        self._breaker = Breaker(remote.name, memory)

    @property
    def name(self) -> Remote:
        return self._remote.name

    def ask(self, question: Question) -> Opinion | None:
        if not self._breaker.admits():
            raise OutboundFailed("it is left alone for a while")
        try:
            opinion = self._remote.ask(question)
        except (OutboundFailed, OutboundRefused) as error:
            # The error's text is ours: it repeats neither address nor answer.
            log.warning("%s said nothing on comment %s: %s", self.name, question.comment_id, error)
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return opinion
