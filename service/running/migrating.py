"""Brings the database to the newest schema in a process of its own, whose memory goes with it.

Alembic takes 9 MB, which the supervisor would keep for as long as everything runs.
"""

import multiprocessing
from multiprocessing.connection import Connection

from service.core.errors import SetupError
from service.running.processes import die_with_parent
from service.store import is_current, migrate


def migrate_apart(database_url: str) -> None:
    """As `migrate`. To be called before there are threads, since it forks."""
    if is_current(database_url):
        return
    context = multiprocessing.get_context("fork")
    told, telling = context.Pipe(duplex=False)
    child = context.Process(target=_migrate, args=(database_url, telling))
    child.start()
    telling.close()
    child.join()
    if child.exitcode == 0:
        return
    raise SetupError(
        told.recv()
        if told.poll()
        else "The database could not be brought to this version's schema; see above."
    )


def _migrate(database_url: str, telling: Connection) -> None:
    die_with_parent()
    try:
        migrate(database_url)
    except SetupError as error:
        telling.send(str(error))
        raise SystemExit(1) from None
