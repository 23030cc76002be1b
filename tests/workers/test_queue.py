"""The queue on a real Redis: what wakes the workers, what is stored, and what a job may be."""

import json
import logging
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forging import QUEUE_KEY, call, enqueue, forged_jobs
from redis import Redis
from redis_contents import contents
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from running import running_redis

from service.core.records import WorkItem
from service.queue import (
    BATCH_SIZE,
    DRAIN,
    REFUSE,
    WAITING_KEY,
    RedisGate,
    RedisQueue,
    RedisRateLimiter,
    StrictJob,
    connect,
)
from service.wiring import new_id, utc_now

SITE = new_id()


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as made:
        yield made


@pytest.fixture
def queue(connection: Redis) -> RedisQueue:
    return RedisQueue(RedisGate(connection, time.monotonic))


def items(number: int) -> list[WorkItem]:
    return [WorkItem(SITE, new_id()) for _ in range(number)]


def jobs(connection: Redis) -> int:
    found: int = connection.llen(QUEUE_KEY)
    return found


# -- waiting ---------------------------------------------------------------------------------------


def test_the_first_waiting_id_wakes_a_worker_and_each_full_batch_another(
    queue: RedisQueue, connection: Redis
) -> None:
    """One job drains what comes meanwhile; a full batch is worth a second worker's while."""
    seen = []
    for number in (1, BATCH_SIZE - 2, 1, BATCH_SIZE - 1, 1):
        assert queue.push(items(number))
        seen.append(jobs(connection))
    assert seen == [1, 1, 2, 2, 3]


def test_after_the_list_was_emptied_the_next_id_wakes_a_worker_again(
    queue: RedisQueue, connection: Redis
) -> None:
    """A job that has just found nothing more may be ending: the next comment gets its own."""
    queue.push(items(1))
    queue.pop(10)
    queue.push(items(1))
    assert jobs(connection) == 2


def test_ids_come_out_in_the_order_they_went_in(queue: RedisQueue) -> None:
    """First come, first screened; a revision keeps its number."""
    pushed = [*items(3), WorkItem(SITE, new_id(), 7)]
    queue.push(pushed)
    assert queue.waiting() == 4
    assert [*queue.pop(3), *queue.pop(3)] == pushed
    assert queue.pop(3) == []


def test_nothing_to_push_is_not_pushed(queue: RedisQueue, connection: Redis) -> None:
    """An empty batch wakes nobody."""
    assert not queue.push([])
    assert jobs(connection) == 0


def test_what_is_no_name_of_a_comment_is_skipped(queue: RedisQueue, connection: Redis) -> None:
    """Garbage neither reaches the store nor hides what waits behind it."""
    good = items(1)
    name = f"{SITE}/{new_id()}/0"
    garbage = [
        b"", b"/", b"//", b"\xff" * 81, b"x" * 1_000_000, b"a/b/0", f"{SITE}/{SITE}", f"{name} ",
        f"{name}\n", name.upper(), f"{name}/0", f"{SITE}/{SITE}/-1", f"{SITE}/{SITE}/1e9",
        f"{SITE}/{SITE}/\u0661", f"{'/' * 36}/{SITE}/0", json.dumps([SITE, SITE]),
    ]  # fmt: skip
    connection.rpush(WAITING_KEY, *garbage)
    queue.push(good)
    assert queue.pop(5) == good
    assert queue.waiting() == 0


def test_a_nudge_sees_to_it_that_one_job_is_queued(queue: RedisQueue, connection: Redis) -> None:
    """However often it is asked, one waiting job is enough."""
    connection.rpush(WAITING_KEY, f"{SITE}/{new_id()}/0")
    assert queue.nudge()
    assert queue.nudge()
    assert jobs(connection) == 1


# -- what is stored --------------------------------------------------------------------------------


def test_a_stored_job_names_its_function_and_nothing_else(
    queue: RedisQueue, connection: Redis
) -> None:
    """No arguments, no description that repeats them; ids of comments wait in a list of their own."""
    [item] = pushed = items(1)
    queue.push(pushed)
    [job_id] = connection.lrange(QUEUE_KEY, 0, -1)
    stored = connection.hgetall(f"rq:job:{job_id.decode()}")
    assert json.loads(zlib.decompress(stored[b"data"])) == [DRAIN, None, [], {}]
    assert stored[b"description"] == b"screen"
    assert (stored[b"result_ttl"], stored[b"failure_ttl"]) == (b"0", b"3600")
    everything = contents(connection)
    assert everything.pop(WAITING_KEY.encode()) == [f"{item.site_id}/{item.comment_id}/0".encode()]
    assert item.comment_id.encode() not in repr(everything).encode()


