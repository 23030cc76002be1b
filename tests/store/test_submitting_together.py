"""Comments that come at the same time are stored in one transaction, and judged one by one."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.errors import (
    InvalidSubmission,
    KeyReused,
    SiteChanged,
    ThreadClosed,
    Unavailable,
)
from service.core.site import SiteSettings
from service.core.states import State
from service.usecases.submit import SubmitComments

PAGE = "https://news.example/bread"


@pytest.fixture
def submit(services):
    return SubmitComments(
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
    receipts = submit([write(number) for number in range(5)])
    ids = [one.comment_id for one in receipts]
    assert len(set(ids)) == 5
    assert [item.comment_id for item in services.queue.pop(10)] == ids
    with services.store.read() as tx:
        assert tx.pending_count(10) == 5


def test_one_that_is_refused_takes_nobody_with_it(services, submit, write, site):
    """Of a refused comment nothing is stored, not even the thread that it would have opened."""
    services.close_thread("news", f"{PAGE}/closed", closed=True)
    answers = submit(
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
    first, second, other = submit([write(1), write(1), write(1, fingerprint="other")])
    assert first.comment_id == second.comment_id
    assert (first.repeated, second.repeated, type(other)) == (False, True, KeyReused)
    (again,) = submit([write(1)])
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
    answers = lost([write(number, idempotency_key=None) for number in range(9)])
    assert [type(one) for one in answers] == [Unavailable] * 9
    assert away.tries == 2


def test_the_key_of_a_refused_comment_is_free_again(services, submit, write):
    """What was refused is no earlier request: sent again, it is judged anew."""
    services.close_thread("news", PAGE, closed=True)
    refused, other = submit([write(1), write(2, thread=ThreadRef(f"{PAGE}/other"))])
    assert (type(refused), other.state) == (ThreadClosed, State.PENDING)
    services.close_thread("news", PAGE, closed=False)
    (taken,) = submit([write(1)])
    assert not taken.repeated


def test_a_repeat_is_answered_even_where_nothing_new_is_taken(services, submit, write):
    """Who asks again after the page was closed hears of the comment; a new one is refused."""
    (first,) = submit([write(1)])
    services.close_thread("news", PAGE, closed=True)
    again, new = submit([write(1), write(2)])
    assert (again.comment_id, again.repeated) == (first.comment_id, True)
    assert isinstance(new, ThreadClosed)


def test_pages_and_authors_are_made_once(services, submit, write, site):
    """Comments on a new page under two names of it, by one author in two spellings, share both."""
    named = ThreadRef(PAGE, external_id="17")
    submit(
        [
            write(0, author_email="erika@news.example"),
            write(1, author_email="ERIKA@news.example", thread=named),
            write(2, author_email="erika@news.example", thread=ThreadRef(f"{PAGE}#end")),
        ]
    )
    with services.store.write() as tx:
        drafts = tx.lease(services.queue.pop(3), until=services.clock(), now=services.clock())
        by_id = tx.thread(site.id, None, "17")
    assert {draft.thread_id for draft in drafts} == {by_id.id}
    assert len({draft.contact_id for draft in drafts}) == 1


def test_a_site_that_has_changed_since_is_told(services, submit, write):
    """What was checked by former settings is not stored, and who sent it may look again."""
    services.change_site("news", settings=SiteSettings(require_email=False))
    assert [type(one) for one in submit([write(0), write(1)])] == [SiteChanged] * 2
    assert services.queue.pop(1) == []


def test_what_one_comment_breaks_hurts_no_other(services, submit, write):
    """A row that the database refuses has an answer of its own; the others are stored."""
    with services.store._database.write() as connection:
        connection.exec_driver_sql("CREATE UNIQUE INDEX once ON comments (content)")
    first, second, third = submit([write(0), write(1, content="Comment 0."), write(2)])
    assert [first.state, third.state] == [State.PENDING] * 2
    assert isinstance(second, IntegrityError)
    assert len(services.queue.pop(10)) == 2
