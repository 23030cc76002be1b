"""Killed processes: a work horse, a worker, the web server, all of it at once. No comment is lost."""

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException

import psutil
import pytest
from crowd import UNLIMITED, Crowd, Paused
from running import Installation, wait_until

New = Callable[..., Installation]


@pytest.fixture
def crowd(new_installation: New) -> Crowd:
    """In front of an installation of its own, which runs."""
    return Crowd(new_installation(**UNLIMITED).start())


def horse_of(worker: psutil.Process) -> psutil.Process | None:
    with suppress(psutil.NoSuchProcess):
        return next(iter(worker.children()), None)
    return None


def is_mid_batch(crowd: Crowd) -> bool:
    """Whether some comments are leased that have no verdict yet."""
    leased = "SELECT 1 FROM comments WHERE state = 'pending' AND lease_until IS NOT NULL LIMIT 1"
    return bool(crowd.rows(leased))


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["horse", "worker"])
def test_who_is_killed_in_mid_batch_loses_nothing_and_repeats_nothing(
    crowd: Crowd, whom: str
) -> None:
    """What was leased waits for its lease to end, and gets the one verdict that it deserves."""
    with Paused(crowd.running):
        crowd.post_all(400)
    worker, *_ = crowd.running.part("worker")
    horse = wait_until(lambda: horse_of(worker))

    def caught() -> bool:
        # It stands still while one looks, so that it cannot finish between a look and the blow.
        horse.suspend()
        if not is_mid_batch(crowd):
            horse.resume()
            return False
        return True

    wait_until(caught, what=crowd.running.log)
    assert crowd.pending() > 0
    (horse if whom == "horse" else worker).kill()
    wait_until(lambda: not horse.is_running() or horse.status() == psutil.STATUS_ZOMBIE)
    crowd.wait_for_verdicts()
    assert crowd.rows("SELECT 1 FROM signals WHERE symbol = 'CHECKS_CRASHED'") == []


@pytest.mark.slow
def test_what_a_killed_web_server_had_accepted_is_there(crowd: Crowd) -> None:
    """An answer of 202 is a promise, even if it was the last that the process gave."""
    ended = threading.Event()

    def post_on() -> None:
        while not ended.is_set():
            with suppress(OSError, HTTPException, ValueError):
                crowd.post()

    posters = [threading.Thread(target=post_on) for _ in range(2)]
    for one in posters:
        one.start()
    try:
        wait_until(lambda: len(crowd.accepted) >= 50)
        for one in crowd.running.part("web"):
            one.kill()
        crowd.running.wait_until_ready()
        enough = len(crowd.accepted) + 50
        wait_until(lambda: len(crowd.accepted) >= enough, timeout=30, what=crowd.running.log)
    finally:
        ended.set()
        for one in posters:
            one.join()
    crowd.wait_for_verdicts()


def test_what_waits_when_everything_is_killed_is_screened_after_the_next_start(
    crowd: Crowd,
) -> None:
    """As after a power cut: Redis comes back empty, and the database knows what is pending."""
    running = crowd.running
    with Paused(running):
        crowd.post_all(30)
        running.stop(signal.SIGKILL)
    assert crowd.pending() == 30
    running.start()
    crowd.wait_for_verdicts()
    crowd.post_all(1)
    crowd.wait_for_verdicts(timeout=5)


def test_what_waits_when_it_is_ended_is_screened_after_the_next_start(crowd: Crowd) -> None:
    """A clean end is no worse than a power cut."""
    running = crowd.running
    crowd.post_all(30)
    assert running.stop() == 0
    running.start()
    crowd.wait_for_verdicts()
