"""Comments as HTML: a fragment to include, whole pages behind its links, and forms that post."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from visitors import BLOG, EMAIL, NEWS, STORY, Visitors, everything

from service.core.flags import ReportReason
from service.core.states import State
from service.web.avatars import avatar

SERVER = "http://127.0.0.1:8080"


@pytest.fixture
def visitors(services):
    return Visitors(services)


def get(visitors, *, site="news", headers=None, **query):
    query = {"thread": STORY} | query
    given = {name: value for name, value in query.items() if value is not None}
    return visitors.client.get(
        f"/v1/sites/{site}/comments.html", query_string=given, headers=headers
    )


def follow(visitors, page, css_class, *, nth=0):
    """The page that the nth link with a class leads to."""
    links = re.findall(rf'<a class="[^"]*{css_class}"\s+href="(.*?)"', page.text)
    return visitors.client.get(html.unescape(links[nth]).removeprefix(SERVER))


def fields_of(page):
    """What a browser would send with the page's form, if nothing were typed."""
    form = page.text.partition("<form")[2].partition("</form>")[0]
    hidden = re.findall(r'type="hidden"\s+name="(.*?)"\s+value="(.*?)"', form)
    return {name: html.unescape(value) for name, value in hidden}


def post(visitors, page, origin=NEWS, **typed):
    action = html.unescape(re.search(r'method="post"\s+action="(.*?)"', page.text)[1])
    return visitors.client.post(
        action.removeprefix(SERVER), data=fields_of(page) | typed, headers={"Origin": origin}
    )


WRITTEN = {"content": "By form.", "author_name": "Fred", "author_email": "fred@example.org"}


def test_the_fragment_has_the_widgets_markup_and_only_what_readers_see(visitors):
    """Approved comments nested in reading order, escaped; no address, nothing that waits."""
    first = visitors.shown(author_name="<b>Ada</b>", content="One & <i>two</i> https://a.example")
    visitors.shown(parent_id=first, content="An answer.")
    visitors.accepted(content="Waits.")
    answer = get(visitors)
    text = answer.text
    assert answer.content_type == "text/html; charset=utf-8"
    assert "<html" not in text
    assert f'<link rel="stylesheet" href="{SERVER}/embed/vestibule.css">' in text
    assert '<section class="vestibule" lang="en" dir="ltr">' in text
    assert '<h2 class="vestibule-title">2 comments</h2>' in text
    assert "<bdi>&lt;b&gt;Ada&lt;/b&gt;</bdi>" in text
    assert "One &amp; &lt;i&gt;two&lt;/i&gt;" in text
    assert 'rel="nofollow ugc noopener"' in text
    assert re.search(r"vestibule-replies.*An answer\.", text, re.DOTALL)
    assert "Waits." not in text
    assert EMAIL not in everything(answer)
    assert "<script" not in text
    assert " style=" not in text


def test_a_removed_comment_with_shown_replies_is_a_tombstone(visitors):
    """Its name and text are gone, the answer stays under it."""
    first = visitors.shown(author_name="Ada", content="Gone.")
    visitors.shown(parent_id=first, content="An answer.")
    visitors.decide(first, "delete")
    text = get(visitors).text
    assert "This comment was removed." in text
    assert "An answer." in text
    assert "Ada" not in text
    assert "Gone." not in text


def test_an_empty_thread_has_a_form_and_an_arabic_one_runs_from_right_to_left(visitors):
    """The language is the one asked for, else the browser's."""
    assert "No comments yet." in get(visitors).text
    text = get(visitors, headers={"Accept-Language": "ar"}).text
    assert 'lang="ar" dir="rtl"' in text
    assert "إرسال التعليق" in text
    assert "Kommentar abschicken" in get(visitors, lang="de").text


def test_the_form_posts_and_leads_back_to_the_article(visitors):
    """From the site's page; with the token, so that it counts as having come by a form."""
    page = get(visitors, title="A story", thread_id="story-1")
    answer = post(visitors, page, **WRITTEN)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{STORY}#vestibule-pending"
    assert 'id="vestibule-pending"' in page.text
    ((name, title),) = visitors.rows(
        "SELECT comments.author_name, threads.title FROM comments"
        " JOIN threads ON threads.id = comments.thread_id"
    )
    assert (name, title) == ("Fred", "A story")
    comment_id = visitors.rows("SELECT id FROM comments")[0][0]
    seen = visitors.screen(_uuid(comment_id))
    assert "TOKEN_ABSENT" not in seen
    assert "ORIGIN_ABSENT" not in seen


def _uuid(value):
    plain = str(value).replace("-", "")
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def test_whole_pages_carry_on_where_the_fragment_ends(visitors):
    """Further comments, the other order, a reply: links that work without scripts."""
    ids = [visitors.shown(content=f"Number {number}.") for number in range(3)]
    page = get(visitors, limit=2)
    assert "Number 1." in page.text
    assert "Number 2." not in page.text
    more = follow(visitors, page, "vestibule-more")
    assert "<html" in more.text
    assert "Number 2." in more.text
    assert f'href="{STORY}"' in more.text
    newest = visitors.client.get(
        html.unescape(re.search(rf'href="{SERVER}(.*?)"[^>]*>Newest first', page.text)[1])
    )
    assert newest.text.index("Number 2.") < newest.text.index("Number 0.")
    reply = follow(visitors, page, "vestibule-reply")
    assert fields_of(reply)["parent_id"] == ids[0]
    answer = post(visitors, reply, origin=SERVER, **WRITTEN)
    assert answer.status_code == 303
    assert visitors.rows("SELECT count(*) FROM comments WHERE parent_id IS NOT NULL")[0][0] == 1


