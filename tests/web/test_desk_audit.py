"""The page of what people did: all of it stands there, for those who may read it, and no formula."""

import csv
import io
import re
from html import unescape

import pytest
from desks import PASSWORD, Desk, form_of, get, post, sign_in, token_of

from service.core.audit import BY_OPERATOR, Entry, Event
from service.core.people import Role
from service.core.site import SiteSettings
from service.usecases.audit import erase_details


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def entries(page):
    """When is left out, the rest of each row as plain text."""
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split())[20:] for row in rows]


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_what_people_did_stands_there_the_newest_first(desk):
    """Decisions, settings, policies, pages, people, sign-ins and those that failed."""
    services = desk.services
    path = desk.comment("A remark.")
    sign_in(desk.browser(), "ada", "not her password")
    browser = desk.signed_in()
    post(browser, path, form_of(get(browser, path), action="spam"))
    services.change_site("news", settings=SiteSettings(hold_all=True))
    services.set_policy("news", "", note="Back to the packaged one")
    services.close_thread("news", "https://news.example/story", closed=True)
    services.rebuild_filter(desk.news.id)
    services.rebuild_filter.reset(desk.news.id)
    services.people.set_password("vera@vestibule.example", "another password")
    found = entries(get(browser, "/desk/audit"))
    for wanted in (
        r"Ada decided about a comment the comment change held → spam reason spam news",
        r"The command line changed the site's settings hold_all no → yes news",
        r"The command line set a policy .*note Back to the packaged one",
        r"The command line closed the comments of a page .*page https://news.example/story news",
        r"The command line rebuilt the filter comments 1",
        r"The command line reset the filter news",
        r"The command line set a password Vera The installation",
        r"The command line added somebody Bob .* role moderator blog",
        r"Ada signed in .*203.0.113.0/24 The installation",
        r"Somebody failed to sign in Ada .*203.0.113.0/24",
        r"The command line added the site .*https://blog.example blog",
    ):
        assert any(re.match(wanted, one, re.IGNORECASE) for one in found), (wanted, found)
    assert "reset the filter" in "".join(found[:2])
    assert desk.services.audit.verify(desk.news.id).fault is None
    assert desk.services.audit.verify(None).fault is None


def test_the_record_is_narrowed_down_and_leafed_through(desk):
    """By site, person, event and day; each page continues where the one before ended."""
    now = desk.services.clock()
    with desk.services.store.write() as tx:
        for number in range(120):
            details = {"number": number}
            tx.record(Entry(desk.blog.id, Event.LIST_CHANGED, BY_OPERATOR, now, details=details))
    browser = desk.signed_in()
    path, seen = "/desk/audit?site=blog&what=list.changed&who=operator", []
    while path:
        page = get(browser, path)
        seen += entries(page)
        older = re.search(r'href="([^"]*)"\s+rel="next"', page.text)
        path = older[1].replace("&amp;", "&") if older else None
    assert len(set(seen)) == len(seen) == 120
    today = f"{now:%Y-%m-%d}"
    for query, number in (
        ("site=news&what=list.changed", 0), ("what=site.added", 2), ("site=installation", 3),
        (f"since={today}&until={today}&what=site.added", 2), ("until=2020-01-01", 0),
        ("who=nobody", 0),
    ):  # fmt: skip
        assert len(entries(get(browser, f"/desk/audit?{query}"))) == number, query
    ada = re.search(r'<option value="([-0-9a-f]{36})"\s*>Ada', page.text)[1]
    assert {one.partition(" ")[0] for one in entries(get(browser, f"/desk/audit?who={ada}"))} == {
        "Ada"
    }


@pytest.mark.parametrize(
    "query",
    ["site=nope", "what=nope", "who=nope", "since=nope", "since=0001-01-01", "until=9999-12-31",
     "after=1.2.3", "after=-1.00000000-0000-0000-0000-000000000000.1", "after=9" * 40,
     "after=1.00000000-0000-0000-0000-000000000000.99999999999999"],
)  # fmt: skip
def test_odd_questions_find_nothing(desk, query):
    """What the form does not offer is 404."""
    assert get(desk.signed_in(), f"/desk/audit?{query}").status_code == 404


def test_the_admin_of_a_site_reads_of_that_site_alone(desk):
    """Neither the installation's record nor another site's is there, nor in the table."""
    desk.services.people.add(
        "cleo@vestibule.example", name="Cleo", role=Role.ADMIN, site_slug="blog", password=PASSWORD
    )
    browser = desk.signed_in("cleo")
    found = entries(get(browser, "/desk/audit"))
    assert found
    assert all(re.search(r" blog \d+$", one) for one in found)
    assert get(browser, "/desk/audit?site=news").status_code == 404
    assert get(browser, "/desk/audit?site=installation").status_code == 404
    data = {"csrf": token_of(browser)}
    assert {one["site"] for one in table(post(browser, "/desk/audit/export", data))} == {"blog"}
    assert post(browser, "/desk/audit/export", data | {"site": "news"}).status_code == 404


def test_the_table_is_safe_to_open_and_its_export_is_recorded(desk):
    """No cell begins as a formula does, whatever stood there; erased details are named so."""
    services = desk.services
    with services.store.write() as tx:
        for about in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\u00a0=1", "fine"):
            tx.record(Entry(desk.news.id, Event.LIST_CHANGED, BY_OPERATOR, services.clock(), about))
    with services.store.write() as tx:
        numbers = tx.audit_numbers(desk.news.id, "fine")
        erase_details(tx, desk.news.id, numbers, by=BY_OPERATOR, at=services.clock())
    browser = desk.signed_in()
    data = {"csrf": token_of(browser), "site": "news", "what": "list.changed"}
    answer = post(browser, "/desk/audit/export", data)
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = table(answer)
    assert len(rows) == 8
    assert all(
        not (cell.strip(" \u00a0") or "x").startswith(("=", "+", "-", "@", "\t"))
        for row in rows
        for cell in row.values()
    )
    assert [one["details"] for one in rows if one["about"] == "fine"] == ["(erased)"]
    page = get(browser, "/desk/audit?site=news")
    assert "exported the record" in entries(page)[0]
    assert "erased by right" in page.text


def test_markup_in_the_record_stays_text(desk):
    """Details come from visitors, too."""
    details = {"<b>name</b>": "<script>alert(1)</script>\u202e"}
    with desk.services.store.write() as tx:
        now = desk.services.clock()
        tx.record(Entry(desk.news.id, Event.LIST_CHANGED, BY_OPERATOR, now, "<i>", details))
    text = get(desk.signed_in(), "/desk/audit").text
    assert "<script>alert" not in text
    assert "<i>" not in text
    assert "U+202E" in text
