"""Together: what several threads ask for at the same time is done by few of them, in one go."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")

AT_MOST = 32
"""So many share a call: a transaction must not become too long for others that want to write."""


class Together(Generic[Asked, Given]):
    """Calls `work` with all that was asked for while it was busy; each caller gets its own answer.

    At most `at_once` calls of `work` run at the same time. Whoever finds one of these places free
    takes it, and does the work for all who wait by then; after that the one who has waited longest
    does. So a caller alone is served as if this did not stand in between, and many share what a
    call of `work` costs: a commit, a message, one processor's warm caches.

    An answer that is an exception is raised; what `work` itself raises is everybody's.
    """

    def __init__(
        self, work: Callable[[Sequence[Asked]], Sequence[Given | Exception]], *, at_once: int = 1
    ) -> None:
        self._work = work
        self._guard = threading.Lock()
        self._waiting: deque[_Caller[Asked, Given]] = deque()
        self._free = at_once

    def __call__(self, asked: Asked) -> Given:
        me: _Caller[Asked, Given] = _Caller(asked)
        with self._guard:
            my_turn = self._free > 0
            if my_turn:
                self._free -= 1
            else:
                self._waiting.append(me)
        if not my_turn:
            me.called.acquire()
        if not me.answers:
            self._serve(me)
        answer = me.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _serve(self, me: "_Caller[Asked, Given]") -> None:
        """Do the work for the caller and for those who wait."""
        with self._guard:
            more = min(len(self._waiting), AT_MOST - 1)
            served = [me, *(self._waiting.popleft() for _ in range(more))]
        answers: Sequence[Given | BaseException]
        try:
            answers = self._work([one.asked for one in served])
        except BaseException as error:  # noqa: BLE001 (each of them raises it; nobody may wait for ever)
            answers = [error] * len(served)
        with self._guard:
            following = self._waiting.popleft() if self._waiting else None
            if following is None:
                self._free += 1
        for one, answer in zip(served, answers, strict=True):
            one.answers.append(answer)
            one.called.release()
        if following is not None:
            following.called.release()


class _Caller(Generic[Asked, Given]):
    """Who waits for an answer, or to be called to work for the others."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answers: list[Given | BaseException] = []  # none yet, or one
        self.called = threading.Lock()
        self.called.acquire()
