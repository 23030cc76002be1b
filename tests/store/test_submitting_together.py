"""Comments that come at the same time are stored in one transaction, and judged one by one."""

from dataclasses import replace

import pytest

from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.errors import InvalidSubmission, KeyReused, ThreadClosed, Unavailable
from service.core.site import SiteSettings
from service.core.states import State
from service.usecases.submit import SubmitComment

PAGE = "https://news.example/bread"


@pytest.fixture
def submit(services):
    return SubmitComment(
        services.store,
        services.queue,
        services.limiter,
        services.room,
        services.vault,
        services.clock,
        services.new_id,
    )


@pytest.fixture
def site(services):
    return services.add_site(
        "news", name="News", origins=["https://news.example"], settings=SiteSettings()
    )


@pytest.fixture
def write(site):
    """`write(number)`: the submission of that number, each by another person."""

    def make(number, **changes):
        made = Submission(
            site=site,
            thread=ThreadRef(PAGE),
            content=f"Comment {number}.",
            author_name="Erika",
            author_email=f"reader{number}@news.example",
            author_url=None,
            parent_id=None,
            ip="198.51.100.23",
            facts=DoorFacts(),
            idempotency_key=f"key {number}",
            fingerprint=f"print {number}",
        )
        return replace(made, **changes)

    return make


def test_all_are_stored_and_put_up_for_screening(services, submit, write):
    """Each gets a receipt of its own, and the queue is told of each once."""
    receipts = submit.together([write(number) for number in range(5)])
    ids = [one.comment_id for one in receipts]
    assert len(set(ids)) == 5
    assert [item.comment_id for item in services.queue.pop(10)] == ids
    with services.store.read() as tx:
        assert tx.pending_count(10) == 5


def test_one_that_is_refused_takes_nobody_with_it(services, submit, write, site):
    """Of a refused comment nothing is stored, not even the thread that it would have opened."""
    services.close_thread("news", f"{PAGE}/closed", closed=True)
    answers = submit.together(
        [
            write(0),
            write(1, thread=ThreadRef(f"{PAGE}/closed")),
            write(2, thread=ThreadRef(f"{PAGE}/new"), parent_id=services.new_id()),
            write(3, author_name="Admin"),
            write(4),
        ]
    )
    kinds = [type(one) for one in answers[1:4]]
    assert kinds == [ThreadClosed, InvalidSubmission, InvalidSubmission]
    assert [answers[place].state for place in (0, 4)] == [State.PENDING] * 2
    with services.store.read() as tx:
        assert tx.pending_count(10) == 2
        assert tx.thread_position("news", "news.example/bread/new", None).thread is None
    assert len(services.queue.pop(10)) == 2


def test_the_same_request_twice_is_one_comment(services, submit, write):
    """Whether both come at once or one later, both get the same id; other words are refused."""
    first, second, other = submit.together([write(1), write(1), write(1, fingerprint="other")])
    assert first.comment_id == second.comment_id
    assert (first.repeated, second.repeated, type(other)) == (False, True, KeyReused)
    (again,) = submit.together([write(1)])
    assert (again.comment_id, again.repeated) == (first.comment_id, True)
    assert len(services.queue.pop(10)) == 1


def test_without_a_store_all_are_told_so_and_it_is_not_asked_for_each(submit, write):
    """A store that is away is tried once more, not once for each comment."""

    class Away:
        tries = 0

        def write(self):
            self.tries += 1
            raise Unavailable("away")

    away = Away()
    lost = replace(submit, store=away)
    answers = lost.together([write(number, idempotency_key=None) for number in range(9)])
    assert [type(one) for one in answers] == [Unavailable] * 9
    assert away.tries == 2
