"""Does something once in a process of its own, whose memory goes with it.

What a long-lived process needs at its start only would otherwise be kept for as long as it runs:
Alembic takes 9 MB, and granian's parent, which serves nothing itself, needs none of the service.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection

from service.core.errors import SetupError
from service.running.processes import die_with_parent


def run_apart(action: Callable[[], None]) -> None:
    """Raises the `SetupError` that `action` raises. To be called before there are threads."""
    context = multiprocessing.get_context("fork")
    told, telling = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(action, telling))
    child.start()
    telling.close()
    child.join()
    if child.exitcode == 0:
        return
    raise SetupError(told.recv() if told.poll() else "The start failed; what went wrong is above.")


def _run(action: Callable[[], None], telling: Connection) -> None:
    die_with_parent()
    try:
        action()
    except SetupError as error:
        telling.send(str(error))
        raise SystemExit(1) from None
