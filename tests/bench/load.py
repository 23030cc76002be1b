"""A load generator for one HTTP server on this machine, light enough not to be what is measured.

It keeps a number of connections open, each with one request under way, from one thread and one
`epoll`. Requests are bytes made beforehand, and of an answer only the status and the length are
read, so a request costs it some tens of microseconds. The real client is `drive.py`.
"""

import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

CONNECTIONS = 16
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_STALL_SECONDS = 30.0
_BUFFER_BYTES = 1 << 18


class Stalled(Exception):
    """The server stopped answering, or closed a connection in the middle of an answer."""


@dataclass(slots=True)
class Load:
    """What a round of requests came to."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    answer_bytes: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return self.statuses.total()

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds

    def require(self, status: int) -> "Load":
        """Raise unless every answer had this status: a server is quick at refusing."""
        if set(self.statuses) != {status}:
            raise Stalled(f"all answers should have been {status}: {dict(self.statuses)}")
        return self


@dataclass(slots=True)
class _Link:
    socket: socket.socket
    began: float = 0.0
    wanted: int = 0
    got: int = 0
    head: bytes = b""


def request(
    port: int,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    """A whole HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def load(
    port: int, requests: Iterable[bytes], *, seconds: float, connections: int = CONNECTIONS
) -> Load:
    """Send `requests` for `seconds`, or until there are no more. Raises `Stalled`."""
    done, buffer, waiting = Load(), bytearray(_BUFFER_BYTES), iter(requests)
    links = [_Link(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        try:
            for link in links:
                link.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(link.socket, selectors.EVENT_READ, link)
            began = time.perf_counter()
            until = began + seconds
            busy = sum(_send(link, waiting, began) for link in links)
            while busy:
                ready = selector.select(_STALL_SECONDS)
                if not ready:
                    raise Stalled(f"no answer within {_STALL_SECONDS:g} s")
                for key, _ in ready:
                    link = key.data
                    if _receive(link, buffer, done):
                        now = time.perf_counter()
                        done.delays.append(now - link.began)
                        # What is under way when time is up is waited for, and counted.
                        busy -= not (now < until and _send(link, waiting, now))
            done.seconds = time.perf_counter() - began
        finally:
            for link in links:
                link.socket.close()
    return done


def _send(link: _Link, waiting: Iterable[bytes], now: float) -> bool:
    following = next(iter(waiting), None)
    if following is None:
        return False
    link.began, link.wanted, link.got, link.head = now, 0, 0, b""
    link.socket.sendall(following)
    return True


def _receive(link: _Link, buffer: bytearray, done: Load) -> bool:
    """Take in what has come; whether the answer is complete."""
    number = link.socket.recv_into(buffer)
    if number == 0:
        raise Stalled("the server closed a connection in the middle of an answer")
    link.got += number
    if not link.wanted:
        link.head += bytes(buffer[: min(number, 4096)])
        end = link.head.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = int(link.head[9:12])
        length = _LENGTH.search(link.head, 0, end)
        link.wanted = end + 4 + (int(length[1]) if length and status not in {204, 304} else 0)
        done.statuses[status] += 1
        done.answer_bytes += link.wanted
    return link.got >= link.wanted
