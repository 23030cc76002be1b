"""The queue as moderators narrow it down and search it, and what its cards tell."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from desks import ADDRESS, Desk, get, post, token_of
from sqlalchemy import event, select, update

from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.policy import Contribution
from service.core.rules import Family
from service.core.signals import Signal
from service.core.states import State
from service.store.people_tables import sessions
from service.web.desk.cards import ANSWERED_MAX_CHARS

MANY_LINKS = Contribution(Signal("MANY_LINKS", 0.8, detail="5 links"), 5.5, "Links.", Family.SPAM)


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def contents(page):
    return re.findall(r'class="content"[^>]*>(.*?)</div>', page.text)


def search(browser, **asked):
    answer = post(browser, "/desk/search", {"csrf": token_of(browser), **asked})
    return answer if answer.status_code != 303 else get(browser, answer.location)


def submit(desk, text, *, name="Jane", parent_id=None, email=ADDRESS):
    site = desk.news
    return desk.services.submit(
        Submission(
            site=site,
            thread=ThreadRef(f"{site.origins[0]}/story", title="A story"),
            content=text,
            author_name=name,
            author_email=email,
            author_url=None,
            parent_id=parent_id,
            ip="198.51.100.23",
            facts=DoorFacts(),
        )
    ).comment_id


# -- narrowing down --------------------------------------------------------------------------------


def test_the_form_leads_to_an_address_that_shows_what_was_asked(desk):
    """Words, site, reason and order end in one short address, which can be kept and shared."""
    desk.comment("A pear of the news.", parts=[MANY_LINKS])
    desk.comment("A pear of the blog.", site=desk.blog, parts=[MANY_LINKS])
    desk.comment("An apple.", parts=[MANY_LINKS])
    desk.comment("A plain pear.")
    browser = desk.signed_in()
    asked = {"q": "pear", "site": "news", "symbol": "many_links", "order": "newest", "language": ""}
    answer = post(browser, "/desk/search", {"csrf": token_of(browser), **asked})
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.location).query) == {
        "state": ["held"], "order": ["newest"], "site": ["news"], "symbol": ["MANY_LINKS"], "q": ["pear"],
    }  # fmt: skip
    page = get(browser, answer.location)
    assert contents(page) == ["A pear of the news."]
    assert re.search(r"1\s+fits", page.text)
    # Each filter can be taken away by itself.
    without = [unescape(one) for one in re.findall(r'class="chip"\s+href="(.*?)"', page.text)]
    assert [len(contents(get(browser, one))) for one in without] == [2, 2, 2]


def test_a_card_leads_back_to_the_queue_as_it_was_narrowed_down(desk):
    """After a decision the same filters show what is left."""
    desk.comment("One pear.")
    path = desk.comment("Two pears.")
    browser = desk.signed_in()
    page = get(browser, "/desk/?state=held&q=pear&order=newest")
    back = unescape(re.search(r'name="back"\s+value="(.*?)"', page.text)[1])
    form = {
        "csrf": token_of(browser), "action": "spam", "version": "2", "revision": "0", "back": back,
    }  # fmt: skip
    answer = post(browser, path, form)
    assert answer.status_code == 303
    assert contents(get(browser, answer.location)) == ["One pear."]


@pytest.mark.parametrize(
    "query",
    ["state=erased", "order=random", "site=nowhere", "site=<b>", "thread=x", "symbol=lower",
     "author=x", "author=,", "language=EN", "age=never", "after=x", "after=5.x", "q=" + "x" * 201],
)  # fmt: skip
def test_what_no_link_says_is_not_there(desk, query):
    """An odd address is answered by a page that says so."""
    assert get(desk.signed_in(), f"/desk/?{query}").status_code == 404


def test_another_sites_comments_are_in_no_view(desk):
    """Bob, who works on the blog, finds nothing of the news by any filter, search or count."""
    path = desk.comment("A pear of the news.", parts=[MANY_LINKS])
    bob = desk.signed_in("bob")
    with desk.services.store.read() as tx:
        comment = tx.queued(desk.news, path.rpartition("/")[2])
    for query in (
        "state=all", "q=pear", "symbol=MANY_LINKS", f"thread={comment.thread_id}",
        f"author={comment.contact_id}&state=all", "order=severest",
    ):  # fmt: skip
        page = get(bob, f"/desk/?{query}")
        assert contents(page) == []
        assert not re.search(r'class="count">[1-9]', page.text)
    assert get(bob, "/desk/?site=news").status_code == 404
    assert search(bob, q=ADDRESS).status_code == 200
    assert "Nobody has written under this address" in search(bob, q=ADDRESS).text


# -- addresses -------------------------------------------------------------------------------------


def test_an_author_is_found_by_the_whole_address_which_stands_in_no_url(desk):
    """All that they wrote is shown, on all sites; a part of an address finds nobody."""
    desk.comment("Held.")
    desk.comment("Approved.", state=State.APPROVED)
    desk.comment("On the blog.", site=desk.blog)
    submit(desk, "Somebody else's.", email="other@example.org")
    browser = desk.signed_in()
    answer = post(browser, "/desk/search", {"csrf": token_of(browser), "q": f" {ADDRESS} "})
    assert answer.status_code == 303
    assert "jane" not in answer.location
    assert sorted(contents(get(browser, answer.location))) == ["Approved.", "Held.", "On the blog."]
    page = search(browser, q=ADDRESS, site="blog")
    assert contents(page) == ["On the blog."]
    assert "Nobody has written" in search(browser, q="nobody@example.org").text


def test_a_search_without_words_says_so(desk):
    """Signs alone find nothing, so everything is shown, and it says why."""
    desk.comment("Anything.")
    page = search(desk.signed_in(), q="?!")
    assert "There is no word in what you search for" in page.text
    assert contents(page) == ["Anything."]


# -- cards -----------------------------------------------------------------------------------------


def test_a_card_tells_what_it_answers_and_who_wrote_it(desk):
    """The parent's text, the author's history, first day and other names; all of it escaped."""
    parent = submit(desk, "<b>Parent</b> " + "x" * ANSWERED_MAX_CHARS, name="Parent")
    desk.conclude(desk.news, parent, state=State.APPROVED)
    other = submit(desk, "Earlier.", name="<i>Jenny</i>")
    desk.conclude(desk.news, other, state=State.SPAM)
    reply = submit(desk, "A reply.", parent_id=parent)
    desk.conclude(desk.news, reply, parts=[MANY_LINKS])
    page = get(desk.signed_in(), "/desk/").text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Answers Parent" in text
    assert "&lt;b&gt;Parent&lt;/b&gt;" in page
    assert "x…" in page
    assert "3 comments , 1 of 2 decided were approved, since " in text
    assert "&lt;i&gt;Jenny&lt;/i&gt; , Parent" in text
    assert "5 links at 80% strength MANY_LINKS" in text


def test_disguised_words_stand_beside_what_they_were_read_as(desk):
    """What the checks made of evidence that is written otherwise is shown, and kept with it."""
    comment = submit(desk, "Cheap V1agra for you, and c1alis.")
    desk.services.screen([desk.item(desk.news, comment)])
    page = get(desk.signed_in(), "/desk/?state=all").text
    read = re.findall(
        r'<mark>(\w+)</mark><span class="read"><span class="apart">read as </span>(\w+)<', page
    )
    assert ("V1agra", "viagra") in read


def test_what_is_in_shadow_is_marked_as_such(desk):
    """It is shown apart, with the points that it would have."""
    path = desk.comment("Hello.", shadowed=[MANY_LINKS])
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", get(desk.signed_in(), path).text))
    assert "1 in shadow: seen, and not counted" in text
    assert "MANY_LINKS would be 5.5" in text


def test_a_page_takes_the_same_number_of_queries_however_full_it_is(desk):
    """Cards, parents, authors, campaigns and reasons of a page come together."""
    statements = []
    engine = desk.services.store._database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    browser = desk.signed_in()
    counts = []
    for number in (2, 20):
        parent = submit(desk, f"Parent {number}", name="Parent", email=f"{number}@example.org")
        desk.conclude(desk.news, parent, state=State.APPROVED)
        for place in range(number):
            one = submit(
                desk, f"Text {place}", parent_id=parent, email=f"{number}.{place}@example.org"
            )
            desk.conclude(desk.news, one, parts=[MANY_LINKS])
        get(browser, "/desk/")
        statements.clear()
        assert get(browser, "/desk/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] < 25


# -- arrivals --------------------------------------------------------------------------------------


def test_arrivals_are_counted_since_the_page_was_loaded(desk):
    """Only what fits the view counts, and who knows the answer gets 304."""
    desk.comment("Before.")
    browser = desk.signed_in()
    page = get(browser, "/desk/?state=held&q=pear")
    address = unescape(re.search(r'data-arrivals="(.*?)"', page.text)[1])
    first = get(browser, address)
    assert (first.status_code, first.text) == (200, "")
    etag = first.headers["ETag"]
    assert get(browser, address, headers={"If-None-Match": etag}).status_code == 304
    desk.comment("A pear.")
    desk.comment("An apple.")
    desk.comment("A pear, shown.", state=State.APPROVED)
    desk.comment("A pear of the blog.", site=desk.blog)
    second = get(browser, address, headers={"If-None-Match": etag})
    assert (second.status_code, second.text) == (200, "2 new")
    bob = desk.signed_in("bob")
    assert get(bob, address).text == "1 new"
    assert get(browser, "/desk/arrivals?since=x").status_code == 404
    assert get(desk.browser(), address).status_code == 303


def test_a_page_left_open_keeps_nobody_signed_in(desk, services):
    """Asking for arrivals does not count as being there: an idle session ends all the same."""
    browser = desk.signed_in()
    page = get(browser, "/desk/")
    address = unescape(re.search(r'data-arrivals="(.*?)"', page.text)[1])

    def seen_at():
        with services.store.read() as tx:
            return tx._connection.execute(select(sessions.c.seen_at)).scalar_one()

    with services.store.write() as tx:
        tx._connection.execute(
            update(sessions).values(seen_at=services.clock() - timedelta(hours=1))
        )
    before = seen_at()
    assert get(browser, address).status_code == 200
    assert seen_at() == before
    get(browser, "/desk/")
    assert seen_at() > before
