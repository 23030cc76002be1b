"""Runs real parts for tests: a whole installation, a Redis, and waiting for what they do."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil

from service.running import embedded_redis
from service.running.processes import guarded

VESTIBULE = Path(sys.executable).with_name("vestibule")
T = TypeVar("T")


def wait_until(
    condition: Callable[[], T], *, timeout: float = 10.0, what: str | Callable[[], str] = ""
) -> T:
    """The first true value of `condition`; fails the test if there is none within `timeout` s."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() > deadline:
            told = what() if callable(what) else what
            raise AssertionError(f"not within {timeout:g} s: {told or condition}")
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(**changes: object) -> dict[str, str]:
    """This process's environment without the settings of another installation."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("VESTIBULE_")}
    # No name server outside is asked: whether one answers must make no difference to a test.
    kept["VESTIBULE_MAIL_LOOKUPS"] = "false"
    return kept | {name: str(value) for name, value in changes.items()}


def run_vestibule(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """One `vestibule` command, run to its end."""
    return subprocess.run(
        [VESTIBULE, *arguments],
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@contextmanager
def running_redis() -> Iterator[str]:
    """A Redis of this test process's own; yields its URL."""
    folder = embedded_redis.make_runtime_dir()
    command = embedded_redis.command(embedded_redis.find_program(), folder)
    process = subprocess.Popen(guarded(command))
    try:
        embedded_redis.wait_until_ready(folder, lambda: process.poll() is None, timeout_seconds=10)
        yield embedded_redis.url(folder)
    finally:
        process.terminate()
        process.wait()
        embedded_redis.remove_runtime_dir(folder)


class Installation:
    """`vestibule up` as a process of its own, on a free port and a data directory of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, object] | None = None) -> None:
        self.data_dir = folder / "data"
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "up.log"
        self.environment: dict[str, object] = {
            "VESTIBULE_DATA_DIR": self.data_dir,
            "VESTIBULE_PORT": self.port,
            **(environment or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._seen: set[psutil.Process] = set()

    def start(self, *, ready: bool = True) -> "Installation":
        with self.log_file.open("ab") as log:
            # Should the test run be killed, its installations end too.
            self.process = subprocess.Popen(
                guarded([str(VESTIBULE), "up"]),
                env=clean_environment(**self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if ready:
            self.wait_until_ready()
        return self

    def wait_until_ready(self, timeout: float = 30.0) -> None:
        def ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, f"`up` ended:\n{self.log()}"
            return self.is_ready()

        wait_until(ready, timeout=timeout, what=lambda: f"ready; so far:\n{self.log()}")

    def is_ready(self) -> bool:
        return self.status_of("/readyz") == 200

    def status_of(self, path: str) -> int | None:
        """The status of a GET, None if nobody answers."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request("GET", path)
            return link.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            link.close()

    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    @property
    def admin_email(self) -> str:
        return self._told(r"First account: (\S+)")

    @property
    def admin_password(self) -> str:
        return self._told(r"Password: +(\S+)")

    @property
    def redis_url(self) -> str:
        """The address of the embedded Redis."""
        return embedded_redis.url(Path((self.data_dir / "running.lock").read_text("utf-8")))

    @property
    def database_url(self) -> str:
        return str(
            self.environment.get(
                "VESTIBULE_DATABASE_URL", f"sqlite:///{self.data_dir / 'vestibule.db'}"
            )
        )

    def processes(self) -> list[psutil.Process]:
        """The supervisor and all it has started, now."""
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            top = psutil.Process(self.process.pid)
            found = [top, *top.children(recursive=True)]
            self._seen.update(found)
            return [one for one in found if _runs(one)]
        return []

    def part(self, word: str) -> list[psutil.Process]:
        """The processes of a part: `web`, `worker` or `redis`. A part's first process is first."""

        def is_it(one: psutil.Process) -> bool:
            with suppress(psutil.NoSuchProcess):
                if word == "redis":
                    return one.name() in {"redis-server", "valkey-server"}
                return one.cmdline()[-1:] == [word]
            return False

        return [one for one in self.processes()[1:] if is_it(one)]

    def left_over(self) -> list[psutil.Process]:
        """What of this installation still runs, whoever its parent is by now."""
        needle = str(self.data_dir)
        for one in psutil.process_iter():
            with suppress(psutil.Error):
                if one.environ().get("VESTIBULE_DATA_DIR") == needle:
                    self._seen.add(one)
        return [one for one in self._seen if _runs(one)]

    def vestibule(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same installation."""
        return run_vestibule(*arguments, **self.environment)

    def stop(self, number: int = signal.SIGTERM, timeout: float = 20.0) -> int:
        """End it with a signal; returns its status once everything is gone."""
        assert self.process is not None
        self.processes()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(timeout)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        wait_until(lambda: not self.left_over(), what=lambda: f"gone: {self.left_over()}")
        return status

    def _told(self, pattern: str) -> str:
        found = re.search(pattern, self.log())
        assert found, f"not told:\n{self.log()}"
        return found[1]


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def get_json(url: str) -> Any:
    """A GET's JSON, for looking at `/readyz` and the like."""
    import json
    import urllib.request

    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)
