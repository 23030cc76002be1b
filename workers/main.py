"""The worker process: an RQ worker on the one queue it serves."""

import logging
import os
import signal
import sys
import time
from contextlib import suppress
from types import FrameType, TracebackType

import click
import redis
from redis import Redis
from redis.client import Pipeline
from rq import Worker, worker_registration
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from service import settings, wiring
from service.core.errors import SetupError
from service.queue import StrictJob, connect, screen_queue
from service.running.processes import die_with_parent
from workers.jobs import JobFailed

log = logging.getLogger("vestibule.worker")

ExceptionInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

BEAT_SECONDS = 5
REDIS_WAIT_MAX_SECONDS = 5.0


class ScreenWorker(Worker):
    """RQ's forking worker, beating often enough that its death shows within seconds."""

    job_class = StrictJob
    log_result_lifespan = False
    max_connection_wait_time = REDIS_WAIT_MAX_SECONDS
    asked_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        self._worker_pid = os.getpid()
        super().fork_work_horse(job, queue)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        # A killed worker must not leave a child behind that goes on by itself.
        die_with_parent(self._worker_pid)
        super().main_work_horse(job, queue)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        super().heartbeat(timeout, pipeline)
        # RQ registers a worker once. A Redis that was restarted or flushed since knows none.
        worker_registration.register(self, pipeline)

    def _finalize_failure(
        self, job: Job, queue: Queue, execution: Execution, exc_info: ExceptionInfo
    ) -> None:
        # RQ would store the traceback, which can quote what was being worked on.
        error = exc_info[1]
        name = str(error) if isinstance(error, JobFailed) else type(error).__name__
        super()._finalize_failure(job, queue, execution, (JobFailed, JobFailed(name), None))


def run(configuration: settings.Settings) -> None:
    """Serve the queue until told to stop. Raises `SetupError` where the set-up does not do."""
    # RQ has handlers of its own, but only once it has told Redis that this worker is there.
    signal.signal(signal.SIGTERM, _end)
    # Building the services once says at the start what is wrong with the set-up, and loads the code
    # and the checks before the fork. Connections are closed again: none may cross it.
    configuration.required_secret()
    wiring.require_schema(configuration)
    services = wiring.build(configuration)
    wiring.load_screener()
    wiring.load_remotes()
    services.close()
    if configuration.redis_url is None:
        raise SetupError("VESTIBULE_REDIS_URL is not set.")
    connection = connect(configuration.redis_url, patient=True)
    _wait_for(connection)
    worker = ScreenWorker(
        [screen_queue(connection)],
        connection=connection,
        serializer=JSONSerializer,
        job_class=StrictJob,
        worker_ttl=BEAT_SECONDS + 15,  # RQ waits for jobs for 15 s less than this between beats
        job_monitoring_interval=BEAT_SECONDS,
        maintenance_interval=60,
        log_job_description=False,
        default_result_ttl=0,
    )
    try:
        worker.work(logging_level=logging.getLevelName(logging.getLogger().level))
    except SystemExit:
        # Told to stop when RQ had registered the worker, and had not yet set its own handlers.
        with suppress(redis.RedisError):
            worker.register_death()  # type: ignore[no-untyped-call]
        raise
    except (StopRequested, redis.RedisError) as error:
        if not worker.asked_to_stop:
            raise
        # A Redis that stops at the same time cannot be told goodbye, and need not be.
        log.info("stopped (%s)", type(error).__name__)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _wait_for(connection: Redis) -> None:
    """Redis may come up after the worker does, or go for a while: that is no reason to die."""
    pause = 0.1
    told = False
    while True:
        try:
            connection.ping()
        except redis.ConnectionError:
            if not told:
                log.warning("waiting for Redis")
                told = True
            time.sleep(pause)
            pause = min(pause * 2, REDIS_WAIT_MAX_SECONDS)
        else:
            return


@click.command("worker")
def worker_command() -> None:
    """Run one worker process that screens comments."""
    configuration = settings.load()
    logging.basicConfig(
        level=configuration.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    run(configuration)
