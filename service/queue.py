"""Redis and RQ: what wakes the workers, and what counts rates. Carries ids only.

Ids of comments wait in a Redis list. The first one that waits enqueues an RQ job at once, further
jobs come with each full batch that waits; a job takes a batch at a time until the list is empty.
Nothing here is the truth: whatever is lost is found again by the sweeper.
"""

import hashlib
import json
import logging
import re
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import redis
from rq import Queue as RqQueue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import utcparse
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from service.core.records import WorkItem

SCREEN_QUEUE = "screen"
DRAIN = "workers.jobs.drain"
REFUSE = "workers.jobs.refuse"
BATCH_SIZE = 200
WAITING_KEY = "vestibule:waiting"
MEMORY_PREFIX = "vestibule:memory:"
JOB_TIMEOUT_SECONDS = 120
FAILURE_TTL_SECONDS = 3600
WORKER_SILENCE = timedelta(seconds=20)
"""A worker that has not been heard of for this long counts as gone; it beats every five seconds."""
BREAK_SECONDS = 1.0
_NAME = re.compile(r"([0-9a-f-]{36})/([0-9a-f-]{36})/([0-9]{1,6})")
_DATA_MAX_BYTES = 4096
_KEPT = (b"created_at", b"enqueued_at", b"started_at", b"ended_at", b"last_heartbeat", b"status")

log = logging.getLogger("vestibule.queue")
T = TypeVar("T")


class StrictJob(Job):
    """A job that can do nothing but what this service enqueues.

    A job's hash in Redis names a function, and can carry callbacks and webhooks: whoever can write
    to Redis could run any function and send requests from inside. So nothing of a stored job is
    taken but its times and its status; the function must be on the allow-list, without arguments.
    """

    ALLOWED = frozenset({DRAIN})

    def refresh(self) -> None:
        """Read the stored job. One that cannot be read is none: it must not end the worker."""
        try:
            super().refresh()  # type: ignore[no-untyped-call]
        except (redis.ResponseError, ValueError, OverflowError):
            log.warning("job %s ignored: it cannot be read", self.id)
            raise NoSuchJobError(f"unreadable: {self.id}") from None

    def restore(self, raw_data: dict[Any, Any]) -> None:
        raw = {key.encode() if isinstance(key, str) else key: v for key, v in raw_data.items()}
        function = _function_of(raw.get(b"data"))
        if function not in self.ALLOWED:
            log.warning("job %s refused: not one of ours", self.id)
            function = REFUSE
        kept = {key: raw[key] for key in _KEPT if key in raw}
        super().restore(
            kept
            | {
                b"data": json.dumps([function, None, [], {}]).encode(),
                b"origin": SCREEN_QUEUE.encode(),
                b"description": SCREEN_QUEUE.encode(),
                b"timeout": str(JOB_TIMEOUT_SECONDS).encode(),
                b"result_ttl": b"0",
                b"failure_ttl": str(FAILURE_TTL_SECONDS).encode(),
            }
        )


def _function_of(data: bytes | None) -> str | None:
    """The function a stored job names, if it is called without anything, else None."""
    try:
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(data or b"", _DATA_MAX_BYTES)
        name, instance, args, kwargs = json.loads(plain)
    except (zlib.error, ValueError, TypeError, RecursionError):
        return None
    if instance is not None or args or kwargs or not isinstance(name, str):
        return None
    return name


