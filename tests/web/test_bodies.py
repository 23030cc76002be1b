"""Reading bodies with a deadline, and never with all threads at once."""

import io
import threading

import pytest

from service.web.bodies import Bodies, BodyTooSlow, ReaderThreads, SlowPlacesTaken
from service.web.json_door import BadBody, BodyTooLarge


class Silent:
    """A client that sends nothing until it is told to leave."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._gone = threading.Event()

    def read(self, size: int, /) -> bytes:
        self.asked.set()
        assert self._gone.wait(20)
        return b""

    def leave(self) -> None:
        self._gone.set()


@pytest.fixture
def silent():
    made = []

    def make():
        made.append(Silent())
        return made[-1]

    yield make
    for one in made:
        one.leave()


def quick(slow_places=1, most=8, deadline_seconds=0.05):
    return Bodies(
        slow_places=slow_places,
        threads=ReaderThreads(most),
        grace_seconds=0.01,
        deadline_seconds=deadline_seconds,
    )


def test_a_body_that_is_there_is_read_as_ever():
    """The same bytes and the same refusals as without a deadline, one body after another."""
    bodies = quick(slow_places=0, most=1, deadline_seconds=20)
    for size in (0, 1, 70_000):
        for declared in (size, None):
            body = b"x" * size
            assert bodies.read(io.BytesIO(body), 70_000, declared=declared) == body
    with pytest.raises(BodyTooLarge):
        bodies.read(io.BytesIO(b"xx"), 1, declared=None)
    with pytest.raises(BodyTooLarge):
        bodies.read(io.BytesIO(b""), 1, declared=2)
    with pytest.raises(BadBody):
        bodies.read(io.BytesIO(b"x"), 5, declared=2)


def test_a_silent_client_is_given_up(silent):
    """After the deadline the request is free, though the read itself never ends; others go on."""
    bodies = quick()
    for _ in range(3):
        with pytest.raises(BodyTooSlow):
            bodies.read(silent(), 10, declared=10)
    assert bodies.read(io.BytesIO(b"x"), 10, declared=1) == b"x"


def test_slow_ones_have_only_so_many_places(silent, wait_until):
    """While the places are taken a slow body is refused soon, and one that is there is taken."""
    bodies = quick(deadline_seconds=20)
    first = silent()
    ended = []

    def wait_for_the_first():
        try:
            bodies.read(first, 10, declared=10)
        except BadBody:
            ended.append(True)

    thread = threading.Thread(target=wait_for_the_first)
    thread.start()
    wait_until(
        lambda: not bodies._slow_places.acquire(blocking=False) or bodies._slow_places.release()
    )
    with pytest.raises(SlowPlacesTaken):
        bodies.read(silent(), 10, declared=10)
    assert bodies.read(io.BytesIO(b"x"), 10, declared=1) == b"x"
    first.leave()
    thread.join(10)
    assert ended == [True]


def test_readers_that_never_come_back_are_bounded(silent):
    """With all reading threads stuck nothing more is begun until a client leaves."""
    bodies = quick(most=2)
    stuck = [silent(), silent()]
    for one in stuck:
        with pytest.raises(BodyTooSlow):
            bodies.read(one, 10, declared=10)
    with pytest.raises(SlowPlacesTaken):
        bodies.read(io.BytesIO(b"x"), 10, declared=1)


def test_threads_come_free_when_their_client_leaves(silent, wait_until):
    """A thread that was stuck reads for others again."""
    bodies = quick(most=1)
    stuck = silent()
    with pytest.raises(BodyTooSlow):
        bodies.read(stuck, 10, declared=10)
    stuck.leave()

    def read():
        try:
            return bodies.read(io.BytesIO(b"x"), 10, declared=1)
        except SlowPlacesTaken:
            return None

    assert wait_until(read) == b"x"


def test_many_at_once_each_get_their_own(wait_until):
    """Forty requests in eight threads never get another's body."""
    bodies = quick(slow_places=8, most=16, deadline_seconds=20)
    wrong = []

    def post(mark):
        for _ in range(200):
            body = bodies.read(io.BytesIO(mark), 100, declared=len(mark))
            wrong.extend([body] if body != mark else [])

    threads = [threading.Thread(target=post, args=(b"%d" % number * 7,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert not wrong
