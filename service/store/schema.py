"""The schema's version: brings a database to the newest one, and tells whether it is there."""

import re
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from service.core.errors import SetupError
from service.store.engine import Database

_IS = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)
_MIGRATIONS = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """The head revision: the one that no other follows, whatever its number."""
    sources = [path.read_text("utf-8") for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")]
    followed = {one for text in sources for one in _FOLLOWS.findall(text)}
    (head,) = {str(one) for text in sources for one in _IS.findall(text)} - followed
    return head


def is_current(database_url: str) -> bool:
    """Whether the database has the newest schema. Raises `SetupError` if it cannot be reached."""
    database = Database(database_url, pool_size=1)
    try:
        with database.read() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found == newest_revision()
    except OperationalError as error:
        raise unreachable(error) from None
    finally:
        database.close()


def migrate(database_url: str) -> None:
    """Bring the database to the newest schema; safe to run by several processes at once."""
    if is_current(database_url):
        return
    from alembic import command  # noqa: PLC0415 (slow to import, and seldom needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    database = Database(database_url, pool_size=1)
    try:
        with database.write() as connection:
            if not database.is_sqlite:
                # Two processes that start at once must not both create the tables.
                connection.execute(text("SELECT pg_advisory_xact_lock(7295001)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise unreachable(error) from None
    finally:
        database.close()


def unreachable(error: Exception) -> SetupError:
    """A message without the driver's text, which may carry the address and its password."""
    kind = type(getattr(error, "orig", error)).__name__
    return SetupError(
        f"The database cannot be used ({kind}): check VESTIBULE_DATABASE_URL, "
        "that the server runs, and that this user may write."
    )
