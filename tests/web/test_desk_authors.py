"""The desk's authors: what is known of one, marking them, and looking at an address in full."""

import re

import pytest
from desks import ADDRESS, Desk, get, post, token_of

from service.core.audit import AuditQuestion, Event
from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.records import WorkItem
from service.core.states import State

MASKED = "j•••@e•••.org"


@pytest.fixture
def desk(services):
    return Desk(services)


def author_of(desk, site=None):
    """The path of Jane's page at a site."""
    site = site or desk.news
    indexes = desk.services.vault.email_indexes(ADDRESS, scope=site.id)
    with desk.services.store.read() as tx:
        return f"/desk/authors/{site.id}/{tx.author_with(site.id, indexes)}"


def mark(browser, path, action, **fields):
    return post(browser, path, {"csrf": token_of(browser), "action": action} | fields)


def screened(desk, content, **changes):
    """What becomes of a comment of Jane's."""
    given = {
        "site": desk.news, "content": content, "author_name": "Jane", "author_email": ADDRESS,
        "author_url": None, "parent_id": None, "ip": "198.51.100.23", "facts": DoorFacts(),
        "thread": ThreadRef("https://news.example/story", title="A story"),
    }  # fmt: skip
    posted = desk.services.submit(Submission(**given | changes)).comment_id
    desk.services.screen([WorkItem(desk.news.id, posted)])
    with desk.services.store.read() as tx:
        return tx.comment_state(desk.news.id, posted)


def record(desk, event):
    with desk.services.store.read() as tx:
        return tx.audit_page(AuditQuestion([desk.news.id], events=[event]), after=None, limit=50)


def test_an_author_s_page_says_what_came_under_an_address(desk):
    """Names, networks, states, the share that was approved; visitors' text only escaped."""
    desk.comment("One <b>", state=State.APPROVED)
    desk.comment("Two", name="<i>Jane</i>", state=State.APPROVED)
    desk.comment("Three", state=State.SPAM)
    browser = desk.signed_in("vera")
    listed = get(browser, "/desk/authors").text
    assert MASKED in listed
    assert "67%" in listed
    page = get(browser, author_of(desk)).text
    for text in (MASKED, "67%", "198.51.100.0/24", "&lt;i&gt;Jane", "One &lt;b&gt;", "news"):
        assert text in page
    assert "Three" not in page
    assert "Three" in get(browser, f"{author_of(desk)}?state=spam").text
    assert get(browser, f"{author_of(desk)}?state=x").status_code == 404
    # Who may only look has nothing to press.
    assert "<button" not in page.partition("<main")[2].partition("</main>")[0]
    assert ADDRESS not in listed + page


def test_an_author_is_found_by_an_address_that_stands_in_no_url(desk):
    """In any spelling; one who has not written there is not found."""
    desk.comment()
    browser = desk.signed_in("bob")
    desk.comment(site=desk.blog)
    path = f"/desk/authors/find/{desk.blog.id}"
    answer = post(browser, path, {"csrf": token_of(browser), "email": ADDRESS.upper()})
    assert answer.headers["Location"] == author_of(desk, desk.blog)
    nobody = post(browser, path, {"csrf": token_of(browser), "email": "nobody@example.org"})
    assert nobody.status_code == 404
    assert "nobody@example.org" not in nobody.text


def test_authors_of_another_site_are_not_there(desk):
    """Nor by way of a site of one's own; and the list has none of them."""
    desk.comment("Only the news has this")
    ada, bob = desk.signed_in("ada"), desk.signed_in("bob")
    path = author_of(desk)
    contact = path.rpartition("/")[2]
    for wrong in (path, f"/desk/authors/{desk.blog.id}/{contact}"):
        assert get(bob, wrong).status_code == 404
        assert mark(bob, wrong, "ban").status_code == 404
    assert MASKED not in get(bob, "/desk/authors").text
    assert get(ada, path).status_code == 200


