"""A short way to answers that were given before: the same read of a thread that has not changed.

Most requests to a comment service are readers who open a page, and most pages have not changed
since the reader before. Such a read costs one look at the database here, and none of the work of
building a request and a response; whatever differs in any way goes to the application.

An answer is kept only if its view says so (`keep`), and given again only while the position that it
was made from is still the latest one. It must depend on nothing but the path, the query, `Origin`,
`If-None-Match` and that position.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Request

from service.core.errors import Unavailable
from service.core.ports import Store
from service.core.records import ThreadPosition

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]
Question = tuple[str, str | None, str | None]
Stamp = tuple[object, ...]

KEPT_MAX = 10_000
BYTES_MAX = 32 * 1024 * 1024
# Longer ones are nobody's who reads a page, and would cost more memory than they save time.
_QUERY_MAX_CHARS = 4_000
_TAGS_MAX_CHARS = 200
_MARK = "vestibule.keep"


@dataclass(frozen=True, slots=True)
class _Kept:
    question: Question
    stamp: Stamp
    status: str
    headers: list[tuple[str, str]]
    body: bytes


def stamp_of(position: ThreadPosition) -> Stamp:
    """Changes with everything that readers see of a thread."""
    site, thread = position.site, position.thread
    return (site.id, site.version, *((thread.id, thread.version) if thread else ()))


def keep(request: Request, question: Question, position: ThreadPosition) -> None:
    """Let the answer to this request be given again while `question` still has this position.

    `question` is what `Reads.thread_position` was asked.
    """
    request.environ[_MARK] = (question, stamp_of(position))


class Shortcut:
    """WSGI middleware. Safe for threads."""

    def __init__(self, application: Application, store: Store) -> None:
        self._application = application
        self._store = store
        self._kept: dict[tuple[str, ...], _Kept] = {}
        self._bytes = 0
        self._guard = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].endswith("/comments"):
            return self._application(environ, start_response)
        asked = (
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_ORIGIN", ""),
            environ.get("HTTP_IF_NONE_MATCH", ""),
        )
        kept = self._kept.get(asked)
        if kept is not None and self._is_latest(kept):
            start_response(kept.status, list(kept.headers))
            return [kept.body]
        return self._ask(asked, environ, start_response)

    def _is_latest(self, kept: _Kept) -> bool:
        try:
            with self._store.look() as reads:
                position = reads.thread_position(*kept.question)
        except Unavailable:
            return False  # The application will find the same, and has words for it.
        return position is not None and stamp_of(position) == kept.stamp

    def _ask(
        self, asked: tuple[str, ...], environ: Environ, start_response: Any
    ) -> Iterable[bytes]:
        heads: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            heads.append((status, list(headers)))
            return start_response(status, headers, *fault)

        answer = self._application(environ, note)
        mark = environ.get(_MARK)
        if mark is None or len(asked[1]) > _QUERY_MAX_CHARS or len(asked[3]) > _TAGS_MAX_CHARS:
            return answer
        body = b"".join(answer)
        if (close := getattr(answer, "close", None)) is not None:
            close()
        (question, stamp), (status, headers) = mark, heads[-1]
        self._put(asked, _Kept(question, stamp, status, headers, body))
        return [body]

    def _put(self, asked: tuple[str, ...], kept: _Kept) -> None:
        """Keep it, and drop what has been kept longest if that is too much."""
        with self._guard:
            replaced = self._kept.pop(asked, None)
            self._kept[asked] = kept
            self._bytes += len(kept.body) - (len(replaced.body) if replaced else 0)
            while len(self._kept) > KEPT_MAX or self._bytes > BYTES_MAX:
                self._bytes -= len(self._kept.pop(next(iter(self._kept))).body)