def test_whole_pages_are_framed_by_nobody_and_tell_their_origin_to_themselves(visitors):
    """Their forms are let in because nobody else can make a browser say so."""
    page = get(visitors, whole="1")
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert f"form-action 'self' {NEWS}" in policy
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["X-Robots-Tag"] == "noindex"
    for origin in ("null", BLOG, "http://127.0.0.1:8081", "https://127.0.0.1:8080"):
        assert post(visitors, page, origin=origin, **WRITTEN).status_code == 403
    # The JSON door is for the sites' own pages alone.
    body = {"thread": {"url": STORY}, **WRITTEN}
    path = "/v1/sites/news/comments"
    answer = visitors.client.post(path, json=body, headers={"Origin": SERVER})
    assert answer.status_code == 403
    assert visitors.stored() == 0


def test_a_report_works_without_scripts(visitors):
    """It is kept with its reason, and leads back to the article, never anywhere else."""
    comment_id = visitors.shown()
    page = follow(visitors, get(visitors), "vestibule-report")
    assert "It insults somebody" in page.text
    answer = post(visitors, page, origin=SERVER, reason="insult", text="Look.")
    assert answer.headers["Location"] == f"{STORY}#vestibule-reported"
    with visitors.services.store.read() as tx:
        (flag,) = tx.flags_of(visitors.news.id, comment_id)
    assert (flag.reason, flag.text) == (ReportReason.INSULT, "Look.")
    elsewhere = visitors.client.post(
        f"/v1/sites/news/comments/{comment_id}/reports",
        data={"reason": "spam", "text": "", "thread_url": "https://evil.example/"},
    )
    assert elsewhere.status_code == 403
    assert "Location" not in elsewhere.headers
    # From another network, so that the first report is not what keeps it out.
    refused = visitors.client.post(
        f"/v1/sites/news/comments/{comment_id}/reports",
        data={"reason": "spam", "text": "", "thread_url": "https://evil.example/"},
        environ_base={"REMOTE_ADDR": "203.0.113.5"},
    )
    assert refused.status_code == 403
    with visitors.services.store.read() as tx:
        assert len(tx.flags_of(visitors.news.id, comment_id)) == 1


def test_a_whole_page_that_has_not_changed_keeps_its_headers(visitors):
    """Browsers update what they keep by a 304: with other policies the page lost style and form."""
    visitors.shown()
    first = get(visitors, whole="1")
    again = get(visitors, whole="1", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    for name in ("Content-Security-Policy", "Referrer-Policy", "X-Robots-Tag"):
        assert again.headers[name] == first.headers[name]


def test_a_closed_thread_says_so_and_has_no_form(visitors):
    """Its comments stay."""
    visitors.shown()
    visitors.close_thread()
    text = get(visitors).text
    assert "Comments are closed." in text
    assert "<form" not in text
    assert "vestibule-reply" not in text
    assert "Hello there." in text


def test_a_site_can_show_comments_without_a_form(visitors):
    """For pages that take none, whatever the thread's state."""
    visitors.shown()
    text = get(visitors, form="0").text
    assert "Hello there." in text
    assert "<form" not in text
    assert "vestibule-reply" not in text
    assert "Comments are closed." not in text


def test_only_pages_of_the_site_are_shown_and_odd_questions_refused(visitors):
    """Another site's page, none, and what is no address; ids that are not there change nothing."""
    assert get(visitors, thread=f"{BLOG}/x").status_code == 403
    assert get(visitors, thread=None).status_code == 422
    assert get(visitors, thread="x").status_code == 422
    assert get(visitors, limit="0").status_code == 422
    assert get(visitors, site="nothing").status_code == 404
    assert get(visitors, headers={"Origin": BLOG}).status_code == 403
    held = visitors.accepted()
    visitors.conclude(held, state=State.HELD)
    for odd in ("x", held, "0198f2a4-0000-7000-8000-000000000000", "'\"><b>"):
        for name in ("reply", "report"):
            page = get(visitors, whole="1", **{name: odd})
            assert page.status_code == 200
            assert "parent_id" not in page.text
            assert "<b>" not in page.text.partition("vestibule-form")[2]


def test_what_the_query_says_stands_escaped(visitors):
    """Title and id come from the address, and so from anybody."""
    bad = '"><script>alert(1)</script>'
    visitors.shown()
    page = get(visitors, title=bad, whole="1")
    assert "<script" not in page.text
    assert "<script" not in get(visitors, thread_id=bad, whole="1").text
    reply = re.search(r'href="(/v1[^"]*reply=[^"]*)"', page.text)[1]
    assert parse_qs(urlsplit(html.unescape(reply)).query)["title"] == [bad]


def test_caches_ask_each_time_and_are_told_of_every_change(visitors, clock):
    """304 while nothing changes; a new comment, another language, or a form that grows old does."""
    visitors.shown()
    answer = get(visitors)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Accept-Language" in answer.headers.getlist("Vary")
    assert "Origin" in answer.headers.getlist("Vary")
    tag = {"If-None-Match": answer.headers["ETag"]}
    again = get(visitors, headers=tag)
    assert (again.status_code, again.data) == (304, b"")
    assert get(visitors, headers=tag | {"Accept-Language": "de"}).status_code == 200
    visitors.shown(content="New.")
    assert get(visitors, headers=tag).status_code == 200


def test_avatars_are_those_of_the_widget():
    """The same pattern from the same id as `avatarPattern` in the widget's `text.js` gives."""
    assert avatar("").path == ""
    drawn = avatar("0123456789abcdef0123456789abcdef")
    cells = ((0, 0), (4, 0), (0, 2), (4, 2), (0, 4), (4, 4), (2, 4))
    assert drawn.fill == "hsl(313,38%,48%)"
    assert drawn.path == "".join(f"M{x} {y}h1v1h-1z" for x, y in cells)
