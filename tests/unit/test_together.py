"""Together: callers that come at the same time share the work, and each gets its own answer."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.usecases.together import AT_MOST, Together


class Work:
    """Doubles numbers; waits, if told to, until `asked` callers have come."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.may_go_on = threading.Event()
        self.started = threading.Event()

    def __call__(self, numbers):
        self.rounds.append(list(numbers))
        self.started.set()
        assert self.may_go_on.wait(10)
        return [ValueError(number) if number < 0 else 2 * number for number in numbers]


@pytest.fixture
def work():
    return Work()


def ask_all(together, work, numbers, wait_until):
    """Each from a thread of its own, all of them while the first one is being worked on."""
    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(together, numbers[0])
        assert work.started.wait(10)
        others = [pool.submit(together, number) for number in numbers[1:]]
        wait_until(lambda: len(together._waiting) == len(others))
        work.may_go_on.set()
        return [first, *others]


def test_a_caller_alone_is_served_at_once(work):
    """One after the other, each is a round of its own."""
    work.may_go_on.set()
    together = Together(work)
    assert [together(1), together(2)] == [2, 4]
    assert work.rounds == [[1], [2]]


def test_those_who_come_meanwhile_share_the_next_round(work, wait_until):
    """Two rounds serve ten callers, in the order they came, each with its own answer."""
    numbers = list(range(10))
    answers = ask_all(Together(work), work, numbers, wait_until)
    assert [one.result() for one in answers] == [2 * number for number in numbers]
    assert sorted(map(len, work.rounds)) == [1, 9]


def test_a_round_is_bounded(work, wait_until):
    """More callers than a round takes are served by further rounds."""
    numbers = list(range(AT_MOST + 6))
    answers = ask_all(Together(work), work, numbers, wait_until)
    assert [one.result() for one in answers] == [2 * number for number in numbers]
    assert sorted(map(len, work.rounds)) == [1, 5, AT_MOST]


def test_two_may_work_while_the_others_wait(wait_until):
    """Two rounds are under way before either ends; the next one serves all who came meanwhile."""
    rounds, both = [], threading.Barrier(2)

    def work(numbers):
        rounds.append(list(numbers))
        if len(rounds) <= 2:
            both.wait(10)
            wait_until(lambda: len(together._waiting) == 5 or len(rounds) > 2)
        return numbers

    together = Together(work, at_once=2)
    with ThreadPoolExecutor(7) as pool:
        assert sorted(pool.map(together, range(7))) == list(range(7))
    assert sorted(map(len, rounds))[:2] == [1, 1]
    assert sorted(number for one in rounds for number in one) == list(range(7))
    assert len(rounds) <= 4


def test_an_answer_that_is_an_error_is_its_callers_alone(work, wait_until):
    """The others of the round get what they asked for."""
    answers = ask_all(Together(work), work, [1, -2, 3], wait_until)
    assert [type(one.exception()) for one in answers] == [type(None), ValueError, type(None)]


def test_work_that_breaks_leaves_nobody_waiting(wait_until):
    """Everybody of the round learns of it, and the next one is served."""
    broken = threading.Event()

    def work(numbers):
        if not broken.is_set():
            broken.set()
            raise OSError
        return numbers

    together = Together(work)
    with pytest.raises(OSError):
        together(1)
    assert together(2) == 2
