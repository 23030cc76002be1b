"""Collections of hostile and odd input at the real door, on both databases at once.

Each case goes to a service on SQLite and to one on PostgreSQL: neither may fail, both must give the
same answer, and what was taken must be read again exactly as it was sent.
"""

import html
import json
import re
import unicodedata

import pytest
from corpora import corpus
from visitors import NEWS, PUBLIC_KEYS, STORY, Visitors, comment, problems

from service import wiring
from service.core.comment import normalise_newlines
from service.web.rendering import render_content, safe_author_url

UNLIMITED = {"rate_network_per_minute": 1_000_000, "rate_site_per_minute": 1_000_000}


@pytest.fixture
def both(settings, sqlite_url, postgres_url, redis_url):
    """Visitors of a service on SQLite and of one on PostgreSQL."""
    made = [
        wiring.build(settings(database_url=url, redis_url=redis_url, **UNLIMITED))
        for url in (sqlite_url, postgres_url)
    ]
    yield [Visitors(one) for one in made]
    for one in made:
        one.close()


def outcome(answer):
    """What must not depend on the database: the status, and each fault with its place."""
    assert answer.status_code < 500, answer.text
    if answer.status_code == 202:
        return (202,)
    return (answer.status_code, answer.json["type"], frozenset(problems(answer)))


def same(both, send):
    """Send to both; the one outcome, and the two answers."""
    answers = [send(visitors) for visitors in both]
    first, second = (outcome(answer) for answer in answers)
    assert first == second
    return first, answers


