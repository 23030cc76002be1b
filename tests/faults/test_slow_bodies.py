"""Requests whose bodies never come: they cost readers nothing, and posting nothing for long."""

import http.client
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from crowd import UNLIMITED, Crowd
from running import Installation

from service.web.bodies import DEADLINE_SECONDS

HALF_SENT = 12
PATH = "/v1/sites/demo/comments"


@pytest.fixture(scope="module")
def installation_environment() -> dict[str, object]:
    return UNLIMITED


class HalfSent:
    """A post that announces more than it sends, and then says nothing."""

    def __init__(self, port: int, path: str = PATH, length: int = 1_000) -> None:
        self.link = socket.create_connection(("127.0.0.1", port), timeout=2 * DEADLINE_SECONDS)
        kind = "application/x-www-form-urlencoded" if "desk" in path else "application/json"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {length}\r\n\r\n{{"
        )
        self.link.sendall(head.encode())

    def answer(self) -> tuple[int, http.client.HTTPMessage]:
        found = http.client.HTTPResponse(self.link)
        found.begin()
        found.read()
        return found.status, found.headers


@pytest.fixture
def half_sent(installation: Installation) -> Iterator[list[HalfSent]]:
    """Twelve of them, more than there are threads; they stay connected until the test ends."""
    with ExitStack() as stack:
        made = [HalfSent(installation.port) for _ in range(HALF_SENT)]
        for one in made:
            stack.callback(one.link.close)
        yield made


@pytest.mark.slow
def test_half_sent_posts_stop_nobody(installation: Installation, half_sent: list[HalfSent]) -> None:
    """Life signs and readers are answered at once, the slow ones get 408 or 503, then all is well."""
    crowd = Crowd(installation)
    reading = f"{PATH}?thread={installation.base_url}/demo/"
    begun = time.monotonic()
    for _ in range(20):
        assert installation.status_of("/healthz") == 200
        assert installation.status_of(reading) == 200
    refused = crowd.post()
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0
    assert time.monotonic() - begun < DEADLINE_SECONDS / 2
    # All threads but two waited for the deadline; the others were not kept waiting.
    answers = Counter(one.answer()[0] for one in half_sent)
    assert answers == {408: 6, 503: 6}
    assert time.monotonic() - begun < DEADLINE_SECONDS + 5
    # Some of their connections are still open, and yet there are places again, for slow bodies too.
    crowd.post_all(3)
    body = json.dumps(
        {
            "thread": {"url": f"{installation.base_url}/demo/"},
            "author_name": "Ada",
            "author_email": "ada@news.example",
            "content": "Sent in two pieces.",
        }
    )
    late = HalfSent(installation.port, length=len(body))
    assert installation.status_of("/healthz") == 200
    late.link.sendall(body[1:].encode())
    assert late.answer()[0] == 202
    late.link.close()


@pytest.mark.slow
def test_the_desks_forms_are_waited_for_no_longer(installation: Installation) -> None:
    """The sign-in form reads through the same door, and says 408 on a page of its own."""
    slow = HalfSent(installation.port, "/desk/sign-in")
    status, headers = slow.answer()
    slow.link.close()
    assert status == 408
    assert headers.get_content_type() == "text/html"
