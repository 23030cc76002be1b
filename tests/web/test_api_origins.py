"""Who may call from where: Origin, CORS, cookies, and the headers that every answer carries."""

import pytest
from visitors import BLOG, NEWS, STORY, Visitors

CALLS = (
    ("GET", f"/v1/sites/news/form?thread={STORY}"),
    ("GET", f"/v1/sites/news/comments?thread={STORY}"),
    ("POST", "/v1/sites/news/comments"),
    ("GET", "/v1/sites/news/comments/0198f2a4-0000-7000-8000-000000000000/status?token=x"),
)
FOREIGN = (
    "https://evil.example", "null", "", BLOG, "https://news.example.evil.example",
    "https://evilnews.example", "http://news.example", "https://news.example:8443",
    "https://NEWS.example", "https://news.example/", "https://news.example, https://evil.example",
    "news.example", "*", "https://sub.news.example", "file://",
)  # fmt: skip


@pytest.fixture
def visitors(services):
    return Visitors(services)


def call(visitors, method, path, origin=None, **headers):
    given = {"Content-Type": "application/json"} | headers
    if origin is not None:
        given["Origin"] = origin
    body = '{"thread":{"url":"%s"},"author_name":"J","author_email":"j@example.org","content":"a"}'
    data = body % STORY if method == "POST" else None
    return visitors.client.open(path, method=method, headers=given, data=data)


def test_no_origin_is_fine_and_gets_no_permission(visitors):
    """A call without `Origin` works; it makes a signal where a comment is posted."""
    for method, path in CALLS:
        answer = call(visitors, method, path)
        assert answer.status_code in {200, 202, 404}
        assert "Access-Control-Allow-Origin" not in answer.headers
    (row,) = visitors.rows("SELECT id FROM comments")
    assert row
    plain, known = visitors.post(), visitors.post(headers={"Origin": NEWS})
    assert not visitors.draft(plain.json["id"]).facts.origin_given
    assert visitors.draft(known.json["id"]).facts.origin_given


@pytest.mark.parametrize("origin", FOREIGN)
def test_other_origins_are_refused(visitors, origin):
    """A foreign, resembling or `null` origin is 403 everywhere, and may not even read that."""
    for method, path in (*CALLS, ("OPTIONS", "/v1/sites/news/comments")):
        answer = call(visitors, method, path, origin)
        assert answer.status_code == 403, path
        assert answer.json["type"] == "/problems/origin_refused"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.headers.getlist("Vary")
    assert visitors.stored() == 0


def test_a_listed_origin_may_read_every_answer(visitors):
    """Answers to the site's pages name that one origin; errors too, so that a widget can tell."""
    visitors.change("news", origins=[NEWS, "https://www.news.example"])
    for origin in (NEWS, "https://www.news.example"):
        answers = [call(visitors, method, path, origin) for method, path in CALLS]
        answers.append(visitors.post(b"{", headers={"Origin": origin}))
        answers.append(visitors.post(content=None, headers={"Origin": origin}))
        answers.append(visitors.read(cursor="!", headers={"Origin": origin}))
        answers.append(visitors.read(limit="x", headers={"Origin": origin}))
        answers.append(visitors.read("ftp://x/", headers={"Origin": origin}))
        for answer in answers:
            assert answer.headers.getlist("Access-Control-Allow-Origin") == [origin]
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Origin" in answer.headers.getlist("Vary")
            assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


def test_one_sites_origin_opens_no_other_site(visitors):
    """The list is each site's own."""
    assert visitors.form(site="blog", headers={"Origin": BLOG}).status_code == 200
    assert visitors.form(site="blog", headers={"Origin": NEWS}).status_code == 403


def test_a_preflight_tells_what_may_be_sent(visitors):
    """A browser may ask first; only for the site's pages, and for what the routes take."""
    ask = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    for path in ("form", "comments", "comments/0198f2a4-0000-7000-8000-000000000000/status"):
        answer = call(visitors, "OPTIONS", f"/v1/sites/news/{path}", NEWS, **ask)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == NEWS
        assert {"GET", "POST"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert "content-type" in allowed
        assert "idempotency-key" in allowed
        assert "*" not in str(answer.headers)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert answer.data == b""


def test_a_page_that_is_cached_for_one_origin_is_not_given_to_another(visitors):
    """The cached body is the same, the permission is each request's own."""
    visitors.shown()
    first = visitors.read(headers={"Origin": NEWS})
    second = visitors.read()
    assert first.data == second.data
    assert "Access-Control-Allow-Origin" not in second.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    again = visitors.read(headers=tag | {"Origin": NEWS})
    assert again.status_code == 304
    assert again.headers["Access-Control-Allow-Origin"] == NEWS
    assert visitors.read(headers=tag | {"Origin": "https://evil.example"}).status_code == 403


def test_no_public_route_sets_a_cookie_or_reads_one(visitors):
    """The public side knows no cookies; sending some changes nothing."""
    visitors.shown()
    paths = [path for method, path in CALLS if method == "GET"]
    paths += ["/healthz", "/readyz", "/problems/not_found", "/embed.js", "/", "/nothing"]
    for path in paths:
        plain = visitors.client.get(path)
        assert "Set-Cookie" not in plain.headers, path
        with_cookie = visitors.client.get(path, headers={"Cookie": "session=1; __Host-desk=x"})
        assert with_cookie.status_code == plain.status_code
    for answer in (visitors.post(), visitors.post({}), visitors.send_form(a="b")):
        assert "Set-Cookie" not in answer.headers


def test_every_answer_is_hardened(visitors):
    """Good answers and errors alike: no sniffing, no referrer, no framing, nothing to run."""
    visitors.shown()
    answers = [call(visitors, method, path) for method, path in CALLS]
    answers += [visitors.client.get(path) for path in ("/healthz", "/readyz", "/nothing")]
    answers += [visitors.client.get("/problems/not_found"), visitors.client.delete("/healthz")]
    answers += [visitors.post(b"{"), visitors.send_form(a="b"), visitors.read(limit="x")]
    tag = visitors.read().headers["ETag"]
    answers.append(visitors.read(headers={"If-None-Match": tag}))
    answers.append(call(visitors, "OPTIONS", "/v1/sites/news/comments", NEWS))
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