@pytest.mark.parametrize(
    ("action", "word", "state"), [("ban", "banned", State.REJECTED), ("mute", "muted", State.HELD)]
)
def test_a_mark_holds_until_it_is_taken_away(desk, action, word, state):
    """The next comment is treated so; what was decided stays; a new mark takes the old one's place."""
    before = desk.comment(state=State.APPROVED)
    browser, path = desk.signed_in(), author_of(desk)
    mark(browser, path, "trust")
    answer = mark(browser, path, action, days="7", note="Again & again")
    page = get(browser, answer.headers["Location"]).text
    assert f"is <strong>{word}</strong>" in page
    assert "Again &amp; again" in page
    assert word in get(browser, "/desk/authors").text
    assert screened(desk, "What a nice article about bread.") is state
    assert screened(desk, "Somebody else.", author_email="x@example.org") is State.APPROVED
    assert desk.state(before) is State.APPROVED
    entry = re.search(r'href="(/desk/lists/[^"]+)"', page)[1]
    assert "What a nice article" in get(browser, entry).text
    assert mark(browser, path, "clear").status_code == 303
    assert (
        "<strong>"
        not in get(browser, path).text.partition("Trust, mute or ban")[2].partition("</section>")[0]
    )
    assert screened(desk, "Another nice article about bread.") is State.APPROVED
    changes = [str(one) for one in record(desk, Event.AUTHOR_CHANGED)]
    assert len(changes) == 3
    assert ADDRESS not in "".join(changes)


def test_what_a_mark_cannot_be_is_refused(desk):
    """Another action, a note that is too long; nothing changes."""
    desk.comment()
    browser, path = desk.signed_in(), author_of(desk)
    assert mark(browser, path, "praise").status_code == 400
    assert mark(browser, path, "ban", note="x" * 501).status_code == 422
    assert mark(browser, path, "ban", days="-5").status_code == 303  # No end then.
    assert record(desk, Event.AUTHOR_CHANGED)[0].number


def test_names_and_networks_are_blocked_by_way_of_a_trial(desk):
    """The buttons lead to what the entry would have caught, which saves it then."""
    desk.comment("Hello", name="Troll & Co")
    browser = desk.signed_in()
    page = get(browser, author_of(desk)).text
    forms = re.findall(
        r'<form\s+method="post"\s+action="([^"]*/trial)">(.*?)</form>', page, re.DOTALL
    )
    assert len(forms) == 2
    for action, form in forms:
        fields = dict(re.findall(r'name="(\w+)"\s+value="(.*?)"', form))
        fields["value"] = fields["value"].replace("&amp;", "&")
        answer = post(browser, action, fields)
        assert "1 of 1 comments" in " ".join(answer.text.split())


def test_an_address_is_shown_once_for_a_reason_that_is_recorded(desk):
    """Only to whoever may; nothing keeps the answer; without a reason there is none."""
    desk.comment()
    ada, path = desk.signed_in("ada"), author_of(desk)
    for reason in ("", "abc", "x" * 501, f"write to {ADDRESS}"):
        refused = post(ada, f"{path}/address", {"csrf": token_of(ada), "reason": reason})
        assert refused.status_code == 422
        assert ADDRESS not in refused.text
    assert not record(desk, Event.ADDRESS_REVEALED)
    shown = post(ada, f"{path}/address", {"csrf": token_of(ada), "reason": "A court asks for it"})
    assert ADDRESS in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    [entry] = record(desk, Event.ADDRESS_REVEALED)
    assert "A court asks for it" in str(entry)
    assert ADDRESS not in str(entry)
    assert ADDRESS not in get(ada, path).text
    bob = desk.signed_in("bob")
    desk.comment(site=desk.blog)
    answer = post(
        bob,
        f"{author_of(desk, desk.blog)}/address",
        {"csrf": token_of(bob), "reason": "Out of curiosity"},
    )
    assert answer.status_code == 403
    assert ADDRESS not in answer.text


def test_many_comments_and_authors_are_paged(desk):
    """Each page begins where the last one ended, and none shows a comment twice."""
    for number in range(30):
        desk.comment(f"Number {number:02}.")
    browser, seen = desk.signed_in(), []
    path = author_of(desk)
    page = get(browser, path).text
    seen += re.findall(r"Number \d\d", page)
    older = re.search(r'href="([^"]*after=[^"]*)"', page)[1].replace("&amp;", "&")
    seen += re.findall(r"Number \d\d", get(browser, older).text)
    assert seen == [f"Number {number:02}" for number in reversed(range(30))]
