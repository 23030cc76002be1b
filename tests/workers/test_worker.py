"""A real worker process: what it runs, what it refuses, what it leaves behind, how it is seen."""

import base64
import signal
import socket
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from deadly import DEADLY
from forging import enqueue, forged_jobs
from redis import Redis
from redis_contents import contents
from running import wait_until
from working import FRIENDLY, Visitors, WorkerProcess, end_leases, run_sql, running_worker

from service import wiring
from service.core.states import State
from service.settings import Settings
from service.wiring import Services

FAILED_KEY = "rq:failed:screen"


@pytest.fixture
def parts(settings: Callable[..., Settings], sqlite_url: str, redis_url: str) -> Iterator[Services]:
    built = wiring.build(
        settings(
            database_url=sqlite_url,
            redis_url=redis_url,
            rate_network_per_minute=1_000_000,
            rate_site_per_minute=1_000_000,
        )
    )
    yield built
    built.close()


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as made:
        yield made


@pytest.fixture
def worker(parts: Services, tmp_path: Path) -> Iterator[WorkerProcess]:
    with running_worker(tmp_path / "worker.log", parts) as started:
        yield started


def failures(connection: Redis) -> int:
    found: int = connection.zcard(FAILED_KEY)
    return found


def test_a_posted_comment_gets_its_verdict(parts: Services, worker: WorkerProcess) -> None:
    """The way of every comment: stored, queued, leased, checked, decided; no job is left over."""
    visitors = Visitors(parts)
    ids = [visitors.post(), visitors.post("http://a.example " * 6)]
    wait_until(lambda: State.PENDING not in visitors.states(ids), what=worker.log)
    assert visitors.states(ids) == [State.APPROVED, State.HELD]
    assert "MANY_LINKS" in visitors.signals(ids[1])
    assert "Thanks" not in worker.log()


