"""The views that the service is measured against: what Flask does anyway, and nothing else.

Served by granian's WSGI interface with as many threads as the service has, in a process of its own:
`python tests/bench/baselines.py PORT THREADS DATABASE_URL`. Each is written as somebody would who
wants it quick; in particular the row is inserted through the plain driver, without SQLAlchemy.
"""

import sqlite3
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, request

_COLUMNS = "(id TEXT PRIMARY KEY, name TEXT, email TEXT, content TEXT, created_at REAL)"
_WEAK_ENOUGH = "public, max-age=0"


def make_app(insert: Callable[[tuple[Any, ...]], None]) -> Flask:
    app = Flask("baselines")
    bodies: dict[int, bytes] = {}

    @app.get("/ready")
    def ready() -> Response:
        return Response(b"ok")

    @app.get("/static/<int:size>")
    def static_page(size: int) -> Response:
        body = bodies.get(size) or bodies.setdefault(size, b"x" * size)
        return Response(body, content_type="application/json")

    @app.get("/unchanged")
    def unchanged() -> Response:
        response = Response(status=304)
        response.set_etag("constant")
        return response

    @app.post("/rows")
    def add_row() -> tuple[Response, int]:
        posted = request.get_json()
        row_id = str(uuid.uuid4())
        insert((row_id, posted["author_name"], posted["author_email"], posted["content"], 1.0))
        return jsonify({"id": row_id, "state": "pending"}), 202

    return app


def sqlite_insert(path: str) -> Callable[[tuple[Any, ...]], None]:
    own = threading.local()
    # Writers wait here rather than in SQLite, whose waiting is sleeping: measured, it is quicker.
    turn = threading.Lock()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=15, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        own.connection = connection
        return connection

    def insert(row: tuple[Any, ...]) -> None:
        connection = getattr(own, "connection", None) or connect()
        with turn:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO bare VALUES (?, ?, ?, ?, ?)", row)
            connection.execute("COMMIT")

    connect().execute(f"CREATE TABLE IF NOT EXISTS bare {_COLUMNS}")
    return insert


def postgres_insert(url: str) -> Callable[[tuple[Any, ...]], None]:
    import psycopg

    own = threading.local()

    def insert(row: tuple[Any, ...]) -> None:
        connection = getattr(own, "connection", None)
        if connection is None:
            connection = own.connection = psycopg.connect(url)
        connection.execute("INSERT INTO bare VALUES (%s, %s, %s, %s, %s)", row)
        connection.commit()

    with psycopg.connect(url) as first:
        first.execute(f"CREATE TABLE IF NOT EXISTS bare {_COLUMNS}")
    return insert


def main(port: str, threads: str, database_url: str) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    def make(_target: str) -> Flask:
        scheme, _, path = database_url.partition(":///")
        return make_app(
            sqlite_insert(path) if scheme == "sqlite" else postgres_insert(database_url)
        )

    Server(
        "baselines",
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=int(threads),
        log_access=False,
        log_level=LogLevels.error,
    ).serve(target_loader=make)


if __name__ == "__main__":
    main(*sys.argv[1:])
