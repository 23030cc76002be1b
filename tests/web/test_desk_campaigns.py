"""The desk's campaigns: what is shown of one, deciding once, going on, ending, taking back."""

import re

import pytest
from desks import Desk, get, post, token_of

from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.records import WorkItem
from service.core.states import State

WORDS = (
    "My neighbour {} has been without work for two years until she tried this course for trading on "
    "the telephone, and in the second week she made {} dollars with half an hour every evening, and "
    "nobody had to explain anything twice, so look for yourself before they stop taking people."
)


@pytest.fixture
def desk(services):
    return Desk(services)


def campaign(desk, number, site=None, start=0):
    """Ids of variants by as many authors, screened."""
    site, ids = site or desk.news, []
    for place in range(start, start + number):
        submission = Submission(
            site=site, thread=ThreadRef(f"{site.origins[0]}/{place % 4}", title="A story"),
            content=WORDS.format(f"N{place}", place * 7), author_name=f"Reader <{place}>",
            author_email=f"reader{place}@example.org", author_url=None, parent_id=None,
            ip=f"198.51.{place % 250}.7", facts=DoorFacts(),
        )  # fmt: skip
        ids.append(desk.services.submit(submission).comment_id)
    desk.services.screen([WorkItem(site.id, one) for one in ids])
    return ids


def states(desk, ids, site=None):
    with desk.services.store.read() as tx:
        return {tx.comment_state((site or desk.news).id, one) for one in ids}


def fields(browser, page, **given):
    hidden = re.search(r'name="seen_at"\s+value="(.*?)"', page)
    return {"csrf": token_of(browser), "seen_at": hidden[1] if hidden else ""} | given


def test_a_campaign_is_shown_decided_once_and_taken_back(desk):
    """With its figures and a sample; from the page of the decision it is ended and undone."""
    ids = campaign(desk, 6)
    desk.comment("Something else")
    ada = desk.signed_in()
    listed = get(ada, "/desk/campaigns").text
    assert "6 variants of one text" in listed
    path = re.search(r'href="(/desk/campaigns/[^"?]+/[^"]+)"', listed)[1]
    page = get(ada, path).text
    for text in ("Reader &lt;5&gt;", "N5 has been without work", "Decide once"):
        assert text in page
    before = states(desk, ids)
    assert before != {State.REJECTED}
    answer = post(ada, path, fields(ada, page, action="reject", reason="off_topic", note="<b>"))
    assert answer.status_code == 303
    ruling = answer.headers["Location"]
    assert states(desk, ids) == {State.REJECTED}
    shown = " ".join(get(ada, ruling).text.split())
    for text in ("6 of 6 comments", "It holds for all that arrives", "&lt;b&gt;"):
        assert text in shown
    arrived = campaign(desk, 2, start=40)
    assert states(desk, arrived) == {State.REJECTED}
    assert "N41 has been" in get(ada, ruling).text
    assert "all that arrives" in get(ada, "/desk/campaigns").text
    again = post(ada, path, fields(ada, page, action="spam"))
    assert again.status_code == 409
    assert "just decided" in again.text
    post(ada, ruling, fields(ada, page, action="take_back"))
    assert "It was taken back" in get(ada, ruling).text
    assert states(desk, ids) == before
    assert states(desk, arrived) == {State.HELD}


def test_ending_keeps_what_was_decided(desk):
    """And what arrives is judged by itself again."""
    ids = campaign(desk, 5)
    ada = desk.signed_in()
    path = f"/desk/campaigns/{desk.news.id}/{ids[0]}"
    answer = post(ada, path, fields(ada, get(ada, path).text, action="spam"))
    ruling = answer.headers["Location"]
    post(ada, ruling, fields(ada, "", action="end"))
    assert "It has ended" in get(ada, ruling).text
    assert states(desk, ids) == {State.SPAM}
    campaign(desk, 1, start=50)
    assert "Nothing so far." in get(ada, ruling).text
    assert "Decide once" in get(ada, path).text


def test_who_may_only_look_has_no_buttons_and_others_see_nothing(desk):
    """Another site's campaigns and decisions do not exist, whatever their ids."""
    ids = campaign(desk, 4)
    campaign(desk, 4, site=desk.blog, start=60)
    ada, bob, vera = (desk.signed_in(name) for name in ("ada", "bob", "vera"))
    path = f"/desk/campaigns/{desk.news.id}/{ids[0]}"
    answer = post(ada, path, fields(ada, get(ada, path).text, action="approve"))
    ruling = answer.headers["Location"]
    for page in (path, ruling):
        assert get(vera, page).status_code == 200
        assert "<button" not in get(vera, page).text.partition("<main")[2].partition("</main>")[0]
        assert get(bob, page).status_code == 404
        assert post(bob, page, fields(bob, "", action="take_back")).status_code == 404
        assert post(vera, page, fields(vera, "", action="take_back")).status_code == 403
        blog = page.replace(desk.news.id, desk.blog.id)
        assert get(bob, blog).status_code == 404
        assert post(bob, blog, fields(bob, "", action="take_back")).status_code in {400, 404}
    assert get(bob, "/desk/campaigns?site=news").status_code == 404
    listed = get(bob, "/desk/campaigns").text
    assert listed.count("variants of one text") == 1
    assert ids[0] not in listed


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"action": "delete"}, 400),
        ({"action": "reject", "reason": "no_such"}, 400),
        ({"action": "reject", "seen_at": "yesterday"}, 400),
        ({"action": "reject", "seen_at": "2026-01-01T00:00:00"}, 400),
        ({"action": "reject", "note": "x" * 501}, 422),
    ],
)
def test_what_cannot_be_decided_changes_nothing(desk, given, status):
    """Odd actions, reasons and times are refused."""
    ids = campaign(desk, 4)
    before = states(desk, ids)
    ada = desk.signed_in()
    path = f"/desk/campaigns/{desk.news.id}/{ids[0]}"
    assert post(ada, path, fields(ada, get(ada, path).text) | given).status_code == status
    assert states(desk, ids) == before


def test_a_campaign_that_grew_together_with_another_is_found_by_its_old_name(desk):
    """An address that somebody has kept leads to what it is called now."""
    ids = campaign(desk, 4)
    answer = get(desk.signed_in(), f"/desk/campaigns/{desk.news.id}/{ids[2]}")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(ids[0])