def test_our_own_job_is_restored_as_it_was(queue: RedisQueue, connection: Redis) -> None:
    """The class that refuses others' jobs still knows ours."""
    queue.push(items(1))
    [job_id] = connection.lrange(QUEUE_KEY, 0, -1)
    job = StrictJob.fetch(job_id.decode(), connection=connection, serializer=JSONSerializer)
    assert (job.func_name, job.args, job.kwargs, job.timeout) == (DRAIN, [], {}, 120)


NAMES = sorted(forged_jobs(Path("mark"), ""))
UNREADABLE = {"odd-status", "odd-times"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNREADABLE])
def test_of_a_forged_job_nothing_is_left_but_the_refusal(
    name: str, connection: Redis, tmp_path: Path
) -> None:
    """No function, argument, callback, webhook, retry or dependency of a stored job is taken."""
    mark = tmp_path / "mark"
    fields = forged_jobs(mark, "http://127.0.0.1:1/")[name]
    enqueue(connection, name, fields)
    job = StrictJob.fetch(name, connection=connection, serializer=JSONSerializer)
    expected = DRAIN if fields.get("data") == call(DRAIN) else REFUSE
    assert (job.func_name, job.instance, job.args, job.kwargs) == (expected, None, [], {})
    for callback in ("success", "failure", "stopped"):
        assert getattr(job, f"{callback}_callback") is None
    assert (job.webhooks, job.meta, job._dependency_ids) == ([], {}, [])
    assert (job.retries_left, job.repeats_left, job.group_id) == (None, None, None)
    assert (job.timeout, job.result_ttl, job.failure_ttl) == (120, 0, 3600)
    assert (job.origin, job.description) == ("screen", "screen")
    assert not mark.exists()


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_a_job_that_cannot_be_read_is_none(name: str, connection: Redis, tmp_path: Path) -> None:
    """RQ lets other errors end the worker; a job that does not exist is passed over."""
    enqueue(connection, name, forged_jobs(tmp_path / "mark", "")[name])
    with pytest.raises(NoSuchJobError):
        StrictJob.fetch(name, connection=connection)
    connection.set("rq:job:text", "not a hash")
    with pytest.raises(NoSuchJobError):
        StrictJob.fetch("text", connection=connection)


def test_rq_itself_would_have_run_the_forgery(connection: Redis, tmp_path: Path) -> None:
    """The danger is real: RQ's own class takes the function, so that the strict one is needed."""
    enqueue(connection, "forged", forged_jobs(tmp_path / "mark", "")["json-function"])
    job = Job.fetch("forged", connection=connection, serializer=JSONSerializer)
    assert job.func_name == "os.system"


# -- Redis gone ------------------------------------------------------------------------------------


@pytest.fixture
def silent_server() -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that takes connections and says nothing; its address, and how many called so far."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        callers: list[socket.socket] = []

        def called() -> int:
            try:
                while True:
                    callers.append(server.accept()[0])
            except BlockingIOError:
                return len(callers)

        yield f"redis://127.0.0.1:{server.getsockname()[1]}", called
        for one in callers:
            one.close()


def test_a_redis_that_hangs_costs_half_a_second_once_a_second(
    silent_server: tuple[str, Callable[[], int]], caplog: pytest.LogCaptureFixture
) -> None:
    """While the break lasts nobody waits, and afterwards one caller tries again."""
    url, called = silent_server
    now = [100.0]
    with connect(url) as connection:
        gate = RedisGate(connection, lambda: now[0])
        queue = RedisQueue(gate)
        limiter = RedisRateLimiter(gate, network_per_minute=5, site_per_minute=5)
        began = time.monotonic()
        assert limiter.admit_comment(b"n", SITE) is None
        assert 0.3 < time.monotonic() - began < 2
        began = time.monotonic()
        assert not queue.push(items(1))
        assert queue.waiting() is None
        assert not queue.nudge()
        assert not queue.is_served(utc_now())
        assert limiter.admit_sign_in(b"n") is None
        assert time.monotonic() - began < 0.2
        assert called() == 1
        now[0] += 1.1
        assert queue.waiting() is None
        assert called() == 2
    assert [one.levelno for one in caplog.records] == [logging.WARNING] * 2


def test_a_redis_that_ends_is_noticed_at_once() -> None:
    """A refused connection is an answer: it takes no time."""
    with running_redis() as url, connect(url) as connection:
        gate = RedisGate(connection, time.monotonic)
        limiter = RedisRateLimiter(gate, network_per_minute=5, site_per_minute=5)
        assert limiter.admit_comment(b"n", SITE) == 0
        connection.shutdown(nosave=True)
        began = time.monotonic()
        assert limiter.admit_comment(b"n", SITE) is None
        assert not RedisQueue(gate).push(items(1))
        assert time.monotonic() - began < 1
