"""What the door refuses: every bad field by name, nothing stored, and nothing of it said again."""

import json

import pytest
from visitors import BLOG, NEWS, STORY, Visitors, comment, everything, problems

from service.core.states import State

MARK = "zebraquagga"


@pytest.fixture
def visitors(services):
    return Visitors(services)


def refused(visitors, status, code=None, **given):
    """The answer to a comment that must be refused with this status; nothing may be stored."""
    before = visitors.stored()
    answer = visitors.post(**given)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    if code:
        assert answer.json["type"] == f"/problems/{code}"
    assert visitors.stored() == before
    return answer


def test_all_bad_fields_are_named_at_once(visitors):
    """One answer lists every fault with a pointer and a stable code, the unknown keys included."""
    answer = refused(
        visitors, 422, "invalid_fields",
        thread={"id": 7, "url": "ftp://news.example/", "colour": 1},
        author_name="x" * 101,
        author_email="jane at example.org",
        author_url="javascript:alert(1)",
        content=" \u200b\n",
        parent_id="17",
        token=["t"],
        price=1,
    )  # fmt: skip
    assert problems(answer) == {
        ("/thread/id", "wrong_type"), ("/thread/url", "invalid_url"),
        ("/thread/colour", "unknown"), ("/author_name", "too_long"),
        ("/author_email", "invalid_email"), ("/author_url", "invalid_url"),
        ("/content", "missing"), ("/parent_id", "invalid_id"),
        ("/token", "wrong_type"), ("/price", "unknown"),
    }  # fmt: skip
    assert all(one["message"] for one in answer.json["errors"])


def test_an_empty_object_lacks_what_is_required(visitors):
    """Missing fields are named, the page's address among them."""
    missing = {
        (f"/{name}", "missing") for name in ("thread", "author_name", "author_email", "content")
    }
    assert problems(refused(visitors, 422, body={})) == missing
    everything_null = dict.fromkeys(comment())
    assert problems(refused(visitors, 422, body=everything_null)) == missing
    assert problems(refused(visitors, 422, thread={})) == {("/thread/url", "missing")}


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("content", "x" * 10_001, "too_long"),
        ("author_name", "x" * 101, "too_long"),
        ("author_name", "Ja\nne", "control_characters"),
        ("author_email", f"{'a' * 60}@{'b.' * 100}example", "too_long"),
        ("author_email", f"{'a' * 65}@example.org", "invalid_email"),
        ("author_url", f"https://a.example/{'x' * 2_000}", "too_long"),
        ("author_url", "https://a.example/\x0ejavascript:", "invalid_url"),
        ("token", "x" * 1_001, "too_long"),
        ("parent_id", "x" * 37, "too_long"),
    ],
)
def test_each_limit_has_its_code(visitors, field, text, code):
    """Over-long and malformed values are refused by field, whatever the database could hold."""
    assert problems(refused(visitors, 422, **{field: text})) == {(f"/{field}", code)}


def test_no_error_repeats_what_was_sent(visitors):
    """A mark in every field, header and path stands in no head and no body of a refusal."""
    visitors.shown()
    bad = f"{MARK}@{MARK}@"
    bodies = [
        comment(**{name: bad * 3_000}) for name in ("content", "author_name", "token", "author_url")
    ] + [
        comment(author_email=bad), comment(parent_id=MARK), comment(**{f"{MARK} ": MARK}),
        comment(thread={"url": f"https://{MARK}.example/{MARK}"}), comment(thread=MARK),
        comment(thread={"url": STORY, f"{MARK}@": 1}), comment(author_name="admin", content=MARK),
        comment(parent_id="0198f2a4-0000-7000-8000-000000000000", author_name=MARK), [MARK], MARK,
        f'{{"{MARK}"', f'{{"{MARK}@":1,"{MARK}@":2}}', f'{{"content":"{MARK}\\u0000"}}',
        f'{{"content":"{MARK}\\ud800"}}', f'{{"content":{MARK}}}', MARK.encode("utf-16"),
    ]  # fmt: skip
    for body in bodies:
        headers = {"Origin": NEWS, "User-Agent": MARK, "Referer": f"{NEWS}/{MARK}"}
        answer = refused_body(visitors, body, headers)
        assert answer.status_code in {400, 403, 422}, answer.text
        assert MARK not in everything(answer).lower()
    for headers in (
        {"Origin": f"https://{MARK}.example"}, {"Content-Type": f"text/{MARK}"},
        {"Idempotency-Key": MARK * 30},
    ):  # fmt: skip
        answer = refused_body(visitors, comment(content=MARK), headers)
        assert answer.status_code >= 400
        assert MARK not in everything(answer).lower()
    for path in (f"/{MARK}", f"/v1/sites/{MARK}/form", f"/v1/sites/news/comments?sort={MARK}",
                 f"/v1/sites/news/comments?thread={MARK}", f"/problems/{MARK}",
                 f"/v1/sites/news/comments?thread={STORY}&cursor={MARK}&limit=1"):  # fmt: skip
        answer = visitors.client.get(path)
        assert answer.status_code >= 400
        assert MARK not in everything(answer).lower()


