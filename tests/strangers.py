"""Small servers that answer as others' servers do: well, badly, slowly, or not at all."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Seen:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """`seen` are the requests in the order of their arrival; `over` ends what answers slowly."""

    port: int
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


def say(status: int = 200, body: bytes = b"", *, headers: dict[str, str] | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def serving(answer: Answer, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server on a free port of this machine. It answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            seen = Seen(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            server.seen.append(seen)
            self.request_seen = seen
            try:
                answer(self)
            except OSError:
                self.close_connection = True  # Whoever asked has hung up.

        do_HEAD = do_POST = do_GET  # noqa: N815 (names of http.server)

        def log_message(self, *_arguments: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    with Quiet(("127.0.0.1", 0), Handler) as listening:
        server = Server(listening.server_address[1], "https" if tls else "http")
        if tls is not None:
            listening.socket = tls.wrap_socket(
                listening.socket, server_side=True, do_handshake_on_connect=False
            )
        listening.context = server
        running = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        running.start()
        try:
            yield server
        finally:
            server.over.set()
            listening.shutdown()
            running.join()