def test_forged_jobs_run_nothing_and_the_worker_goes_on(
    parts: Services, worker: WorkerProcess, connection: Redis, tmp_path: Path
) -> None:
    """Whoever can write to Redis gets no command run, no request sent, and no worker ended."""
    mark = tmp_path / "mark"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        forged = forged_jobs(mark, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        for name, fields in forged.items():
            enqueue(connection, name, fields)
        # All but what is ours in spite of its trimmings, and what cannot be read.
        refused = set(forged) - {"webhooks-on-ours", "odd-status", "odd-times"}
        wait_until(lambda: failures(connection) == len(refused), timeout=30, what=worker.log)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert {one.decode() for one in connection.zrange(FAILED_KEY, 0, -1)} == refused
    assert not mark.exists()
    assert worker.process.poll() is None
    visitors = Visitors(parts)
    posted = visitors.post()
    wait_until(lambda: visitors.state(posted) is State.APPROVED, what=worker.log)
    assert worker.log().count("refused: not one of ours") >= len(refused)
    assert set(reasons(connection).values()) == {"workers.jobs.JobFailed: refused"}


def reasons(connection: Redis) -> dict[str, str]:
    """What RQ keeps of each failed job, by its id. It keeps texts compressed."""
    streams = {
        key.decode().rpartition(":")[2]: value
        for key, value in contents(connection).items()
        if key.startswith(b"rq:results:")
    }
    return {
        job: zlib.decompress(base64.b64decode(entries[-1][1][b"exc_string"])).decode().strip()
        for job, entries in streams.items()
    }


def test_of_a_failure_only_the_exceptions_class_is_kept(
    parts: Services, worker: WorkerProcess, connection: Redis
) -> None:
    """No traceback, no place, no value: neither in Redis, nor of the comment in the log."""
    visitors = Visitors(parts)
    run_sql(parts, "ALTER TABLE copies RENAME TO copies_away")
    posted = visitors.post("private words", author_email="private.person@news.example")
    wait_until(lambda: failures(connection) == 1, what=worker.log)
    assert list(reasons(connection).values()) == ["workers.jobs.JobFailed: OperationalError"]
    everything = repr(contents(connection))
    for word in ("private", "Traceback", ".py", "copies"):
        assert word not in everything
    assert "OperationalError" in worker.log()
    assert "private" not in worker.log()
    # The comment has not been lost, and is not shown: it waits until its lease ends.
    assert visitors.state(posted) is State.PENDING
    run_sql(parts, "ALTER TABLE copies_away RENAME TO copies")
    end_leases(parts)
    assert parts.queue.push([visitors.item(posted)])
    wait_until(lambda: visitors.state(posted) is State.APPROVED, what=worker.log)


def test_a_comment_that_kills_the_process_is_held_and_its_neighbours_are_not(
    parts: Services, connection: Redis, tmp_path: Path
) -> None:
    """Two deaths take the batch apart, a third one alone convicts; a person then has to look."""
    visitors = Visitors(parts)
    before = visitors.post("I come first, and I have done nothing.")
    deadly = visitors.post(f"Do you grow {DEADLY}?")
    after = visitors.post("I come later, and I have done nothing either.")
    ids = [before, deadly, after]
    with running_worker(tmp_path / "log", parts, "deadly:build_screener") as worker:
        for deaths in (1, 2, 3):
            wait_until(lambda deaths=deaths: failures(connection) == deaths, what=worker.log)
            assert visitors.state(deadly) is State.PENDING
            assert visitors.state(after) is State.PENDING
            end_leases(parts)
            parts.queue.push(visitors.items(ids))
        wait_until(lambda: visitors.state(deadly) is State.HELD, what=worker.log)
        wait_until(lambda: State.PENDING not in visitors.states(ids), what=worker.log)
        assert worker.process.poll() is None
    assert visitors.states(ids) == [State.APPROVED, State.HELD, State.APPROVED]
    assert visitors.signals(deadly) == {"CHECKS_CRASHED": "3 attempts"}
    assert [len(visitors.decisions(one)) for one in ids] == [1, 1, 1]


# -- being seen ------------------------------------------------------------------------------------


def test_a_worker_is_seen_while_it_lives(parts: Services, tmp_path: Path) -> None:
    """Not before it starts, not after it ends, and twenty seconds after it was killed no more."""
    assert not parts.queue.is_served(parts.clock())
    with running_worker(tmp_path / "log", parts) as worker:
        assert parts.queue.is_served(parts.clock())
        assert worker.end() == 0
        assert not parts.queue.is_served(parts.clock())
    with running_worker(tmp_path / "log", parts) as worker:
        worker.end(signal.SIGKILL)
        assert parts.queue.is_served(parts.clock())
        assert not parts.queue.is_served(parts.clock() + timedelta(seconds=21))


def test_a_worker_is_seen_again_after_a_flush(
    parts: Services, worker: WorkerProcess, connection: Redis
) -> None:
    """RQ registers a worker once; ours tells a Redis that has forgotten it of itself."""
    connection.flushall()
    assert not parts.queue.is_served(parts.clock())
    wait_until(worker.is_seen, what=worker.log)


def test_a_killed_worker_leaves_no_child_behind(
    parts: Services, connection: Redis, tmp_path: Path
) -> None:
    """Its work horse ends with it, so that no two of them work where one is counted."""
    visitors = Visitors(parts)
    with running_worker(tmp_path / "log", parts, "slow:build_screener") as worker:
        visitors.post("slow")
        [horse] = wait_until(lambda: psutil.Process(worker.process.pid).children())
        worker.end(signal.SIGKILL)
        wait_until(lambda: not horse.is_running() or horse.status() == psutil.STATUS_ZOMBIE)


def test_the_address_of_redis_stands_in_no_argument(parts: Services, worker: WorkerProcess) -> None:
    """Neither the worker's nor its horses' command line tells a password."""
    told: Any = psutil.Process(worker.process.pid).cmdline()
    assert parts.settings.redis_url not in " ".join(told)
    assert FRIENDLY not in " ".join(told)
