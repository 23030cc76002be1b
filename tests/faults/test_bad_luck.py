"""Redis under bad luck: killed, flushed, down, restored from yesterday. No comment is lost."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from crowd import UNLIMITED, Crowd, Paused
from redis import Redis
from running import Installation, wait_until

from service.queue import WAITING_KEY
from service.running import embedded_redis
from service.running.processes import guarded

New = Callable[..., Installation]


@pytest.fixture
def crowd(new_installation: New) -> Crowd:
    """In front of an installation of its own, which runs."""
    return Crowd(new_installation(**UNLIMITED).start())


def test_after_a_flush_everything_is_screened_and_seen_again(crowd: Crowd) -> None:
    """FLUSHALL takes queue, jobs and registrations; the rows in the database are the truth."""
    with Paused(crowd.running), Redis.from_url(crowd.running.redis_url) as connection:
        crowd.post_all(30)
        assert connection.llen(WAITING_KEY) == 30
        connection.flushall()
    crowd.wait_for_verdicts()
    crowd.wait_until_screening()
    crowd.post_all(3)
    crowd.wait_for_verdicts(timeout=5)


def snapshot(connection: Redis) -> dict[bytes, bytes]:
    return {key: connection.dump(key) for key in connection.scan_iter()}


def restore(connection: Redis, saved: dict[bytes, bytes]) -> None:
    connection.flushall()
    for key, value in saved.items():
        connection.restore(key, 0, value)


@pytest.mark.slow
def test_a_redis_restored_from_yesterday_neither_loses_nor_repeats(crowd: Crowd) -> None:
    """Old ids and old jobs come back, new ones are gone: every comment gets one verdict."""
    with Redis.from_url(crowd.running.redis_url) as connection:
        with Paused(crowd.running):
            crowd.post_all(20)
            yesterday = snapshot(connection)
        crowd.wait_for_verdicts()
        assert WAITING_KEY.encode() in yesterday
        assert any(key.startswith(b"rq:job:") for key in yesterday)
        with Paused(crowd.running):
            crowd.post_all(20)
            restore(connection, yesterday)
        crowd.wait_for_verdicts()
        assert connection.llen(WAITING_KEY) == 0
    crowd.wait_until_screening()


@pytest.mark.slow
def test_a_killed_redis_loses_no_comment(crowd: Crowd) -> None:
    """What waited in it, what came while it was away and what came after: all get their verdict."""
    with Paused(crowd.running):
        crowd.post_all(20)
        [redis] = crowd.running.part("redis")
        redis.send_signal(signal.SIGKILL)
        redis.wait(10)
        crowd.post_all(20)
    crowd.wait_until_screening()
    crowd.post_all(20)
    crowd.wait_for_verdicts()


# -- a Redis of the operator's ---------------------------------------------------------------------


class OwnRedis:
    """A Redis that can be ended and started again at the same address."""

    def __init__(self) -> None:
        self._folder = embedded_redis.make_runtime_dir()
        self.url = embedded_redis.url(self._folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        command = embedded_redis.command(embedded_redis.find_program(), self._folder)
        process = self._process = subprocess.Popen(guarded(command))
        embedded_redis.wait_until_ready(
            self._folder, lambda: process.poll() is None, timeout_seconds=10
        )

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.end()
        embedded_redis.remove_runtime_dir(self._folder)


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    made = OwnRedis()
    yield made
    made.remove()


@pytest.mark.slow
def test_while_redis_is_down_comments_are_taken_quickly_and_screened_later(
    new_installation: New, own_redis: OwnRedis
) -> None:
    """202 without waiting, `screening` false with 200, no part dies of it; then all is screened."""
    crowd = Crowd(new_installation(VESTIBULE_REDIS_URL=own_redis.url, **UNLIMITED).start())
    parts = crowd.running.processes()
    own_redis.end()
    answers: list[Any] = [crowd.post() for _ in range(40)]
    assert {one.status for one in answers} == {202}
    assert max(one.seconds for one in answers) < 2
    assert sorted(one.seconds for one in answers)[30] < 0.5
    crowd.wait_until_screening(expected=False, timeout=5)
    assert crowd.running.status_of("/readyz") == 200
    assert crowd.running.status_of("/v1/sites/demo/comments?thread=x") in {200, 422}
    assert crowd.pending() == 40
    own_redis.start()
    crowd.wait_for_verdicts()
    crowd.wait_until_screening()
    assert set(parts) <= set(crowd.running.processes())
    # What was taken while rates could not be counted says so to moderators.
    unchecked = crowd.rows("SELECT 1 FROM signals WHERE symbol = 'RATE_UNCHECKED'")
    assert len(unchecked) >= 39


@pytest.mark.slow
def test_an_installation_starts_before_its_redis_does(
    new_installation: New, own_redis: OwnRedis
) -> None:
    """It takes comments at once, calls itself ready when a worker has been seen, and screens them."""
    own_redis.end()
    running = new_installation(VESTIBULE_REDIS_URL=own_redis.url, **UNLIMITED).start(ready=False)
    crowd = Crowd(running)

    def posted() -> bool:
        with suppress(OSError):
            return crowd.post().status == 202
        return False

    wait_until(posted, timeout=30, what=running.log)
    assert running.status_of("/readyz") == 503
    own_redis.start()
    running.wait_until_ready()
    crowd.wait_for_verdicts()
