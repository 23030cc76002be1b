"""Reading bodies with a deadline, and never with all threads at once."""

import io
import socket
import threading
from contextlib import ExitStack

import pytest

from service.web.bodies import Bodies, BodyTooSlow, PlacesTaken
from service.web.connections import Client, hang_up
from service.web.json_door import BadBody, BodyTooLarge


class Incoming:
    """The server's end of a real connection, read as a WSGI input is: until it has enough or ends."""

    def __init__(self, link):
        self.link = link

    def read(self, size, /):
        found = b""
        while len(found) < size and (part := self.link.recv(size - len(found))):
            found += part
        return found


@pytest.fixture
def connect():
    """Makes connections to a port of this process: both ends, and the client as the server knows it."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = server.getsockname()[1]

        def make():
            theirs = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            ours = stack.enter_context(server.accept()[0])
            return theirs, Incoming(ours), Client("127.0.0.1", port)

        yield make


def test_a_body_that_is_there_is_read_as_ever():
    """The same bytes and the same refusals as without a deadline, one body after another."""
    bodies = Bodies(places=1)

    def read(body, cap, declared):
        return bodies.read(io.BytesIO(body), cap, declared=declared, client=None)

    for size in (0, 1, 70_000):
        for declared in (size, None):
            assert read(b"x" * size, 70_000, declared) == b"x" * size
    for body, declared, refusal in (
        (b"xx", None, BodyTooLarge), (b"", 12, BodyTooLarge), (b"x", 5, BadBody)
    ):  # fmt: skip
        with pytest.raises(refusal):
            read(body, 1 if refusal is BodyTooLarge else 10, declared)
    assert read(b"x", 10, 1) == b"x"


@pytest.mark.parametrize("declared", [10, None])
def test_a_silent_client_is_hung_up_on(connect, declared):
    """After the deadline the thread is free, though the client never leaves; nothing counts as whole."""
    bodies = Bodies(places=1, deadline_seconds=0.2)
    for _ in range(2):
        theirs, incoming, client = connect()
        theirs.sendall(b"{}")
        with pytest.raises(BodyTooSlow):
            bodies.read(incoming, 10, declared=declared, client=client)
        # The way back is open for an answer.
        incoming.link.sendall(b"408")
        assert theirs.recv(3) == b"408"
    assert bodies.read(io.BytesIO(b"x"), 10, declared=1, client=None) == b"x"


def test_while_slow_ones_have_all_places_others_are_refused(connect, wait_until):
    """A thread for readers is never spent on waiting; with the slow one gone there is a place again."""
    bodies = Bodies(places=1)
    theirs, incoming, client = connect()
    got = []

    def read_slowly():
        got.append(bodies.read(incoming, 10, declared=2, client=client))

    def read_quickly():
        try:
            return bodies.read(io.BytesIO(b"x"), 10, declared=1, client=None)
        except PlacesTaken:
            return None

    thread = threading.Thread(target=read_slowly)
    thread.start()
    wait_until(lambda: read_quickly() is None)
    theirs.sendall(b"ok")
    thread.join(10)
    assert got == [b"ok"]
    assert read_quickly() == b"x"


def test_many_at_once_wait_for_each_other():
    """More threads than places, all with bodies that are there: each gets its own, none a refusal."""
    bodies = Bodies(places=2)
    wrong = []

    def post(mark):
        for _ in range(300):
            try:
                body = bodies.read(io.BytesIO(mark), 100, declared=len(mark), client=None)
            except PlacesTaken as error:
                body = error
            wrong.extend([body] if body != mark else [])

    threads = [threading.Thread(target=post, args=(b"%d" % number * 7,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert not wrong


def test_only_the_clients_own_idle_connections_end(connect):
    """Not those that were just answered, nor another address's, nor those at another port."""
    theirs, incoming, client = connect()
    assert hang_up(client, unanswered_seconds=60) == 0
    assert hang_up(Client("127.0.0.2", client.server_port), unanswered_seconds=0) == 0
    assert hang_up(Client("127.0.0.1", 1), unanswered_seconds=0) == 0
    theirs.sendall(b"x")
    assert incoming.read(1) == b"x"
    assert hang_up(Client("::ffff:127.0.0.1", client.server_port), unanswered_seconds=0) == 1
    assert incoming.read(1) == b""