def bodies(name):
    if name == "json-attacks":
        cases = json.loads(corpus("json-attacks/cases.json").read_text("utf-8"))
        return [(key, text.encode("utf-8", "surrogatepass")) for key, text in cases.items()]
    folder = corpus("jsontestsuite/test_parsing")
    return [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.json"))]


@pytest.mark.parametrize("name", ["json-attacks", "jsontestsuite"])
def test_no_body_gets_through_that_is_no_comment(both, name):
    """Every case as a whole body: 400, 413 or 422, the same on both, and nothing is stored."""
    cases = bodies(name)
    assert len(cases) > 20
    for key, body in cases:
        (status, *_), _ = same(both, lambda visitors, body=body: visitors.post(body))
        assert status in {400, 413, 422}, key
    assert [visitors.stored() for visitors in both] == [0, 0]


@pytest.mark.parametrize("name", ["json-attacks", "jsontestsuite"])
def test_no_json_inside_a_comment_breaks_it(both, name):
    """Every case in the place of a field and of the thread: refused, the same on both."""
    whole = json.dumps(comment(content="@@@"))
    for key, body in bodies(name):
        for place in ('"@@@"', f'"{STORY}"', '"Jane"'):
            sent = whole.encode().replace(place.encode(), body.strip() or b" ")
            (status, *_), _ = same(both, lambda visitors, sent=sent: visitors.post(sent))
            # A case that is one plain string is a fine comment, and a fine name.
            assert status in {400, 413, 422} or body.strip().startswith(b'"'), key


def strings():
    """The odd strings, each once."""
    found = json.loads(corpus("blns/blns.json").read_text("utf-8"))
    attacks = json.loads(corpus("unicode-attacks/strings.json").read_text("utf-8"))
    for group in attacks.values():
        found += group if isinstance(group, list) else [group]
    payloads = corpus("xss-payloads/xss-payload-list.txt").read_text("utf-8").splitlines()
    found += payloads[::40]
    return list(dict.fromkeys(text for text in found if isinstance(text, str)))


def storable(text):
    return "\0" not in text and not any(unicodedata.category(one) == "Cs" for one in text)


def test_every_odd_string_is_refused_alike_in_every_field(both):
    """In all fields at once, and in each query: the same faults on both, never one of ours."""
    for text in strings():
        body = dict.fromkeys(
            ("content", "author_name", "author_email", "author_url", "parent_id", "token", text),
            text,
        )
        body["thread"] = {"url": text, "id": text, "title": text}
        sent = json.dumps(body)
        (status, *_), _ = same(both, lambda visitors, sent=sent: visitors.post(sent))
        assert status in {400, 413, 422}
        body = dict.fromkeys(("thread", "thread_id", "cursor", "sort", "limit"), text)
        if storable(text):
            same(both, lambda visitors, body=body: reading(visitors, body))
            own = {"thread": STORY, "thread_id": text}
            same(both, lambda visitors, own=own: reading(visitors, own))
    assert [visitors.stored() for visitors in both] == [0, 0]


def reading(visitors, query):
    answer = visitors.client.get("/v1/sites/news/comments", query_string=query)
    if answer.status_code == 200:
        answer.status_code = 202  # so that `outcome` takes it as a good one
    return answer


def test_what_was_taken_is_read_again_exactly(both):
    """Odd strings as content, name, link and title: stored and shown as sent, the same on both."""
    sent = {}
    taken = 0
    for number, text in enumerate(strings()):
        variants = [
            {"content": text, "thread": {"url": STORY, "title": text}},
            {"content": f"{number}: {text}", "author_name": text},
        ]
        if number % 3 == 0:
            variants += [
                {"content": f"{number}", "author_url": text},
                {"content": f"{number}", "thread": {"url": f"{NEWS}/{text}", "id": text}},
            ]
        for changes in variants:
            body = json.dumps(comment(**changes))
            (status, *_), answers = same(both, lambda visitors, body=body: visitors.post(body))
            if status == 202:
                taken += 1
                for place, answer in enumerate(answers):
                    sent[place, answer.json["id"]] = comment(**changes)
    assert taken > 1_000
    pages = [approve_and_read(visitors) for visitors in both]
    for place, page in enumerate(pages):
        assert {comment_id for where, comment_id in sent if where == place} >= set(page)
        for comment_id, shown in page.items():
            check(sent[place, comment_id], shown)
    assert [len(page) for page in pages] == [len(pages[0])] * 2
    for column in ("content", "author_name", "author_url"):
        query = f"SELECT {column} FROM comments ORDER BY created_at, {column}"
        first, second = (sorted(str(row[0]) for row in v.rows(query)) for v in both)
        assert first == second
    titles = [sorted(row[0] for row in v.rows("SELECT title FROM threads")) for v in both]
    assert titles[0] == titles[1]


def approve_and_read(visitors):
    """Approve everything; what the story's page then shows, by id."""
    site = visitors.news
    with visitors.services.store.read() as tx:
        now = visitors.services.clock()
        waiting = [item.comment_id for item in tx.stranded(before=now, now=now, limit=10_000)]
    for start in range(0, len(waiting), 200):
        visitors.conclude(*waiting[start : start + 200], site=site)
    found, cursor = {}, None
    while cursor or not found:
        page = visitors.read(limit=200, cursor=cursor).json
        found |= {one["id"]: one for one in page["comments"]}
        cursor = page["next"]
    return found


def check(sent, shown):
    """The page's comment is the one that was sent, as text and as HTML."""
    assert set(shown) == PUBLIC_KEYS
    assert shown["author_name"] == sent["author_name"].strip(" \t\u00a0\u3000")
    content = normalise_newlines(sent["content"])
    assert shown["content_html"] == str(render_content(content))
    url = sent.get("author_url", "").strip(" \t\u00a0\u3000")
    assert shown["author_url"] == safe_author_url(url)
    # Without its tags the HTML says what was typed, but for what is dropped on purpose.
    told = html.unescape(re.sub(r"<[^>]*>", "", shown["content_html"]))
    visible = "".join(one for one in content if one.isalnum())
    assert "".join(one for one in told if one.isalnum()) == visible


def test_every_odd_string_in_a_form_is_judged_like_in_json(both):
    """The HTML form is no other door: a string that JSON may carry has the same fate there."""
    for text in strings()[::3]:
        if not storable(text):
            continue
        fields = {
            "thread_url": STORY, "thread_title": text, "author_name": text,
            "author_email": "jane.reader@example.org", "content": text, "author_url": text,
        }  # fmt: skip
        body = comment(
            author_name=text, content=text, author_url=text, thread={"url": STORY, "title": text}
        )
        (status, *_), _ = same(both, lambda visitors, body=body: visitors.post(json.dumps(body)))
        for visitors in both:
            answer = visitors.send_form(**fields)
            assert answer.status_code == (303 if status == 202 else status)
            assert "<script>" not in answer.text.lower()
