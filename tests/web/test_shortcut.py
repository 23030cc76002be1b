"""The short way to answers given before, with an application that counts how often it is asked."""

import pytest
from flask import Request
from visitors import STORY, Visitors
from werkzeug.test import Client

from service.core.errors import Unavailable
from service.core.urls import page_key
from service.web.api import shortcut
from service.web.api.shortcut import Shortcut, keep

PATH = "/v1/sites/news/comments"
QUESTION = ("news", page_key(STORY), None)


class Application:
    """Answers with its number of calls, and has the answer kept if it was told to."""

    def __init__(self, store):
        self.store = store
        self.calls = 0
        self.keeps = True
        self.closed = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        if self.keeps:
            with self.store.read() as tx:
                keep(Request(environ), QUESTION, tx.thread_position(*QUESTION))
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-Call", str(self.calls))])
        return Body(self)


class Body:
    """A body that must be closed, as those of files must."""

    def __init__(self, application):
        self._application = application

    def __iter__(self):
        yield str(self._application.calls).encode()

    def close(self):
        self._application.closed += 1


@pytest.fixture
def visitors(services):
    made = Visitors(services)
    made.shown()
    return made


@pytest.fixture
def application(visitors):
    return Application(visitors.services.store)


@pytest.fixture
def client(application):
    return Client(Shortcut(application, application.store))


def test_the_same_question_is_answered_once(client, application):
    """The second answer has the status, the headers and the body of the first."""
    first, second = client.get(PATH), client.get(PATH)
    assert (first.status, first.data) == (second.status, second.data)
    assert list(first.headers) == list(second.headers)
    assert (application.calls, application.closed) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/v1/sites/blog/comments"},
        {"query_string": "sort=newest"},
        {"headers": {"Origin": "https://news.example"}},
        {"headers": {"If-None-Match": '"tag"'}},
    ],
)
def test_what_differs_in_anything_is_another_question(client, application, other):
    """Path, query, origin and tag each make a question of their own."""
    client.get(PATH)
    assert client.get(**({"path": PATH} | other)).data == b"2"
    assert client.get(PATH).data == b"1"
    assert application.calls == 2


@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("HEAD", PATH), ("GET", PATH + "/x")])
def test_other_requests_go_to_the_application(client, application, method, path):
    """Whatever is no read of a thread is none of its business, each time."""
    for _ in range(2):
        client.open(path, method=method)
    assert application.calls == 2


def test_what_the_application_does_not_mark_is_not_kept(client, application):
    """A refusal, or a page that does not exist, is asked for anew."""
    application.keeps = False
    assert [client.get(PATH).data for _ in range(2)] == [b"1", b"2"]


@pytest.mark.parametrize(
    "question", [{"query_string": "a" * 4_001}, {"headers": {"If-None-Match": "a" * 201}}]
)
def test_what_nobody_asks_who_reads_is_not_kept(client, application, question):
    """Long queries and lists of tags would fill the memory."""
    for _ in range(2):
        client.get(PATH, **question)
    assert application.calls == 2


def test_an_answer_serves_until_readers_would_see_another(client, application, visitors):
    """A waiting comment changes nothing; an approved one and the site's settings do."""
    client.get(PATH)
    waiting = visitors.accepted()
    assert client.get(PATH).data == b"1"
    visitors.conclude(waiting)
    assert [client.get(PATH).data for _ in range(2)] == [b"2", b"2"]
    visitors.change("news", closed=True)
    assert [client.get(PATH).data for _ in range(2)] == [b"3", b"3"]


def test_without_a_database_the_application_has_the_word(client, application):
    """An answer whose age cannot be told is not given."""

    class Away:
        def look(self):
            raise Unavailable("away")

    client.get(PATH)
    client.application._store = Away()
    assert client.get(PATH).data == b"2"


def test_what_has_been_kept_longest_goes_first(client, application, monkeypatch):
    """A full memory drops one answer for each new one."""
    monkeypatch.setattr(shortcut, "KEPT_MAX", 2)
    for name in ("a", "b", "c", "b", "c", "a"):
        client.get(PATH, query_string=name)
    assert application.calls == 4
