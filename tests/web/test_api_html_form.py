"""The form without JavaScript: back to the article afterwards, or a page that says what is wrong."""

from urllib.parse import urlsplit

import pytest
from visitors import NEWS, STORY, Visitors, everything

from service.core.states import State

MARK = "zebraquagga"
FIELDS = {
    "thread_url": STORY,
    "thread_title": "A story",
    "author_name": "Jane",
    "author_email": "jane.reader@example.org",
    "content": "Hello there.",
}


@pytest.fixture
def visitors(services):
    return Visitors(services)


def test_a_posted_form_leads_back_to_the_article(visitors):
    """303 to the page, with a fragment that says what became of it; the row is there."""
    answer = visitors.send_form(**FIELDS)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{STORY}#vestibule-pending"
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitors.stored() == 1
    assert [tuple(row) for row in visitors.rows("SELECT url, title FROM threads")] == [
        (STORY, "A story")
    ]


def test_a_multipart_form_does_too(visitors):
    """Both ways in which browsers send a form are taken, each with every field."""
    answer = visitors.client.post(
        "/v1/sites/news/comments",
        data=FIELDS | {"content": "Zoë\r\n\r\n\U0001f600"},
        content_type="multipart/form-data",
        headers={"Origin": NEWS},
    )
    assert answer.status_code == 303
    assert visitors.rows("SELECT content FROM comments")[0][0] == "Zoë\n\n\U0001f600"


def test_the_fragment_follows_a_repeats_state(visitors):
    """Who sends the same form again after the verdict is told that, in the widget's words."""
    key = {"Idempotency-Key": "one"}
    visitors.send_form(**FIELDS, headers=key)
    # The same as JSON is the same request.
    visitors.conclude(visitors.accepted(headers=key), state=State.HELD)
    answer = visitors.send_form(**FIELDS, headers=key)
    assert answer.headers["Location"] == f"{STORY}#vestibule-held"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://evil.example/?https://news.example",
        "//evil.example/",
        "///evil.example/",
        "https://news.example@evil.example/",
        "https://news.example.evil.example/",
        "https://news.example:1/story",
        "https://evil.example\\@news.example/",
        "https:evil.example",
        "javascript:alert(1)//https://news.example/",
        "https://news.example/\r\nLocation: https://evil.example/",
        "https://news.example\t.evil.example/",
        "/\\evil.example/",
        "",
    ],
)
def test_no_address_makes_it_lead_elsewhere(visitors, url):
    """An open redirect is tried in many spellings: none gets a Location, none is stored."""
    answer = visitors.send_form(**FIELDS | {"thread_url": url})
    assert answer.status_code in {400, 403, 422}
    assert "Location" not in answer.headers
    assert answer.mimetype == "text/html"
    assert visitors.stored() == 0


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/", "/%0d%0aLocation:%20https://evil.example/", "/a/../../b", "/@evil.example",
        "/?next=https://evil.example", "/%5C%5Cevil.example", "/\u00e9\u4e2d", "/?q=\u00e9&utm_source=x",
        "/%zz", "/;evil",
    ],
)  # fmt: skip
def test_odd_paths_stay_within_the_site(visitors, path):
    """Wherever the form came from, the way back has the site's own host and no line break."""
    answer = visitors.send_form(**FIELDS | {"thread_url": NEWS + path})
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert urlsplit(location)[:2] == ("https", "news.example")
    assert location.isascii()
    assert not set(location) & set("\r\n\t \\<>\"'")
    assert answer.headers.getlist("Location") == [location]


def test_a_refused_form_gets_a_page_that_names_every_fault(visitors):
    """People get HTML: which fields, in the form's words, and that nothing was stored."""
    answer = visitors.send_form(
        **FIELDS | {"author_email": "jane at example", "content": "", "author_url": "x y"}
    )
    assert answer.status_code == 422
    assert answer.mimetype == "text/html"
    for part in ("Comment: This field is required.", "Email: This does not look like",
                 "Website: This does not look like", "Nothing was stored"):  # fmt: skip
        assert part in answer.text
    assert visitors.stored() == 0


def test_an_error_page_repeats_nothing_and_runs_nothing(visitors):
    """Marks and markup in every field, name and header stand nowhere in the page or its head."""
    sent = f'"><script>{MARK}</script>'
    for changes in (
        dict.fromkeys(FIELDS, sent), {"thread_url": f"https://{MARK}.example/"},
        {sent: sent}, {MARK: sent}, {"parent_id": sent}, {"author_name": sent * 30},
        {"content": sent * 1_000}, {"token": sent * 200}, {"author_email": sent},
        {"thread": sent}, {"parent_id": "0198f2a4-0000-7000-8000-000000000000", "content": sent},
        {"author_name": "admin", "content": sent},
    ):  # fmt: skip
        answer = visitors.send_form(**FIELDS | changes, headers={"Referer": f"{NEWS}/{MARK}"})
        assert answer.status_code in {403, 422}, answer.text
        # A plain field's name is told as the place of a fault, in words for it alone.
        assert MARK not in everything(answer).lower()
        assert "<script" not in everything(answer).lower()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"content=a&content=b", 400),
        (b"content=%ff", 400),
        (b"content=%00", 400),
        (b"&" * 10_000, 400),
        (b"&".join(b"f%d=1" % number for number in range(100)), 400),
        (b"%", 422),
        (b"", 422),
        (b"=", 422),
    ],
)
def test_broken_forms_are_refused(visitors, body, status):
    """Fields twice, NUL, other encodings and masses of fields get a page, never a fault of ours."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = visitors.post(body, headers=headers)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert visitors.stored() == 0


def test_a_file_is_refused(visitors):
    """A form with a file in it is not taken."""
    from io import BytesIO

    data = FIELDS | {"content": (BytesIO(b"x"), f"{MARK}.txt")}
    answer = visitors.client.post("/v1/sites/news/comments", data=data)
    assert answer.status_code == 400
    assert MARK not in everything(answer)


def test_refusals_at_the_door_are_pages_for_a_form(visitors):
    """A closed site, an unknown one, a foreign origin, too much: a page with the same status."""
    assert visitors.send_form(**FIELDS, site="nobody").status_code == 404
    answer = visitors.send_form(**FIELDS, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    answer = visitors.send_form(**FIELDS | {"content": "x" * 200_000})
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    visitors.change("news", closed=True)
    answer = visitors.send_form(**FIELDS)
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "Comments on this site are closed." in answer.text


def test_an_error_page_leads_back_to_the_article(visitors):
    """Once the address is known to be the site's own, in its canonical spelling; to no other."""
    back = f'<a href="{STORY}">Back to the article</a>'
    for changes in (
        {"content": ""},
        {"author_name": "root"},
        {"thread_url": f"{STORY}?utm_source=x#y"},
    ):
        answer = visitors.send_form(**FIELDS | {"author_email": "x"} | changes)
        assert answer.status_code == 422
        assert back in answer.text
    for url in ("https://evil.example/", "javascript:alert(1)", "", f"{NEWS}@evil.example/"):
        answer = visitors.send_form(**FIELDS | {"thread_url": url})
        assert "Back to the article" not in answer.text
