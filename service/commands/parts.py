"""Commands that run one part of an installation each, for compose files and operators."""

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

import click

from service.commands.setup import require_schema, settings_with_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.settings import Settings
    from service.wiring import Services


@click.command()
def web() -> None:
    """Run the web server until SIGTERM or SIGINT."""
    settings = settings_with_secret()
    from service.running.apart import run_apart
    from service.web.serve import serve

    # What is wrong with the set-up is then one line on the terminal instead of a traceback from the
    # serving process. Apart, since connections must not cross that one's fork, and this one needs
    # nothing of the service.
    run_apart(lambda: _try(settings))
    serve(settings)


def _try(settings: "Settings") -> None:
    """Build the parts once. Raises `SetupError` where they do not fit."""
    from service.wiring import build

    require_schema(settings)
    build(settings).close()


@click.command()
def sweeper() -> None:
    """Find what was accepted but that nobody works on, until SIGTERM or SIGINT."""
    settings = settings_with_secret()
    require_schema(settings)
    from service.running.sweeper import sweep_until

    _run_until_stopped(settings, sweep_until)


def _run_until_stopped(
    settings: "Settings",
    run: "Callable[[threading.Event, Callable[[], Services]], None]",
) -> None:
    from service.wiring import build

    # Built once and closed: what is wrong with the set-up is said at once.
    build(settings).close()
    stop = threading.Event()

    def request_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, request_stop)
    run(stop, lambda: build(settings))


@click.command()
def deliver() -> None:
    """Deliver events to webhooks, and send mails, until SIGTERM or SIGINT."""
    settings = settings_with_secret()
    require_schema(settings)
    from service.running.courier import deliver_until

    _run_until_stopped(settings, deliver_until)


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe to run by several processes at once."""
    settings = settings_with_secret()
    from service.store import migrate as migrate_store

    migrate_store(settings.database_url)
    click.echo("The database has the newest schema.")
