"""The desk's lists: adding, trying first, ending, and lists as text."""

import re

import pytest
from desks import ADDRESS, Desk, get, post, token_of

from service.core.audit import AuditQuestion
from service.core.lists import ALL_SITES, EntryKind
from service.core.states import State


@pytest.fixture
def desk(services):
    return Desk(services)


def address(site, *more):
    return "/".join(["/desk/lists", getattr(site, "id", site), *more])


def given(browser, **fields):
    typed = {"csrf": token_of(browser), "kind": "word", "effect": "hold", "value": "casino"}
    return typed | fields


def entries(desk, site_id):
    with desk.services.store.read() as tx:
        return tx.entries_in_force(site_id, now=desk.services.clock())


def test_an_entry_is_added_shown_ended_and_put_in_force_again(desk):
    """By whoever has the right at the site; the page says when, by whom, and how often it was met."""
    browser = desk.signed_in("bob")
    answer = post(
        browser, address(desk.blog), given(browser, note="Spam again", expires="2999-1-1")
    )
    assert "2999-12-24" in answer.text or answer.status_code == 422
    answer = post(
        browser, address(desk.blog), given(browser, note="Spam <b>", expires="2999-12-24")
    )
    assert answer.status_code == 303
    shown = get(browser, answer.headers["Location"]).text
    for text in ("casino", "Spam &lt;b&gt;", "2999-12-24", "Bob"):
        assert text in shown
    [entry] = entries(desk, desk.blog.id)
    path = address(desk.blog, entry.id)
    for action, done in (("end", "It has ended"), ("restore", "in force again")):
        answer = post(browser, path, {"csrf": token_of(browser), "action": action})
        assert done in get(browser, answer.headers["Location"]).text
        assert bool(entries(desk, desk.blog.id)) is (action == "restore")
    changed = {"csrf": token_of(browser), "action": "change", "note": "Why", "expires": ""}
    assert post(browser, path, changed).status_code == 303
    [entry] = entries(desk, desk.blog.id)
    assert (entry.note, entry.expires_at) == ("Why", None)
    assert post(browser, path, changed | {"action": "x"}).status_code == 400
    assert (
        "There is such an entry already"
        in get(browser, post(browser, address(desk.blog), given(browser)).headers["Location"]).text
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"value": ""}, "Say what the entry is about."),
        ({"kind": "name", "effect": "allow"}, "Choose what it is about"),
        ({"kind": "x"}, "Choose what it is about"),
        ({"kind": "network", "value": "<script>"}, "Write a network as"),
        ({"expires": "tomorrow"}, "Write a day as"),
        ({"expires": "2000-01-01"}, "The day is over already."),
        ({"note": "x" * 501}, "A note has at most"),
    ],
)
def test_what_cannot_be_an_entry_comes_back_with_the_reason(desk, fields, problem):
    """The form keeps what was typed, escaped; trying it says the same."""
    browser = desk.signed_in()
    for path in (address(desk.news), address(desk.news, "trial")):
        answer = post(browser, path, given(browser, **fields))
        assert answer.status_code == 422
        assert problem in answer.text
        assert "<script>" not in answer.text.partition("<main")[2]
    assert entries(desk, desk.news.id) == []


def test_lists_of_other_sites_are_not_there(desk):
    """Bob works on the blog: the news' lists and those for all sites do not exist for him."""
    ada, bob = desk.signed_in("ada"), desk.signed_in("bob")
    for site in (desk.news, ALL_SITES):
        assert post(ada, address(site), given(ada)).status_code == 303
        [entry] = entries(desk, getattr(site, "id", site))
        paths = (address(site, entry.id), address(site, "import"))
        assert [get(ada, path).status_code for path in paths] == [200, 200]
        assert [get(bob, path).status_code for path in paths] == [404, 404]
        for path in (address(site), address(site, "trial"), address(site, "export"), *paths):
            assert post(bob, path, given(bob, action="end")).status_code == 404
        # Not by way of a site of his own either.
        assert get(bob, address(desk.blog, entry.id)).status_code == 404
        assert post(bob, address(desk.blog, entry.id), given(bob, action="end")).status_code == 404
    assert get(bob, "/desk/lists?site=news").status_code == 404
    assert get(bob, "/desk/lists?site=all").status_code == 404
    assert "All sites" in get(ada, "/desk/lists").text
    assert len(entries(desk, ALL_SITES)) == 1


def test_an_entry_is_tried_before_it_is_saved(desk):
    """It says how many, in which states, and shows some; nothing is saved by that."""
    desk.comment("The Casino is open", state=State.APPROVED)
    desk.comment("c4sino!", state=State.HELD)
    desk.comment("<i>casino</i>", name="Eve", state=State.SPAM)
    desk.comment("Nothing of the kind", state=State.APPROVED)
    desk.comment("Their casino", site=desk.blog)
    browser = desk.signed_in()
    answer = post(browser, address(desk.news, "trial"), given(browser))
    assert "3 of 4 comments" in " ".join(answer.text.split())
    assert "All comments from the last 30 days were looked at." in answer.text
    assert "&lt;i&gt;casino" in answer.text
    assert "Their casino" not in answer.text
    assert entries(desk, desk.news.id) == []
    everywhere = post(browser, address(ALL_SITES, "trial"), given(browser)).text
    assert "4 of 5 comments" in " ".join(everywhere.split())
    saved = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="(.*?)"', answer.text))
    assert post(browser, address(desk.news), saved).status_code == 303
    assert [one.value for one in entries(desk, desk.news.id)] == ["casino"]


