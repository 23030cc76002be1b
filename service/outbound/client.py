"""The guarded HTTP client: what a request cannot be talked into.

Every address of the host is looked at, and the connection goes to one of those, without asking for
the name again; TLS checks the certificate against the name. No redirect is followed, no proxy of
the environment is asked, no cookie is kept, nothing is unpacked. All of an exchange has one time
limit, whatever trickles in, and its answer one limit of size. Each request has a connection of its
own.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Any, Literal
from urllib.parse import SplitResult, quote, urlsplit

import httpcore

from service.core.errors import InvalidURL, OutboundFailed, OutboundRefused
from service.core.outbound import Limits, OutboundResponse
from service.core.urls import origin_of
from service.outbound.addresses import Reach
from service.outbound.resolving import Resolver, ask_system

Method = Literal["GET", "HEAD", "POST"]
AGENT = "Vestibule (self-hosted comment moderation)"
ADDRESSES_MAX = 4
"""Of a host with many addresses, so many are tried."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_WRITE_BYTES = 64 * 1024
_TARGET_SAFE = "/%:@!$&'()*+,;=?-._~[]"


class GuardedClient:
    """Implements `core.outside.Outbound`. Holds no connection, so it may be shared by threads."""

    def __init__(
        self,
        reach: Reach | None = None,
        *,
        resolve: Resolver = ask_system,
        tls: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reach = reach or Reach()
        self._resolve = resolve
        self._tls = tls
        self._monotonic = monotonic

    def request(
        self,
        method: Method,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        limits: Limits | None = None,
    ) -> OutboundResponse:
        """The answer, of any status. Raises `OutboundRefused` where the address is not one to ask,
        `OutboundFailed` where there is no whole answer in time. Neither repeats the address.
        """
        limits = limits or Limits()
        deadline = _Deadline(self._monotonic, limits.timeout_seconds)
        parts, port = self._permitted(url)
        host = parts.hostname or ""
        addresses = self._addresses(host, deadline)
        sent = {
            "Host": parts.netloc,
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",
            "Connection": "close",
            **(headers or {}),
        }
        target = quote(parts.path or "/", safe=_TARGET_SAFE)
        if parts.query:
            target += "?" + quote(parts.query, safe=_TARGET_SAFE)
        try:
            with httpcore.HTTPConnection(
                httpcore.Origin(parts.scheme.encode(), host.encode(), port),
                ssl_context=(self._tls or _system_tls()) if parts.scheme == "https" else None,
                network_backend=_CheckedBackend(addresses, deadline),
            ) as connection:
                request_url = httpcore.URL(
                    scheme=parts.scheme, host=host, port=port, target=target.encode()
                )
                with connection.stream(
                    method, request_url, headers=list(sent.items()), content=body
                ) as response:
                    return _received(response, limits.max_bytes)
        except httpcore.TimeoutException:
            raise OutboundFailed("it took too long") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            # The class says what happened; its text may repeat addresses.
            raise OutboundFailed(f"the exchange failed ({type(error).__name__})") from None

    def _permitted(self, url: str) -> tuple[SplitResult, int]:
        """The parts of an address that may be asked, its host in ASCII, and the port."""
        try:
            origin = origin_of(url)
            parts = urlsplit(url)
        except (InvalidURL, ValueError):
            raise OutboundRefused("it is no http or https address") from None
        at = urlsplit(origin)
        host = at.hostname or ""
        # A last label of digits makes a name a number in disguise (0x7f.1, 2130706433): to be
        # trusted is only the one form that `ipaddress` reads, and the look at addresses decides.
        if _ends_in_number(host) and not _is_plain_ipv4(host):
            raise OutboundRefused("its host is a number in an unusual form")
        port = at.port or _DEFAULT_PORTS[at.scheme]
        if port not in self._reach.ports:
            raise OutboundRefused("its port is not one of those that are allowed")
        return at._replace(path=parts.path, query=parts.query), port

    def _addresses(self, host: str, deadline: "_Deadline") -> Sequence[str]:
        found = self._resolve(host, deadline.left())
        # One that is not permitted is reason enough: no honest name leads inside and outside.
        if not found or not all(self._reach.permits(address) for address in found):
            raise OutboundRefused("its host is not on the public internet")
        return found[:ADDRESSES_MAX]


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    """Trusts whom the system trusts. Made when it is first needed: that takes 30 ms."""
    return ssl.create_default_context()


class _Deadline:
    """The end of an exchange. Whoever waits for something waits for what is left."""

    def __init__(self, monotonic: Callable[[], float], seconds: float) -> None:
        self._monotonic = monotonic
        self._at = monotonic() + seconds

    def left(self) -> float:
        left = self._at - self._monotonic()
        if left <= 0:
            raise OutboundFailed("it took too long")
        return left


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, whatever the host's name would lead to now."""

    def __init__(self, addresses: Sequence[str], deadline: _Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 (its name has been resolved)
        port: int,
        timeout: float | None = None,  # noqa: ARG002 (the deadline holds)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for place, address in enumerate(self._addresses):
            # One that does not answer must not take the time of the others.
            share = self._deadline.left() / (len(self._addresses) - place)
            try:
                stream = self._plain.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends with the deadline, however little arrives at a time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        for start in range(0, len(buffer), _WRITE_BYTES):
            self._stream.write(buffer[start : start + _WRITE_BYTES], self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _received(response: httpcore.Response, max_bytes: int) -> OutboundResponse:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers.setdefault(name.decode("ascii").lower(), value.decode("latin-1"))
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise OutboundFailed("the answer is packed, which nobody asked for")
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > max_bytes:  # noqa: PLR2004
        raise OutboundFailed("the answer is too long")
    body = bytearray()
    for piece in response.iter_stream():
        body += piece
        if len(body) > max_bytes:
            raise OutboundFailed("the answer is too long")
    return OutboundResponse(response.status, headers, bytes(body))


def _ends_in_number(host: str) -> bool:
    """As the URL standard has it: browsers read such a host as an IPv4 address."""
    last = host.rpartition(".")[2]
    return last.isdigit() or last[:2] in {"0x", "0X"}


def _is_plain_ipv4(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True
