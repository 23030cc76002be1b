"""The commands that set an installation up, and that run all of it in the foreground."""

import http.client
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

import click

from service.commands.setup import opened
from service.running import embedded_redis, first_start
from service.running.supervisor import Part, Supervisor
from service.settings import Settings, load
from service.web.serve import check_address

REDIS_START_SECONDS = 10
# A predecessor that was killed takes its children with it, though not in the same instant.
_PORT_PATIENCE_SECONDS = 2.0
_THREAD_END_SECONDS = 10


@click.command()
def init() -> None:
    """Make what an installation needs: data directory, secret, tables, demo site, first account."""
    settings = load()
    with first_start.hold_data_dir(settings.data_dir):
        _set_up(_with_schema_and_secret(settings))
    click.echo(f"Vestibule is set up in {settings.data_dir}.")


@click.command()
def up() -> None:
    """Run everything in the foreground, set it up first if need be, end it all on SIGTERM."""
    settings = load()
    with first_start.hold_data_dir(settings.data_dir) as note:
        check_address(settings, patience_seconds=_PORT_PATIENCE_SECONDS)
        with _Redis(settings, note) as redis, Supervisor(_say) as supervisor:
            status = _run(settings, redis, supervisor)
    sys.exit(status)


def _run(settings: Settings, redis: "_Redis", supervisor: Supervisor) -> int:
    if redis.runtime_dir:
        # Started first: it gets ready while the tables are made.
        program = embedded_redis.find_program()
        command = tuple(embedded_redis.command(program, redis.runtime_dir))
        # No secret is its business.
        environment = {"PATH": os.environ.get("PATH", os.defpath)}
        supervisor.start(Part("redis", command, environment, serves_others=True))
    settings = replace(_with_schema_and_secret(settings), redis_url=redis.url)
    _set_up(settings)
    if redis.runtime_dir:
        embedded_redis.wait_until_ready(
            redis.runtime_dir,
            lambda: supervisor.is_alive("redis"),
            timeout_seconds=REDIS_START_SECONDS,
        )
    for part in _parts(settings):
        supervisor.start(part)
    click.echo(f"Demo article: {settings.public_url}/demo/")
    click.echo(f"Moderators:   {settings.public_url}/desk/")
    # Threads come after the children, which the main thread alone may start.
    stop = threading.Event()
    sweeper = threading.Thread(target=_sweep, args=(stop, settings), daemon=True)
    sweeper.start()
    courier = threading.Thread(target=_deliver, args=(stop, settings), daemon=True)
    courier.start()
    threading.Thread(target=_tell_when_ready, args=(stop, settings), daemon=True).start()
    status = supervisor.run()
    stop.set()
    for thread in (sweeper, courier):
        thread.join(_THREAD_END_SECONDS)
    return status


class _Redis:
    """Where Redis is, and, if it is the embedded one, its folder for as long as it runs.

    The folder's path stands in `note`, so that the next run can clear away what a killed one left.
    """

    def __init__(self, settings: Settings, note: Path) -> None:
        self._note = note
        self._given_url = settings.redis_url
        self.runtime_dir: Path | None = None

    @property
    def url(self) -> str | None:
        return embedded_redis.url(self.runtime_dir) if self.runtime_dir else self._given_url

    def __enter__(self) -> Self:
        if left := self._note.read_text("utf-8", "replace"):
            embedded_redis.remove_runtime_dir(Path(left))
        if self._given_url is None:
            self.runtime_dir = embedded_redis.make_runtime_dir()
        self._note.write_text(str(self.runtime_dir or ""), "utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self.runtime_dir:
            embedded_redis.remove_runtime_dir(self.runtime_dir)
        self._note.write_text("", "utf-8")


def _with_schema_and_secret(settings: Settings) -> Settings:
    from service.running.apart import run_apart
    from service.store import is_current, migrate

    if not is_current(settings.database_url):
        run_apart(lambda: migrate(settings.database_url))
    return first_start.ensure_secret(settings)


def _set_up(settings: Settings) -> None:
    with opened(settings) as services:
        first_start.ensure_demo(services, settings)
        # Shown before anything else can fail: no later run could show it.
        _show(first_start.ensure_moderator(services))


def _parts(settings: Settings) -> list[Part]:
    environment = _environment(settings, os.environ)
    # -P: a folder `service` in the current directory must not be taken for this one.
    command = (sys.executable, "-P", "-m", "service.cli")
    workers = [f"worker {number + 1}" for number in range(settings.workers)]
    return [
        Part("web", (*command, "web"), environment),
        *(Part(name, (*command, "worker"), environment) for name in workers),
    ]


THRIFTY = {"MALLOC_TRIM_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "2"}
"""For glibc: what loading the models freed goes back to the machine, 7 MB of a worker's memory."""


def _environment(settings: Settings, own: Mapping[str, str]) -> dict[str, str]:
    """What the parts are told. The secret stays where it is: in a file or in the environment."""
    told = {**THRIFTY, **own, "VESTIBULE_DATA_DIR": str(settings.data_dir)}
    if settings.redis_url and not own.get("VESTIBULE_REDIS_URL_FILE"):
        told["VESTIBULE_REDIS_URL"] = settings.redis_url
    return told


def _sweep(stop: threading.Event, settings: Settings) -> None:
    from service.running.sweeper import sweep_until
    from service.wiring import build

    sweep_until(stop, lambda: build(settings))


def _deliver(stop: threading.Event, settings: Settings) -> None:
    from service.running.courier import deliver_until
    from service.wiring import build

    deliver_until(stop, lambda: build(settings))


def _tell_when_ready(stop: threading.Event, settings: Settings) -> None:
    any_address = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (compared, not bound)
    host = any_address.get(settings.host, settings.host)
    while not stop.wait(0.1):
        link = http.client.HTTPConnection(host, settings.port, timeout=5)
        try:
            link.request("GET", "/readyz")
            if link.getresponse().status == http.HTTPStatus.OK:
                _say("ready. Ctrl-C ends everything.")
                return
        except (OSError, http.client.HTTPException):
            continue
        finally:
            link.close()


def _show(account: first_start.FirstAccount | None) -> None:
    if account is None:
        return
    # Written once, to the terminal and nowhere else: the database keeps a hash.
    click.echo(f"First account: {account.email}")
    click.echo(f"Password:      {account.password}   (shown this once, so keep it)")


def _say(text: str) -> None:
    click.echo(f"vestibule: {text}")
