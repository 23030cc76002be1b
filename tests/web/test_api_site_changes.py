"""A site that is changed while comments come in: from then on the new settings count, everywhere."""

import pytest
from visitors import NEWS, STORY, Visitors, problems

OTHER = "https://other.example"


@pytest.fixture
def visitors(services):
    """A site that this process has seen: a comment has been posted there."""
    made = Visitors(services)
    made.accepted(headers={"Origin": NEWS})
    return made


def test_a_closed_site_takes_nothing_more(visitors):
    """Neither the next comment nor the one after it; opened again, it takes the next."""
    visitors.change("news", closed=True)
    for _ in range(2):
        answer = visitors.post()
        assert (answer.status_code, answer.json["type"]) == (403, "/problems/thread_closed")
    assert visitors.stored() == 1
    visitors.change("news", closed=False)
    visitors.accepted()


def test_an_origin_counts_from_when_it_is_listed_until_it_is_not(visitors):
    """A page of a new origin is let in at once, a page of a former one is not."""
    there = {"headers": {"Origin": OTHER}, "thread": {"url": f"{OTHER}/a"}}
    assert visitors.post(**there).status_code == 403
    visitors.change("news", origins=[NEWS, OTHER])
    visitors.accepted(**there)
    visitors.change("news", origins=[NEWS])
    assert visitors.post(**there).status_code == 403


def test_a_field_is_required_or_not_as_the_site_says_now(visitors):
    """A refusal by the settings of before is taken back, and a pass too."""
    assert problems(visitors.post(author_email=None)) == {("/author_email", "missing")}
    visitors.change("news", require_email=False)
    visitors.accepted(author_email=None)
    visitors.change("news", require_email=True)
    assert problems(visitors.post(author_email=None)) == {("/author_email", "missing")}


@pytest.mark.parametrize("length_is_told", [True, False])
def test_a_longer_text_is_read_once_the_site_allows_it(visitors, length_is_told):
    """The cap on the body grows with the limit at once, for a chunked body too."""
    body = (
        f'{{"thread":{{"url":"{STORY}"}},"author_name":"J","author_email":"j@example.org",'
        f'"content":"{"long " * 12_000}"}}'
    ).encode()
    told = {} if length_is_told else {"Transfer-Encoding": "chunked"}

    def send():
        return visitors.client.post(
            "/v1/sites/news/comments",
            data=body,
            headers={"Content-Type": "application/json"} | told,
            environ_overrides={} if length_is_told else {"CONTENT_LENGTH": ""},
        )

    visitors.change("news", content_max_chars=100)
    assert send().status_code == 413
    visitors.change("news", content_max_chars=65_000)
    assert send().status_code == 202
