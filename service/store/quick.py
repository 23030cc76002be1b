"""Statements on the hot paths: compiled to text once, and handed to the driver as text.

SQLAlchemy's part of running a small statement takes ten times as long as SQLite's own. That part is
done here once for each dialect: the text, the order of its parameters, and how values are converted
each way. Errors come as SQLAlchemy's all the same. The transaction must have begun.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Make = Callable[[Any], Any]

LIST_MAX = 16
"""So many values `in_list` takes at a time. A list of another length would be another text."""


def in_list(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether a column has one of the values that `listed` gives by this name."""
    return column.in_([bindparam(f"{name}_{place}") for place in range(LIST_MAX)])


def listed(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """1 to `LIST_MAX` values for `in_list`; the places that are left repeat the last one."""
    last = len(values) - 1
    return {f"{name}_{place}": values[min(place, last)] for place in range(LIST_MAX)}


@contextmanager
def at_once(connection: Connection) -> Iterator[None]:
    """Statements that are run inside go out together, and their answers are there afterwards.

    To PostgreSQL that is one round trip instead of many (libpq's pipeline mode).
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(error, connection) from error


class Quick:
    """A statement that is always run with the same names of values.

    `make` builds it; it is given the dialect's own `insert`, which can say ON CONFLICT.
    """

    def __init__(self, make: Make) -> None:
        self._make = make
        self._texts: dict[str, _Text] = {}

    def __call__(self, connection: Connection, **values: Any) -> list[Any]:
        """The rows of a statement that returns some: tuples with the names of its columns."""
        return self.ask(connection, **values).rows()

    def ask(self, connection: Connection, **values: Any) -> "Answer":
        """Run it; inside `at_once` it has its answer after the block."""
        return self._text(connection, values).run(connection, values)

    def ask_many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> "Answer":
        """Run it once for each of the rows, of which there is one at least."""
        return self._text(connection, rows[0]).run_many(connection, rows)

    def _text(self, connection: Connection, values: Mapping[str, Any]) -> "_Text":
        name = connection.dialect.name
        text = self._texts.get(name)
        if text is None:
            # Two threads may both do this: they make the same.
            text = self._texts[name] = _Text(self._make, connection.dialect, list(values))
        return text


class _Text:
    def __init__(self, make: Make, dialect: Dialect, names: list[str]) -> None:
        statement = make((sqlite if dialect.name == "sqlite" else postgresql).insert)
        compiled = statement.compile(dialect=dialect, column_keys=names)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 (for the type checker)
        self._text = compiled.string
        self._order = tuple(compiled.positiontup or ()) if compiled.positional else None
        # What stands in the statement itself, a limit or a state, is nobody's to give.
        self._constants = {
            name: bind.effective_value for name, bind in compiled.binds.items() if name not in names
        }
        self._into = [
            (name, convert)
            for name, bind in compiled.binds.items()
            if (convert := _impl(bind.type, dialect).bind_processor(dialect))
        ]
        columns = list(statement.exported_columns)
        self._row: Any = None
        if columns:
            # Its fields are known here only, so no class could be written out for it.
            self._row = _row_type([column.key for column in columns])
        self._out_of = [
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := _impl(column.type, dialect).result_processor(dialect, None))
        ]

    def run(self, connection: Connection, values: dict[str, Any]) -> "Answer":
        driver: Any = connection.connection.driver_connection
        # SQLite looks for rows while they are fetched: before anything else is written, then.
        at_once = self._row is not None and connection.dialect.name == "sqlite"
        try:
            cursor = driver.execute(self._text, self._parameters(values))
            return Answer(self, cursor, cursor.fetchall() if at_once else None)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(error, connection) from error

    def run_many(self, connection: Connection, rows: Sequence[dict[str, Any]]) -> "Answer":
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.cursor()
            cursor.executemany(self._text, [self._parameters(values) for values in rows])
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(error, connection) from error
        return Answer(self, cursor, None)

    def converted(self, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        return [self._row._make(self._plain(row)) for row in rows]

    def _plain(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for place, convert in self._out_of:
            values[place] = convert(values[place])
        return values

    def _parameters(self, values: dict[str, Any]) -> Any:
        if self._constants:
            values = self._constants | values
        for name, convert in self._into:
            values[name] = convert(values[name])
        if self._order is None:
            return values
        return tuple([values[name] for name in self._order])


class Answer:
    """What came of a statement."""

    def __init__(self, text: _Text, cursor: Any, found: list[Any] | None) -> None:
        self._text = text
        self._cursor = cursor
        self._found = found

    def rows(self) -> list[Any]:
        """Tuples with the names of the columns. The statement must be one that returns rows."""
        return self._text.converted(self._cursor.fetchall() if self._found is None else self._found)

    def changed(self) -> int:
        """How many rows of the table were added, changed or deleted."""
        number: int = self._cursor.rowcount
        return number


def _row_type(names: list[str]) -> Any:
    return namedtuple("Row", names)  # noqa: PYI024


def _told(error: Exception, connection: Connection) -> BaseException:
    """The driver's error as SQLAlchemy tells it, without values; a lost connection is dropped."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
        # Whatever ended it has hardly spared the others, which nobody has looked at meanwhile.
        connection.engine.dispose()
    if dialect.name != "sqlite":
        # PostgreSQL's own texts repeat the row.
        error.args = (f"SQLSTATE {getattr(error, 'sqlstate', None)}",)
    return DBAPIError.instance(
        None, None, error, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
    )


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
