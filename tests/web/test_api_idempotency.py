"""Idempotency-Key: a request that is sent twice makes one comment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from visitors import BLOG, NEWS, STORY, Visitors, problems

from service.core.states import State

KEY = {"Idempotency-Key": "3b1f8a"}


@pytest.fixture
def visitors(services):
    return Visitors(services)


def test_a_repeated_request_has_the_first_answer(visitors):
    """The same key and text again: the same id and links, and one row."""
    first = visitors.post(headers=KEY)
    again = visitors.post(headers=KEY)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json == again.json
    assert visitors.stored() == 1


def test_a_repeat_tells_the_state_of_by_now(visitors):
    """Who repeats after the checks were done learns what came of it; spam is told as rejected."""
    comment_id = visitors.accepted(headers=KEY)
    visitors.conclude(comment_id, state=State.SPAM)
    assert visitors.post(headers=KEY).json["state"] == "rejected"


def test_a_retry_may_carry_a_newer_token_and_a_tracked_address(visitors):
    """A widget that asks for a new form between two tries repeats the same request."""
    visitors.accepted(headers=KEY, token=visitors.form().json["token"])
    visitors.accepted(headers=KEY, token=visitors.form().json["token"])
    assert visitors.stored() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"content": "Hello there"},
        {"author_name": "Joan"},
        {"author_email": "joan.reader@example.org"},
        {"author_url": "https://jane.example"},
        {"thread": {"url": f"{NEWS}/other"}},
        {"thread": {"url": STORY, "id": "17"}},
    ],
)
def test_the_key_of_another_request_is_refused(visitors, changes):
    """A key with anything else behind it is 422, and nothing is stored."""
    visitors.accepted(headers=KEY)
    answer = visitors.post(headers=KEY, **changes)
    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/idempotency_key_reused"
    assert visitors.stored() == 1


def test_a_key_belongs_to_its_site(visitors):
    """Two sites may see the same key; neither learns of the other's comment."""
    first = visitors.accepted(headers=KEY)
    second = visitors.accepted(headers=KEY, site="blog", thread={"url": f"{BLOG}/a"})
    assert first != second
    assert visitors.stored() == 2


def test_a_key_has_1_to_255_characters(visitors):
    """Longer and empty keys are refused by name; odd characters are as good as others."""
    visitors.accepted(headers={"Idempotency-Key": "x" * 255})
    for key in ("x" * 256, ""):
        answer = visitors.post(headers={"Idempotency-Key": key})
        assert answer.status_code == 422
        assert problems(answer) == {("/Idempotency-Key", "out_of_range")}
    visitors.accepted(headers={"Idempotency-Key": "'; -- \xe9\xff"})
    assert visitors.stored() == 2


def test_concurrent_repeats_make_one_comment(visitors):
    """Eight requests with one key at the same moment: one row, eight equal answers."""
    start = Barrier(8)

    def send(number):
        client = visitors.app.test_client()
        start.wait(10)
        return client.post(
            "/v1/sites/news/comments",
            json={
                "thread": {"url": f"{STORY}-{number // 8}"}, "author_name": "Jane",
                "author_email": "jane.reader@example.org", "content": "Hello.",
            },
            headers={"Idempotency-Key": f"round-{number // 8}"},
        )  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json["id"] for answer in answers}) == 3
    assert visitors.stored() == 3


def test_concurrent_first_comments_of_a_page_share_its_thread(visitors):
    """Eight first comments by one author at the same moment: one thread and one contact."""
    start = Barrier(8)

    def send(number):
        client = visitors.app.test_client()
        start.wait(10)
        body = {
            "thread": {"url": STORY, "id": "17"}, "author_name": "Jane",
            "author_email": "jane.reader@example.org", "content": f"Number {number}.",
        }  # fmt: skip
        return client.post("/v1/sites/news/comments", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {202}
    assert visitors.stored() == 8
    for table in ("threads", "contacts"):
        assert visitors.rows(f"SELECT count(*) FROM {table}")[0][0] == 1


def test_the_key_itself_is_not_kept(visitors):
    """Only keyed hashes of the key and of what was sent are stored."""
    visitors.accepted(headers={"Idempotency-Key": "zebraquagga"}, author_name="zebraquagga2")
    for row in visitors.rows("SELECT * FROM idempotency_keys"):
        assert "zebraquagga" not in repr(
            [bytes(c) if isinstance(c, memoryview) else c for c in row]
        )
