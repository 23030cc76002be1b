"""Keeps the parts of an installation running: starts them, restarts what dies, ends them together.

It knows nothing of comments. A part is a command; the supervisor waits for signals and for deaths,
and does both without polling. Everything here happens in the main thread, which must also be the
one that starts the children (see `processes.die_with_parent`).
"""

import os
import select
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Self

from service.running.processes import guarded

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Part:
    """One child process. Parts that `serve_others` are ended after all that do not."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    serves_others: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """When a part that dies is started again, and when the supervisor gives up.

    The n-th death of a part in a row costs `delay_seconds * delay_growth ** (n - 1)`, at most
    `delay_max_seconds`; having lived for `window_seconds`, a part begins anew. `deaths_max` deaths
    within `window_seconds` end everything. Parts that die within `together_seconds` of another's
    death count with it: they fell for the same reason, such as a Redis that all of them lost.

    Asked to stop, the supervisor gives its parts `grace_seconds`, and no more time when asked again
    after `repeat_seconds`; before, it is one request that came twice, as to a whole process group.
    """

    delay_seconds: float = 0.5
    delay_growth: float = 3.0
    delay_max_seconds: float = 30.0
    deaths_max: int = 5
    window_seconds: float = 60.0
    together_seconds: float = 1.0
    grace_seconds: float = 10.0
    repeat_seconds: float = 1.0


@dataclass(slots=True)
class _Running:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    deaths_in_a_row: int = 0


@dataclass(slots=True)
class _Deaths:
    """The deaths that count, as (when, which part)."""

    seen: deque[tuple[float, str]] = field(default_factory=deque)

    def add(self, name: str, now: float, patience: Patience) -> bool:
        """Whether there have been too many now."""
        while self.seen and now - self.seen[0][0] >= patience.window_seconds:
            self.seen.popleft()
        recent = (who for when, who in self.seen if now - when < patience.together_seconds)
        if all(who == name for who in recent):
            self.seen.append((now, name))
        return len(self.seen) >= patience.deaths_max


class Supervisor:
    """Use as a context manager: leaving it ends every part, whatever the reason for leaving."""

    def __init__(self, say: Callable[[str], None], patience: Patience = Patience()) -> None:
        self._say = say
        self._patience = patience
        self._running: dict[str, _Running] = {}
        self._deaths = _Deaths()
        self._stop_asked_at: float | None = None
        self._hurry = False
        self._former: dict[int, object] = {}
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)

    def __enter__(self) -> Self:
        self._former_waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in _STOP_SIGNALS:
            self._former[number] = signal.signal(number, self._request_stop)
        # Without a handler of its own, SIGCHLD would not reach the wake-up pipe.
        self._former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._end(one for one in self._running.values() if not one.part.serves_others)
        self._end(self._running.values())
        for number, handler in self._former.items():
            if self._stop_asked_at is not None and number in _STOP_SIGNALS:
                # The process is about to end: nobody's impatience may cut its last steps short.
                handler = signal.SIG_IGN  # noqa: PLW2901
            signal.signal(number, handler)  # type: ignore[arg-type]  # as signal.signal returned it
        signal.set_wakeup_fd(self._former_waker)
        os.close(self._woken)
        os.close(self._waker)

    def start(self, part: Part) -> None:
        self._running[part.name] = _Running(part)
        self._launch(self._running[part.name])

    def is_alive(self, name: str) -> bool:
        process = self._running[name].process
        return process is not None and process.poll() is None

    def run(self) -> int:
        """Keep the parts running until a signal asks for the end (0) or they die too often (1)."""
        while self._stop_asked_at is None:
            for one in self._running.values():
                if one.process is not None and one.process.poll() is not None and self._died(one):
                    return 1
                if one.process is None and time.monotonic() >= one.due_at:
                    self._launch(one)
            waiting = [one.due_at for one in self._running.values() if one.process is None]
            self._sleep(max(0.0, min(waiting) - time.monotonic()) if waiting else None)
        return 0

    def _launch(self, one: _Running) -> None:
        one.started_at = time.monotonic()
        one.process = subprocess.Popen(  # noqa: S603 (the commands are the service's own)
            guarded(one.part.command),
            env=one.part.environment,
            stdin=subprocess.DEVNULL,
            # In a session of its own, so that Ctrl-C reaches the supervisor alone, which then ends
            # its parts in order, and so that a part can be killed with all it has started.
            start_new_session=True,
        )

    def _died(self, one: _Running) -> bool:
        """Plan the part's next start; True if deaths have become too many."""
        now, patience = time.monotonic(), self._patience
        assert one.process is not None  # noqa: S101 (for the type checker)
        ending, one.process = _ending(one.process.returncode), None
        if now - one.started_at >= patience.window_seconds:
            one.deaths_in_a_row = 0
        if self._deaths.add(one.part.name, now, patience):
            self._say(
                f"{one.part.name} ended ({ending}): {patience.deaths_max} deaths within "
                f"{patience.window_seconds:g} s, giving up."
            )
            return True
        delay = patience.delay_seconds * patience.delay_growth**one.deaths_in_a_row
        delay = min(delay, patience.delay_max_seconds)
        one.deaths_in_a_row += 1
        one.due_at = now + delay
        self._say(f"{one.part.name} ended ({ending}), starting it again in {delay:g} s.")
        return False

    def _end(self, ones: Iterable[_Running]) -> None:
        """Ask the parts to end, wait, and kill what does not; at once if in a hurry."""
        left = [one for one in ones if one.process is not None]
        for one in left:
            with suppress(ProcessLookupError):
                _process(one).terminate()
        deadline = time.monotonic() + self._patience.grace_seconds
        while left := [one for one in left if _process(one).poll() is None]:
            seconds = deadline - time.monotonic()
            if seconds <= 0 or self._hurry:
                break
            self._sleep(seconds)
        for one in left:
            self._say(f"{one.part.name} did not end in time and is killed.")
            with suppress(ProcessLookupError):
                os.killpg(_process(one).pid, signal.SIGKILL)
            _process(one).wait()

    def _sleep(self, seconds: float | None) -> None:
        """Wait for a signal, at most so long. One that came before the call counts too."""
        select.select([self._woken], [], [], seconds)
        with suppress(BlockingIOError):
            while os.read(self._woken, 512):
                pass

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._stop_asked_at is None:
            self._stop_asked_at = now
        elif now - self._stop_asked_at >= self._patience.repeat_seconds:
            self._hurry = True


def _process(one: _Running) -> subprocess.Popen[bytes]:
    assert one.process is not None  # noqa: S101 (for the type checker)
    return one.process


def _ending(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
