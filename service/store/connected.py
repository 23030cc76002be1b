"""What every part of the store starts from: one connection, in one transaction."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite


class Connected:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def _is_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"

    def _insert(self, table: Any) -> Any:
        """An INSERT that can say ON CONFLICT, which both dialects spell alike."""
        return (sqlite if self._is_sqlite else postgresql).insert(table)