def refused_body(visitors, body, headers):
    data = json.dumps(body) if isinstance(body, dict | list) else body
    return visitors.post(data, headers=headers)


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example.evil.example/story",
        "https://evil-news.example/story",
        "https://xnews.example/story",
        "https://example/story",
        "http://news.example/story",
        "https://news.example:8443/story",
        "https://evil.example/https://news.example/story",
        "https://evil.example/?https://news.example",
        "https://evil.example#news.example",
        "https://nеws.example/story",  # a Cyrillic letter
        f"{BLOG}/story",
        "https://127.0.0.1/story",
        "https://[::1]/story",
    ],
)
def test_pages_of_other_origins_are_refused(visitors, url):
    """The page's origin is compared whole: no suffix, prefix, port or scheme will do instead."""
    refused(visitors, 403, "origin_refused", thread={"url": url})


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example@evil.example/story",
        "https://jane:pass@news.example/story",
        "https://evil.example\\@news.example/story",
        "https://news.example\\.evil.example/",
        "https:/\\news.example/story",
        "\\\\news.example/story",
        "//news.example/story",
        "/story",
        "https://news.example\t/story",
        "https://news.example/\nstory",
        " javascript:alert(1)//https://news.example",
        "data:text/html,x",
        "https://news.example:99999/",
        "https://news.example:x/",
        "https://news..example/",
        "https://%6eews.example/",
        "https://news.example%2f@evil.example/",
        "file:///etc/hosts",
    ],
)
def test_what_browsers_read_differently_is_no_address(visitors, url):
    """User names, backslashes, tabs and relative addresses are refused rather than guessed."""
    assert problems(refused(visitors, 422, thread={"url": url})) == {("/thread/url", "invalid_url")}


def test_wrong_parents_have_one_answer(visitors):
    """Another page's, another site's, an unseen, removed or unknown parent: all are told the same."""
    elsewhere = visitors.shown(thread={"url": f"{NEWS}/other"})
    foreign = visitors.shown(site="blog", thread={"url": f"{BLOG}/story"})
    pending = visitors.accepted()
    unseen = [visitors.accepted() for _ in range(3)]
    for comment_id, state in zip(unseen, (State.HELD, State.SPAM, State.REJECTED), strict=True):
        visitors.conclude(comment_id, state=state)
    removed = visitors.shown()
    visitors.decide(removed, "delete")
    unknown = "0198f2a4-0000-7000-8000-000000000000"
    answers = {
        everything_but_length(refused(visitors, 422, parent_id=parent))
        for parent in (elsewhere, foreign, pending, *unseen, removed, unknown)
    }
    assert len(answers) == 1
    answer = visitors.post(parent_id=pending)
    assert problems(answer) == {("/parent_id", "unknown_parent")}


def everything_but_length(answer):
    return answer.get_data(as_text=True)


def test_a_refused_comment_leaves_no_trace(visitors):
    """Nothing of it stays: no thread, no contact, no used Idempotency-Key."""
    key = {"Idempotency-Key": "one"}
    parent = "0198f2a4-0000-7000-8000-000000000000"
    refused(visitors, 422, parent_id=parent, headers=key, thread={"url": f"{NEWS}/new", "id": "n"})
    for table in ("comments", "threads", "thread_keys", "contacts"):
        assert visitors.rows(f"SELECT count(*) FROM {table}")[0][0] == 0
    visitors.accepted(headers=key)


def test_closed_pages_and_sites_say_why(visitors):
    """403 with the reason in words; other pages and other sites go on."""
    visitors.accepted()
    visitors.close_thread()
    answer = refused(visitors, 403, "thread_closed")
    assert answer.json["detail"] == "Comments on this page are closed."
    visitors.accepted(thread={"url": f"{NEWS}/other"})
    visitors.change("news", closed=True)
    answer = refused(visitors, 403, "thread_closed", thread={"url": f"{NEWS}/other"})
    assert answer.json["detail"] == "Comments on this site are closed."
    visitors.accepted(site="blog", thread={"url": f"{BLOG}/a"})
    visitors.change("news", closed=False)
    visitors.accepted(thread={"url": f"{NEWS}/other"})


@pytest.mark.parametrize(
    "name",
    [
        "admin", "ADMIN", "Administrator", "Moderator", "ｍｏｄｅｒａｔｏｒ", "Ａｄｍｉｎ", "a d m i n", ".admin.",
        "-=[Admin]=-", "ad\u200bmin", "ad\u00admin", "Admin\u3164", "ad\u115fmin", "\uffa0admin",
        "\U0001d400dmin", "ⓐⓓⓜⓘⓝ", "ad\u2800min", "ad\u180emin", "Chief Editor", "chief-editor",
        "★ Admin ★", "adm\ufeffin", "ſystem", "adm\u034fin",
    ],
)  # fmt: skip
def test_names_of_the_staff_are_reserved(visitors, name):
    """However a reserved name is disguised by width, case, signs or invisible letters, it is refused."""
    visitors.change("news", reserved_names=("Chief Editor", "***"))
    assert problems(refused(visitors, 422, author_name=name)) == {("/author_name", "reserved")}


def test_names_that_only_resemble_are_free(visitors):
    """A name that merely contains a reserved one is somebody's name."""
    visitors.change("news", reserved_names=("Chief Editor", "***"))
    for name in ("Adminah", "Rooty", "Jane Editor", "管理员", "☺", "***", "Ahmad Min"):
        visitors.accepted(author_name=name)
    assert problems(visitors.post(author_name="Chief Editor", site="blog")) == set()
