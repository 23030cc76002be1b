"""Flags at the desk: on the card with their words, dismissed by those who may decide."""

import re

import pytest
from desks import Desk, get, post, token_of

from service.core.flags import FlagKind, FlagState, ReportReason
from service.core.states import State


@pytest.fixture
def desk(services):
    return Desk(services)


def report(desk, path, text="It lies.", ip="203.0.113.5", site=None):
    comment_id = path.rpartition("/")[2]
    desk.services.flags.report(site or desk.news, comment_id, ReportReason.INSULT, text, ip=ip)


def states(desk, path):
    *_, site_id, comment_id = path.split("/")
    with desk.services.store.read() as tx:
        return [one.state for one in tx.flags_of(site_id, comment_id)]


def last_of(page):
    return re.search(r'name="up_to" value="(.*?)"', page.text)[1]


def test_a_card_shows_what_was_reported_with_visitors_text_escaped(desk):
    """In the queue and in the comment's record, with a button for those who may decide."""
    path = desk.comment(state=State.APPROVED)
    report(desk, path, "<b>bold</b> lies")
    report(desk, path, "again", ip="198.51.100.9")
    for where in ("/desk/?state=approved", path):
        page = get(desk.signed_in(), where)
        assert "2 reports" in page.text
        assert "&lt;b&gt;bold&lt;/b&gt; lies" in page.text
        assert "Dismiss these reports" in page.text
        assert "Dismiss these" not in get(desk.signed_in("vera"), where).text


def test_dismissing_settles_what_was_seen_and_leaves_what_came_since(desk):
    """The comment stays as it is; the record shows the settled ones."""
    path = desk.comment(state=State.APPROVED)
    report(desk, path)
    browser = desk.signed_in()
    page = get(browser, path)
    report(desk, path, ip="198.51.100.9")
    form = {"csrf": token_of(browser), "kind": "report", "up_to": last_of(page)}
    answer = post(browser, f"{path}/flags", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert states(desk, path) == [FlagState.DISMISSED, FlagState.OPEN]
    assert desk.state(path) is State.APPROVED
    assert "dismissed" in get(browser, path).text


def test_an_appeal_is_shown_and_turned_down(desk):
    """It says what the author wrote."""
    path = desk.comment(state=State.REJECTED)
    comment_id = path.rpartition("/")[2]
    desk.services.flags.appeal(desk.news, comment_id, "I only asked.", ip="198.51.100.23")
    browser = desk.signed_in()
    page = get(browser, path)
    assert "Appeal of the author" in page.text
    assert "I only asked." in page.text
    form = {"csrf": token_of(browser), "kind": "appeal", "up_to": last_of(page)}
    assert post(browser, f"{path}/flags", form).status_code == 303
    assert states(desk, path) == [FlagState.DISMISSED]


def test_strangers_viewers_and_broken_forms_settle_nothing(desk):
    """Another site's moderator gets 404, a viewer 403, and a form that says nothing 400."""
    path = desk.comment(state=State.APPROVED)
    report(desk, path)
    last = last_of(get(desk.signed_in(), path))
    form = {"kind": "report", "up_to": last}
    for name, expected in (("bob", 404), ("vera", 403)):
        browser = desk.signed_in(name)
        answer = post(browser, f"{path}/flags", form | {"csrf": token_of(browser)})
        assert answer.status_code == expected
    browser = desk.signed_in()
    token = token_of(browser)
    for broken, expected in (
        ({"kind": "report"}, 400),
        ({"kind": "other", "up_to": last}, 400),
        ({"kind": "report", "up_to": "x"}, 404),
    ):
        assert post(browser, f"{path}/flags", broken | {"csrf": token}).status_code == expected
    assert states(desk, path) == [FlagState.OPEN]


def test_a_report_for_another_site_settles_there_only(desk):
    """Ids of one site under another's address lead nowhere."""
    path = desk.comment(state=State.APPROVED)
    report(desk, path)
    browser = desk.signed_in()
    last = last_of(get(browser, path))
    elsewhere = path.replace(desk.news.id, desk.blog.id)
    form = {"csrf": token_of(browser), "kind": FlagKind.REPORT.value, "up_to": last}
    assert post(browser, f"{elsewhere}/flags", form).status_code == 404
    assert states(desk, path) == [FlagState.OPEN]
