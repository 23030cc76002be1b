"""The API behind the real server: what only sockets show, such as chunked bodies and broken requests."""

import http.client
import json
import socket
from contextlib import closing

import pytest
from running import get_json, wait_until

CAP = 16 * 1024 + 12 * 10_000
PATH = "/v1/sites/demo/comments"


@pytest.fixture
def page(installation):
    return f"{installation.base_url}/demo/"


def body_of(page, **changes):
    sent = {
        "thread": {"url": page},
        "author_name": "Jane",
        "author_email": "jane.reader@example.org",
        "content": "A quiet afternoon with a good book.",
    }
    return json.dumps(sent | changes).encode()


class Link:
    """A raw connection; answers are read as HTTP."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)

    def send(self, data):
        self.socket.sendall(data)

    def post(self, body, *headers, kind="application/json", length=None):
        head = [
            f"POST {PATH} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}",
            f"Content-Length: {len(body) if length is None else length}", *headers,
        ]  # fmt: skip
        self.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    def post_chunked(self, body, *, size=4_096, kind="application/json"):
        self.send(
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        for start in range(0, len(body), size):
            part = body[start : start + size]
            self.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.send(b"0\r\n\r\n")

    def answer(self):
        """The next answer: status, head, body."""
        found = http.client.HTTPResponse(self.socket)
        found.begin()
        return found.status, found.headers, found.read()

    def close(self):
        self.socket.close()


@pytest.fixture
def link(installation):
    with closing(Link(installation.port)) as made:
        yield made


def ask(installation, method, path, **given):
    connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=20)
    with closing(connection):
        connection.request(method, path, **given)
        found = connection.getresponse()
        return found.status, found.headers, found.read()


def test_a_chunked_comment_is_taken_whole(link, page):
    """A body in many chunks arrives without a byte lost, as JSON and as a form."""
    link.post_chunked(body_of(page, content="é" * 9_999 + "!"), size=1_000)
    status, _, body = link.answer()
    assert status == 202, body
    form = f"thread_url={page}&author_name=Jane&author_email=jane%40example.org&content=Fine."
    link.post_chunked(form.encode(), size=7, kind="application/x-www-form-urlencoded")
    status, headers, _ = link.answer()
    assert status == 303
    assert headers["Location"].startswith(page)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_over_the_cap_is_413_however_it_is_sent(installation, page, kind, chunked):
    """One byte too much is refused, never cut: with a length and in chunks, JSON and form alike."""
    whole = body_of(page).ljust(CAP + 1) if "json" in kind else b"content=".ljust(CAP + 1, b"x")
    for body, expected in ((whole, 413), (whole[:CAP], 202 if "json" in kind else 422)):
        with closing(Link(installation.port)) as link:
            if chunked:
                link.post_chunked(body, kind=kind)
            else:
                link.post(body, kind=kind)
            assert link.answer()[0] == expected


def test_a_huge_announced_length_is_refused_before_it_comes(link):
    """Ten gigabytes are announced: the answer does not wait for them."""
    link.post(b"", length=10 * 1024**3)
    assert link.answer()[0] == 413


def test_an_endless_chunked_body_is_ended(installation):
    """Who never stops sending chunks is refused after the cap; the server goes on for others."""
    with closing(Link(installation.port)) as link:
        link.send(
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        try:
            for _ in range(200):
                link.send(chunk)
        except OSError:
            pass  # refused while we were still sending
        else:
            assert link.answer()[0] == 413
    assert ask(installation, "GET", "/healthz")[0] == 200


def test_a_refusal_does_not_disturb_the_next_request(link, page):
    """On one connection a refused body is not read as a request, and what follows is answered."""
    for body, kind, expected in (
        (b"{", "application/json", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "text/plain", 415),
        (b"[]", "application/json", 400),
    ):
        link.post(body, kind=kind)
        assert link.answer()[0] == expected
    link.post(body_of(page), "Origin: https://evil.example")
    assert link.answer()[0] == 403
    link.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    status, _, body = link.answer()
    assert (status, json.loads(body)) == (200, {"alive": True})


def test_a_body_that_ends_early_is_not_stored(installation, page):
    """A connection that breaks in mid-body leaves no comment and no stuck server."""
    body = body_of(page, content="Half of a thought that was never finished.")
    for _ in range(10):
        with closing(Link(installation.port)) as link:
            link.post(body[:-20], length=len(body))
            link.socket.shutdown(socket.SHUT_WR)
    query = f"/v1/sites/demo/comments?thread={page}"
    assert ask(installation, "GET", "/healthz")[0] == 200
    assert b"never finished" not in ask(installation, "GET", query)[2]


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: abc\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Content-Length: 5\r\nX: a\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_ambiguous_lengths_smuggle_nothing(installation, head):
    """Requests whose end could be read in two ways make at most one answer that is no success."""
    with closing(Link(installation.port)) as link:
        link.send(
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n".encode()
            + head
            + b"\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        link.socket.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while part := link.socket.recv(65_536):
                received += part
        except OSError:
            pass
        assert b"HTTP/1.1 202" not in received
        assert b"HTTP/1.1 5" not in received
        if b'"alive"' in received:
            # Then the body did end at its last chunk, and the request behind it is one of its own.
            assert b"chunked" in head
            assert b"Content-Length" not in head
    assert ask(installation, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /healthz\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET /v1/sites/demo/form?thread=\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"X: a\r\n" * 5_000 + b"\r\n",
        b"POST /v1/sites/demo/comments HTTP/1.1\r\nHost: localhost\r\nOrigin: \xff\xfe\r\n\r\n",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: \xe9\r\n\r\n",
    ],
)
def test_broken_requests_are_refused_and_others_go_on(installation, raw):
    """What is hardly HTTP gets an error or nothing, never a fault of ours in the log."""
    before = installation.log().count("failed")
    with closing(Link(installation.port)) as link:
        link.socket.settimeout(5)
        try:
            link.send(raw)
            link.socket.shutdown(socket.SHUT_WR)
            received = link.socket.recv(65_536)
        except OSError:
            received = b""
        assert not received.startswith(b"HTTP/1.1 5")
    assert ask(installation, "GET", "/healthz")[0] == 200
    assert installation.log().count("failed") == before


def test_over_the_wire_a_comment_comes_to_be_read(installation, page):
    """The whole way on real parts: form, posting, checks in a worker, reading, 304, gone stale."""
    query = f"/v1/sites/demo/comments?thread={page}wire"
    form = get_json(f"{installation.base_url}/v1/sites/demo/form?thread={page}wire")
    before = ask(installation, "GET", query)
    sent = body_of(page, thread={"url": f"{page}wire"}, token=form["token"])
    status, headers, body = ask(
        installation, "POST", PATH, body=sent, headers={"Content-Type": "application/json"}
    )
    assert status == 202
    assert "Set-Cookie" not in headers
    where = json.loads(body)["status_url"]
    wait_until(lambda: get_json(where)["state"] == "approved", timeout=20)
    tag = {"If-None-Match": before[1]["ETag"]}
    status, headers, body = ask(installation, "GET", query, headers=tag)
    assert status == 200
    assert [one["author_name"] for one in json.loads(body)["comments"]] == ["Jane"]
    tag = {"If-None-Match": headers["ETag"]}
    status, _, body = ask(installation, "GET", query, headers=tag)
    assert (status, body) == (304, b"")
    assert ask(installation, "HEAD", query)[2] == b""