@pytest.mark.parametrize(
    ("kind", "value"), [("address", ADDRESS.upper()), ("network", "198.51.100.0/24")]
)
def test_senders_can_be_tried_as_well(desk, kind, value):
    """An address is found by its index, and stands nowhere on the page in full but in the form."""
    desk.comment("One")
    browser = desk.signed_in()
    answer = post(browser, address(desk.news, "trial"), given(browser, kind=kind, value=value))
    assert "1 of 1 comments" in " ".join(answer.text.split())
    other = given(browser, kind=kind, value="x@y.example" if kind == "address" else "192.0.2.0/24")
    assert "0 of 1 comments" in " ".join(
        post(browser, address(desk.news, "trial"), other).text.split()
    )


def test_a_trial_goes_on_from_its_mark_and_takes_no_nonsense(desk, monkeypatch):
    """Step by step, with all that was counted before; a mark of somebody's making shows nothing."""
    monkeypatch.setattr("service.usecases.listing.trial.PAGE_SIZE", 2)
    monkeypatch.setattr("service.usecases.listing.trial.STEP_SECONDS", 0)
    for number in range(3):
        desk.comment(f"casino {number}")
    hidden = desk.comment("A secret of the blog", site=desk.blog)
    browser = desk.signed_in()
    fields, seen = given(browser), []
    for _ in range(4):
        page = post(browser, address(desk.news, "trial"), fields).text
        seen.append(" ".join(page.split()))
        mark = re.search(r'name="mark"\s+value="(.*?)"', page)
        if mark is None:
            break
        fields["mark"] = mark[1].replace("&#34;", '"')
    assert "3 of 3 comments" in seen[-1]
    *_, site_id, comment_id = hidden.split("/")
    for mark in ("[", "[1]", "null", '[0, null, 0, {"held": -1}, [], false]', "[" * 3000):
        assert (
            post(browser, address(desk.news, "trial"), fields | {"mark": mark}).status_code == 200
        )
    forged = f'[0, null, 0, {{}}, [["{site_id}", "{comment_id}"]], false]'
    page = post(browser, address(desk.news, "trial"), fields | {"mark": forged})
    assert "secret" not in page.text


def test_a_list_goes_out_as_text_and_comes_back(desk):
    """With days and notes; all lines or none, and faults are named by their lines."""
    browser = desk.signed_in()
    lines = "free money\r\n# for people\r\n#hashtag\r\n\r\ncasino\t2999-12-24\tuntil then\r\n"
    fields = given(browser, lines=lines, effect="block")
    answer = post(browser, address(desk.news, "import"), fields)
    assert answer.status_code == 303
    assert "3 entries were added" in get(browser, answer.headers["Location"]).text
    text = post(browser, address(desk.news, "export"), fields)
    assert text.mimetype == "text/plain"
    assert text.text == "free money\n#hashtag\ncasino\t2999-12-24\tuntil then\n"
    bad = post(browser, address(desk.blog, "import"), fields | {"lines": "ok\nx\t1\n" + "y" * 201})
    assert bad.status_code == 422
    assert "Line 2" in bad.text
    late = post(browser, address(desk.blog, "import"), fields | {"lines": "ok\n" + "y" * 201})
    assert "Line 2: At most 200 characters" in late.text
    assert entries(desk, desk.blog.id) == []
    huge = post(browser, address(desk.blog, "import"), fields | {"lines": "y" * 600_000})
    assert huge.status_code == 413


def test_no_address_is_shown_or_recorded(desk):
    """On pages, in the export and in the record it is masked."""
    browser = desk.signed_in()
    fields = given(browser, kind=EntryKind.ADDRESS, effect="block", value=ADDRESS)
    answer = post(browser, address(desk.news), fields)
    page = get(browser, answer.headers["Location"]).text
    assert "j•••@e•••.org" in page
    exported = post(browser, address(desk.news, "export"), fields).text
    with desk.services.store.read() as tx:
        record = str(tx.audit_page(AuditQuestion([desk.news.id]), after=None, limit=50))
    for text in (page, exported, record):
        assert ADDRESS not in text
    assert "added" in record


def test_many_entries_are_paged_and_narrowed(desk):
    """Fifty a page, the newest first; what is looked for is taken as it is."""
    browser = desk.signed_in()
    lines = "\n".join(f"word{number}" for number in range(60))
    post(browser, address(desk.news, "import"), given(browser, lines=lines))
    first = get(browser, "/desk/lists?site=news").text
    assert first.count('class="effect') == 50
    older = re.search(r'href="(/desk/lists\?after=[^"]*)"', first)[1].replace("&amp;", "&")
    assert get(browser, older).text.count('class="effect') == 10
    assert get(browser, "/desk/lists?site=news&text=WORD59").text.count('class="effect') == 1
    for query in ("text=%25", "kind=name", "effect=block", "ended=1"):
        assert "There is no such entry" in get(browser, f"/desk/lists?site=news&{query}").text
    assert get(browser, "/desk/lists?after=x").status_code == 404
