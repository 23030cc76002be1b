"""The guarded client against servers of this machine, which its set-up here lets it reach."""

import ssl
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network

import pytest
import trustme
from strangers import Answer, Server, say, serving

from service.core.errors import OutboundFailed, OutboundRefused
from service.core.outbound import Limits
from service.outbound import GuardedClient, Reach

LOOPBACK = (ip_network("127.0.0.0/8"),)
SHORT = Limits(timeout_seconds=0.4, max_bytes=1_000)


def client(server: Server, *, addresses: list[str] | None = None, **given) -> GuardedClient:
    """One that may reach this server, under any name."""
    reach = Reach(LOOPBACK, frozenset({server.port}))
    return GuardedClient(
        given.pop("reach", reach),
        resolve=given.pop("resolve", lambda _host, _seconds: addresses or ["127.0.0.1"]),
        **given,
    )


def test_an_exchange_carries_what_it_should_and_nothing_else() -> None:
    """Method, path, query, headers and body arrive; no cookie, proxy or referrer goes along."""
    with serving(say(201, b"made", headers={"X-Kind": "Tea"})) as server:
        answer = client(server).request(
            "POST",
            f"http://shop.example:{server.port}/caf\u00e9?a=1&b=%20",
            headers={"Content-Type": "text/plain"},
            body=b"hello",
        )
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (201, b"made", "Tea")
    assert answer.succeeded
    [seen] = server.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/caf%C3%A9?a=1&b=%20", b"hello")
    assert seen.headers["host"] == f"shop.example:{server.port}"
    assert set(seen.headers) == {
        "host", "user-agent", "accept-encoding", "connection", "content-type", "content-length",
    }  # fmt: skip


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name again, and see what is none of its business."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving(say()) as server:
        assert client(server).request("GET", server.url).status == 200


def test_a_redirect_is_an_answer_and_not_an_order() -> None:
    """Whoever answers does not choose where the next request goes."""
    with serving(say()) as inside:
        with serving(say(302, headers={"Location": inside.url})) as server:
            answer = client(server).request("GET", server.url)
        assert (answer.status, answer.succeeded) == (302, False)
        assert inside.seen == []


def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """A name that leads elsewhere when it is asked again (rebinding) changes nothing."""
    asked: list[str] = []

    def resolve(host: str, _seconds: float) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with serving(say()) as server:
        guarded = client(server, resolve=resolve)
        assert guarded.request("GET", f"http://rebind.example:{server.port}/").status == 200
        assert asked == ["rebind.example"]
        with pytest.raises(OutboundRefused):
            guarded.request("GET", f"http://rebind.example:{server.port}/")
    assert len(server.seen) == 1


def test_one_address_inside_spoils_all_of_them() -> None:
    """A name with an address outside and one inside is not tried at either."""
    with serving(say()) as server:
        for addresses in (["127.0.0.1", "10.0.0.1"], ["::1", "127.0.0.1"]):
            with pytest.raises(OutboundRefused, match="not on the public internet"):
                client(server, addresses=addresses).request("GET", server.url)
        with pytest.raises(OutboundRefused):
            GuardedClient(Reach(ports=frozenset({server.port}))).request("GET", server.url)
    assert server.seen == []


def test_an_address_that_is_closed_gives_way_to_the_next() -> None:
    """Of several addresses one may be out of order."""
    with serving(say()) as server:
        addresses = ["127.0.0.2", "127.0.0.1"]
        assert client(server, addresses=addresses).request("GET", server.url).status == 200


def test_only_allowed_ports_are_asked() -> None:
    """A database that speaks its own protocol must not be made to read ours."""
    with serving(say()) as server, pytest.raises(OutboundRefused, match="port"):
        client(server, reach=Reach(LOOPBACK)).request("GET", server.url)


def trickle(handler: BaseHTTPRequestHandler, piece: bytes) -> None:
    """A little every now and then, until the test is over: no single wait is long."""
    while not handler.server.context.over.wait(0.05):
        handler.wfile.write(piece)


def slow_head(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    trickle(handler, b"X-A: b\r\n")


def slow_body(handler: BaseHTTPRequestHandler) -> None:
    say(headers={"Content-Length": "900"})(handler)
    trickle(handler, b"a")


def endless_body(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not handler.server.context.over.is_set():
        handler.wfile.write(b"a" * 1000)


def silence(handler: BaseHTTPRequestHandler) -> None:
    handler.server.context.over.wait(10)


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (slow_head, "too long"),
        (slow_body, "too long"),
        (silence, "too long"),
        (endless_body, "the answer is too long"),
        (say(headers={"Content-Length": "10000000000"}), "the answer is too long"),
        (say(body=b"\x1f\x8b" * 9, headers={"Content-Encoding": "gzip"}), "packed"),
        (lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n" * 9), "RemoteProtocolError"),
        (lambda handler: handler.connection.close(), "failed"),
    ],
)  # fmt: skip
def test_a_bad_answer_ends_in_one_kind_of_error_and_in_time(answer: Answer, what: str) -> None:
    """Slow, endless, packed, garbled or none: the caller waits no longer than it said."""
    with serving(answer) as server:
        started = time.monotonic()
        with pytest.raises(OutboundFailed, match=what):
            client(server).request("GET", server.url, limits=SHORT)
        assert time.monotonic() - started < 2


def test_looking_up_a_name_counts_for_the_time_limit() -> None:
    """A resolver that took the time leaves none for the connection."""
    now = [100.0]

    def resolve(_host: str, seconds: float) -> list[str]:
        now[0] += seconds + 1
        return ["127.0.0.1"]

    with serving(say()) as server, pytest.raises(OutboundFailed, match="too long"):
        client(server, resolve=resolve, monotonic=lambda: now[0]).request("GET", server.url)
    assert server.seen == []


def test_a_name_without_an_address_fails() -> None:
    """The system's own resolver says so; reserved names have no address anywhere."""
    with pytest.raises(OutboundFailed, match="no address"):
        GuardedClient().request("GET", "http://nowhere.invalid/", limits=SHORT)


# -- TLS -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("shop.example").configure_cert(context)
    with serving(say(body=b"safe"), tls=context) as server:
        yield server


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_the_certificate_is_checked_against_the_name(secure: Server, authority: trustme.CA) -> None:
    """The address was looked up by name, and only a server with that name's certificate will do."""
    guarded = client(secure, tls=trusting(authority))
    answer = guarded.request("GET", f"https://shop.example:{secure.port}/")
    assert answer.body == b"safe"
    for host in ("other.example", "127.0.0.1"):
        with pytest.raises(OutboundFailed):
            guarded.request("GET", f"https://{host}:{secure.port}/")
    with pytest.raises(OutboundFailed):
        client(secure).request("GET", f"https://shop.example:{secure.port}/")
    assert len(secure.seen) == 1
