"""Jobs as somebody might write them who can write to Redis, but not to this machine."""

import json
import os
import pickle
import zlib
from pathlib import Path
from typing import Any

from redis import Redis

from service.queue import DRAIN

QUEUE_KEY = "rq:queue:screen"
NOW = "2026-03-14T15:09:26.000000Z"


class Gadget:
    """Unpickling it runs a command."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self._command,)


def call(name: str, *args: Any, instance: Any = None, **kwargs: Any) -> bytes:
    """A job's `data` in the JSON serializer's form."""
    return zlib.compress(json.dumps([name, instance, args, kwargs]).encode())


def forged_jobs(mark: Path, hook: str) -> dict[str, dict[str, Any]]:
    """Hashes of jobs that would touch `mark` or call `hook`, each under a name that says how."""
    touch = f"touch {mark}"
    gadget = pickle.dumps(Gadget(touch))
    hooks = json.dumps(
        [{"url": hook, "statuses": ["finished", "failed"], "method": "POST", "headers": {}}]
    )
    return {
        "json-function": {"data": call("os.system", touch)},
        "json-function-not-compressed": {"data": json.dumps(["os.system", None, [touch], {}])},
        "function-by-another-name": {
            "data": call("workers.jobs.wiring.importlib.os.system", touch)
        },
        "ours-with-arguments": {"data": call(DRAIN, touch)},
        "ours-with-keywords": {"data": call(DRAIN, command=touch)},
        "ours-on-an-instance": {"data": call("drain", instance="workers.jobs")},
        "pickled-call": {"data": zlib.compress(pickle.dumps(("os.system", None, (touch,), {})))},
        "pickled-gadget": {"data": zlib.compress(gadget)},
        "pickled-gadget-not-compressed": {"data": gadget},
        "bomb": {"data": zlib.compress(b" " * 60_000_000 + call(DRAIN))},
        "deep": {"data": zlib.compress(b"[" * 4000)},
        "no-list": {"data": zlib.compress(b'{"a": 1}')},
        "not-a-name": {"data": zlib.compress(b"[7, null, [], {}]")},
        "no-data": {"description": "nothing"},
        "callbacks": {
            "data": call("os.system", touch),
            "success_callback_name": "os.system",
            "failure_callback_name": "os.system",
            "stopped_callback_name": "os.system",
        },
        "webhooks": {"data": call("os.system", touch), "webhooks": hooks},
        "webhooks-on-ours": {"data": call(DRAIN), "webhooks": hooks},
        "meta": {"data": call("os.system", touch), "meta": gadget, "result": gadget},
        "dependency": {
            "data": call("os.system", touch),
            "dependency_ids": json.dumps(["json-function"]),
            "allow_dependency_failures": "1",
        },
        "never-ending": {
            "data": call("os.system", touch),
            "timeout": "-1",
            "retries_left": "1000000",
            "retry_intervals": "[0]",
            "repeats_left": "1000000",
            "repeat_intervals": "[0]",
            "failure_ttl": "-1",
            "result_ttl": "-1",
            "enqueue_at_front_on_retry": "1",
        },
        "odd-status": {"data": call(DRAIN), "status": "blessed"},
        "odd-times": {"data": call(DRAIN), "created_at": "yesterday", "started_at": b"\xff"},
    }


def enqueue(connection: Redis, job_id: str, fields: dict[str, Any]) -> None:
    """Store a job's hash and queue it, as RQ does."""
    common = {"origin": "screen", "created_at": NOW, "enqueued_at": NOW, "status": "queued"}
    connection.hset(f"rq:job:{job_id}", mapping={**common, **fields})
    connection.rpush(QUEUE_KEY, job_id)