def connect(url: str, *, patient: bool = False) -> redis.Redis:
    """A client. The web's gives up within half a second; a worker's (`patient`) waits for jobs."""
    options: dict[str, Any] = (
        {} if patient else {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    )
    return redis.Redis.from_url(url, **options)


def screen_queue(connection: redis.Redis) -> RqQueue:
    return RqQueue(
        SCREEN_QUEUE, connection=connection, job_class=StrictJob, serializer=JSONSerializer
    )


class RedisGate:
    """Calls Redis; while it is gone, stops trying for a second at a time.

    Without the break every request would wait for its own time-out.
    """

    def __init__(self, connection: redis.Redis, monotonic: Callable[[], float]) -> None:
        self.connection = connection
        self._monotonic = monotonic
        self._closed_until = 0.0

    def call(self, action: Callable[[], T]) -> T | None:
        """What `action` returns, or None if Redis cannot be reached."""
        if self._monotonic() < self._closed_until:
            return None
        try:
            return action()
        except redis.RedisError as error:
            self._closed_until = self._monotonic() + BREAK_SECONDS
            log.warning("Redis cannot be reached (%s)", type(error).__name__)
            return None


class RedisQueue:
    """Implements `core.ports.Queue`."""

    def __init__(self, gate: RedisGate) -> None:
        self._gate = gate
        self._redis = gate.connection
        self._rq = screen_queue(gate.connection)

    def push(self, items: Sequence[WorkItem]) -> bool:
        return bool(items) and self._gate.call(lambda: self._push(items)) is not None

    def _push(self, items: Sequence[WorkItem]) -> bool:
        names = [f"{item.site_id}/{item.comment_id}/{item.revision}" for item in items]
        after = self._redis.rpush(WAITING_KEY, *names)
        before = after - len(names)
        if before == 0 or after // BATCH_SIZE > before // BATCH_SIZE:
            self._enqueue_drain()
        return True

    def pop(self, limit: int) -> Sequence[WorkItem]:
        # What is no name is skipped: only an empty list means that nothing waits any more.
        while names := cast("list[bytes] | None", self._redis.lpop(WAITING_KEY, limit)):
            matches = (_NAME.fullmatch(name.decode("ascii", "replace")) for name in names)
            if items := [WorkItem(one[1], one[2], int(one[3])) for one in matches if one]:
                return items
        return []

    def waiting(self) -> int | None:
        return self._gate.call(lambda: self._redis.llen(WAITING_KEY))

    def nudge(self) -> bool:
        return self._gate.call(self._nudge) is not None

    def _nudge(self) -> bool:
        if self._redis.llen(self._rq.key) == 0:
            self._enqueue_drain()
        return True

    def _enqueue_drain(self) -> None:
        self._rq.enqueue_call(
            DRAIN,
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_SECONDS,
            description=SCREEN_QUEUE,
        )

    def is_served(self, now: datetime) -> bool:
        return bool(self._gate.call(lambda: self._is_served(now)))

    def _is_served(self, now: datetime) -> bool:
        keys = cast("set[bytes]", self._redis.smembers(WORKERS_BY_QUEUE_KEY % SCREEN_QUEUE))
        beats = (self._redis.hget(key.decode(), "last_heartbeat") for key in keys)
        return any(
            now - utcparse(cast("bytes", beat).decode()) < WORKER_SILENCE for beat in beats if beat
        )


class RedisMemory:
    """Implements `core.outside.Memory`."""

    def __init__(self, gate: RedisGate) -> None:
        self._gate = gate
        self._redis = gate.connection

    def recall(self, keys: Sequence[str]) -> Sequence[str | None]:
        names = [MEMORY_PREFIX + key for key in keys]
        found = self._gate.call(lambda: cast("list[bytes | None]", self._redis.mget(names)))
        if found is None:
            return [None] * len(keys)
        return [None if one is None else one.decode("ascii", "replace") for one in found]

    def remember(self, key: str, value: str, *, seconds: int) -> None:
        self._gate.call(lambda: self._redis.set(MEMORY_PREFIX + key, value, ex=seconds))

    def forget(self, keys: Sequence[str]) -> None:
        self._gate.call(lambda: self._redis.delete(*(MEMORY_PREFIX + key for key in keys)))

    def count(self, key: str, *, seconds: int) -> int | None:
        def count() -> int:
            with self._redis.pipeline() as together:
                together.incr(MEMORY_PREFIX + key)
                together.expire(MEMORY_PREFIX + key, seconds)
                return int(together.execute()[0])

        return self._gate.call(count)

    def claim(self, key: str, *, seconds: int) -> bool:
        return bool(
            self._gate.call(lambda: self._redis.set(MEMORY_PREFIX + key, "1", ex=seconds, nx=True))
        )


# Generic cell rate algorithm (ITU-T I.371): each key holds the theoretical arrival time of the next
# request, in milliseconds by the server's clock. A request passes if none of its keys runs more
# than a full minute's allowance ahead; only then are all of them moved on. ARGV holds the limits of
# one request's keys, KEYS the keys of one request after the other; there is an answer for each.
_GCRA = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limits = #ARGV - 1
local window = tonumber(ARGV[#ARGV])
local waits = {}
for first = 0, #KEYS - limits, limits do
  local wait = 0
  local next_times = {}
  for i = 1, limits do
    local interval = window / tonumber(ARGV[i])
    local tat = math.max(tonumber(redis.call('GET', KEYS[first + i]) or now), now) + interval
    next_times[i] = tat
    wait = math.max(wait, tat - now - window)
  end
  if wait <= 0 then
    for i = 1, limits do
      local lifetime = math.ceil(next_times[i] - now) + 1000
      local next_time = string.format('%.3f', next_times[i])
      redis.call('SET', KEYS[first + i], next_time, 'PX', lifetime)
    end
  end
  waits[#waits + 1] = math.ceil(wait)
end
return waits
"""


class RedisRateLimiter:
    """Implements `core.ports.RateLimiter`; networks are keyed hashes, never addresses."""

    SIGN_INS_PER_MINUTE = 10
    FLAGS_PER_MINUTE = 10
    GUESSES = 10
    GUESS_WINDOW_MS = 15 * 60_000

    def __init__(self, gate: RedisGate, *, network_per_minute: int, site_per_minute: int) -> None:
        self._gate = gate
        self._script = gate.connection.register_script(_GCRA)
        self._network_per_minute = network_per_minute
        self._site_per_minute = site_per_minute

    def admit_comment(self, network: bytes, site_id: str) -> float | None:
        return self.admit_comments([(network, site_id)])[0]

    def admit_comments(self, senders: Sequence[tuple[bytes, str]]) -> Sequence[float | None]:
        keys = [
            key
            for network, site_id in senders
            for key in (
                f"vestibule:rate:network:{site_id}:{network.hex()}",
                f"vestibule:rate:site:{site_id}",
            )
        ]
        return self._admit(keys, self._network_per_minute, self._site_per_minute)

    def admit_flag(self, network: bytes) -> float | None:
        return self._admit([f"vestibule:rate:flag:{network.hex()}"], self.FLAGS_PER_MINUTE)[0]

    def admit_sign_in(self, network: bytes) -> float | None:
        keys = [f"vestibule:rate:sign-in:{network.hex()}"]
        return self._admit(keys, self.SIGN_INS_PER_MINUTE)[0]

    def admit_guess(self, at: str) -> float | None:
        # Hashed, so that a key has the same length whatever it is about.
        key = f"vestibule:rate:guess:{hashlib.sha256(at.encode('utf-8')).hexdigest()}"
        return self._admit([key], self.GUESSES, window_ms=self.GUESS_WINDOW_MS)[0]

    def _admit(
        self, keys: Sequence[str], *limits: int, window_ms: int = 60_000
    ) -> Sequence[float | None]:
        args = [*limits, window_ms]
        waits = self._gate.call(lambda: cast("list[int]", self._script(keys=keys, args=args)))
        if waits is None:
            return [None] * (len(keys) // len(limits))
        return [wait / 1000 for wait in waits]
