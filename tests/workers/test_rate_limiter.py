"""Rates on a real Redis: a burst, a wait, two keys that move together or not at all."""

import time
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from service import wiring
from service.queue import RedisGate, RedisRateLimiter, connect
from service.settings import Settings
from service.wiring import new_id

SITE = new_id()


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as made:
        yield made


@pytest.fixture
def limiter(connection: Redis) -> Callable[..., RedisRateLimiter]:
    def make(network: int, site: int) -> RedisRateLimiter:
        gate = RedisGate(connection, time.monotonic)
        return RedisRateLimiter(gate, network_per_minute=network, site_per_minute=site)

    return make


def test_a_minutes_allowance_may_come_at_once_and_then_one_waits(
    limiter: Callable[..., RedisRateLimiter],
) -> None:
    """With three a minute the fourth has to wait for a third of a minute, less what went by."""
    one = limiter(3, 1000)
    assert [one.admit_comment(b"n", SITE) for _ in range(3)] == [0, 0, 0]
    wait = one.admit_comment(b"n", SITE)
    assert wait is not None
    assert 10 < wait <= 20
    assert one.admit_comment(b"other", SITE) == 0
    assert one.admit_comment(b"n", new_id()) == 0


def test_a_refusal_by_one_key_costs_the_other_nothing(
    limiter: Callable[..., RedisRateLimiter], connection: Redis
) -> None:
    """A network over its own limit cannot use up its site's, and the site's holds for all."""
    one = limiter(2, 4)
    answers = [one.admit_comment(b"a", SITE) for _ in range(20)]
    assert [wait == 0 for wait in answers] == [True] * 2 + [False] * 18
    assert [one.admit_comment(b"b", SITE) == 0 for _ in range(3)] == [True, True, False]
    refused = one.admit_comment(b"c", SITE)
    assert refused is not None
    assert 0 < refused <= 15
    # A refused newcomer has left no key; what is there ends by itself.
    assert len(connection.keys("vestibule:rate:*")) == 3
    assert all(0 < connection.pttl(key) <= 62_000 for key in connection.keys("vestibule:rate:*"))


def test_sign_ins_are_counted_apart(limiter: Callable[..., RedisRateLimiter]) -> None:
    """Ten a minute for a network, whatever it comments."""
    one = limiter(1, 1)
    one.admit_comment(b"n", SITE)
    answers = [one.admit_sign_in(b"n") for _ in range(12)]
    assert [wait == 0 for wait in answers] == [True] * 10 + [False] * 2


def test_the_limits_are_the_settings(
    settings: Callable[..., Settings], sqlite_url: str, redis_url: str
) -> None:
    """What an operator sets is what counts; another Redis database counts anew."""
    services = wiring.build(
        settings(
            database_url=sqlite_url,
            redis_url=redis_url,
            rate_network_per_minute=2,
            rate_site_per_minute=3,
        )
    )
    try:
        answers: list[float | None] = [services.limiter.admit_comment(b"a", SITE) for _ in range(3)]
        answers += [services.limiter.admit_comment(b"b", SITE) for _ in range(2)]
    finally:
        services.close()
    assert [wait == 0 for wait in answers] == [True, True, False, True, False]
