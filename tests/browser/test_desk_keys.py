"""The desk by keyboard alone: decide fifty, undo three, two hundred at once, two people at once."""

import time
from urllib.parse import parse_qs

import pyotp
import pytest
from axe import findings
from playwright.sync_api import Page, expect
from reader import watch

from service.core.desk_queue import QueueFilter
from service.core.people import Role
from service.core.states import State
from service.usecases.sign_in import totp_place

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def people(live):
    """Ada, Bob and Tess decide; Tess signs in with codes. Her secret."""
    services = live.services
    ada, _, tess = (
        services.people.add(
            f"{name}@vestibule.example", name=name.title(), role=role, site_slug=None, password=PASSWORD
        )
        for name, role in (("ada", Role.ADMIN), ("bob", Role.MODERATOR), ("tess", Role.MODERATOR))
    )  # fmt: skip
    live.moderator = ada
    secret = pyotp.random_base32()
    with services.store.write() as tx:
        tx.set_totp(tess.id, services.vault.seal(secret, bound_to=totp_place(tess.id)))
    return secret


@pytest.fixture
def desk(browser, live, people):
    """Opens the desk for somebody, signed in by keyboard; at the end there must be no fault."""
    opened, faults = [], []

    def open_desk(name="ada", *, width=1_280) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        watch(page, faults)
        page.goto(f"{live.base_url}/desk/")
        page.locator("[name=email]").focus()
        page.keyboard.type(f"{name}@vestibule.example")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        if name == "tess":
            page.locator("[name=code]").focus()
            page.keyboard.type(pyotp.TOTP(people).now())
            page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Desk")).to_be_visible()
        ready(page)
        return page

    yield open_desk
    for context in opened:
        context.close()
    # Browsers note every 409; what the page makes of it is looked at below.
    assert [one for one in faults if "409 (CONFLICT)" not in one] == []


@pytest.fixture
def hold(live):
    """Puts comments into the queue."""

    def hold(number, words="A remark"):
        ids = [
            live.write("/a", f"{words}, number {one}", name=f"Reader {one}")
            for one in range(number)
        ]
        live.conclude(*ids, state=State.HELD)
        return ids

    yield hold
    # What a test leaves is out of the way of the next one.
    with live.services.store.read() as tx:
        left = tx.queue_keys(QueueFilter((live.site,)), after=None, limit=1_000).keys
    for key in left:
        live.remove(key.id)


def states(live, ids):
    with live.services.store.read() as tx:
        return [tx.comment_state(live.site.id, one) for one in ids]


def ready(page):
    """Keys do something from here on."""
    expect(page.locator("html[data-desk-ready]")).to_be_attached()


def current(page):
    """The comment that has the focus."""
    return page.locator(".card:focus")


def test_a_moderators_day_by_keyboard(live, desk, hold):
    """Fifty decisions in a row, three of them undone; the next one is there without waiting."""
    ids = hold(50)
    page = desk("tess")
    expect(page.locator(".card")).to_have_count(25)
    began, pressed = time.monotonic(), 0
    page.keyboard.press("j")
    for number, comment_id in enumerate(ids):
        if number == 25:
            # The first page is done; the next one comes by itself, and the work goes on there.
            expect(page.locator(f"#card-{ids[25]}")).to_be_visible()
        expect(current(page)).to_have_id(f"card-{comment_id}")
        for key in ("a", "s", "d", "r3")[number % 4]:
            page.keyboard.press(key)
            pressed += 1
        if 45 < number < 49:
            # Two that are on their way together may arrive in either order; these are undone below.
            expect(page.locator("#last-step")).to_contain_text(f"Reader {number}")
    expect(page.get_by_text("Nothing waits here.")).to_be_visible()
    ready(page)
    seconds = time.monotonic() - began
    print(f"\n50 decisions: {pressed / 50:.2f} keys and {seconds / 50:.2f} s each")
    wanted = [State.APPROVED, State.SPAM, State.DELETED, State.REJECTED] * 13
    assert states(live, ids) == wanted[:50]
    for number in (49, 48, 47):
        page.keyboard.press("u")
        expect(page.locator("#last-step")).to_contain_text(f"Reader {number - 1}")
    page.goto(f"{live.base_url}/desk/")
    expect(page.locator(".card")).to_have_count(3)
    assert states(live, ids)[47:] == [State.HELD] * 3
    assert states(live, ids)[:47] == wanted[:47]


def test_enter_in_a_note_decides_nothing_and_reply_opens_its_form(live, desk, hold):
    """The first of a form's buttons approves; a note is mostly written to take something away."""
    (held,) = hold(1)
    page = desk()
    page.keyboard.press("j")
    page.keyboard.press("r")
    note = page.locator(".card [name=note]")
    note.fill("Not here")
    note.press("Enter")
    page.get_by_role("button", name="Off topic").click()
    expect(page.get_by_text("Nothing waits here.")).to_be_visible()
    ready(page)
    assert states(live, [held]) == [State.REJECTED]
    with live.services.store.read() as tx:
        record = tx.decisions(live.site.id, held)
    assert [one.note for one in record if one.moderator_id] == ["Not here"]
    shown = live.write("/a", "A question", name="Quentin")
    live.conclude(shown, state=State.APPROVED)
    page.goto(f"{live.base_url}/desk/?state=approved&order=newest")
    page.locator(f"#card-{shown}").get_by_role("link", name="Reply").click()
    expect(page.get_by_label("Your reply")).to_be_visible()


def test_undo_brings_a_comment_back_onto_the_page(live, desk, hold):
    """It stands at the top with the focus, and can be decided about anew."""
    ids = hold(3)
    page = desk("bob")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator(".card")).to_have_count(2)
    page.keyboard.press("u")
    expect(current(page)).to_have_id(f"card-{ids[0]}")
    expect(page.locator(".card")).to_have_count(3)
    page.keyboard.press("a")
    expect(page.locator(".card")).to_have_count(2)
    assert states(live, ids) == [State.APPROVED, State.HELD, State.HELD]


def test_two_hundred_at_once(live, desk, hold):
    """All that match, counted first; then undone as one step; then a range of ticked ones."""
    ids = hold(200, "A flood of pears")
    page = desk("bob")
    page.get_by_label("All that match").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Spam…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mark 200 comments as spam")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Mark 200 comments as spam").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All done.")).to_be_visible()
    expect(page.get_by_text("200 done")).to_be_visible()
    assert findings(page) == []
    ready(page)
    assert set(states(live, ids)) == {State.SPAM}
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Take back")).to_be_visible()
    expect(page.get_by_text("All done.")).to_be_visible()
    assert set(states(live, ids)) == {State.HELD}

    page.goto(f"{live.base_url}/desk/")
    ready(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    for _ in range(4):
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-picked-count]")).to_have_text("5")
    expect(page.locator(".card[data-picked]")).to_have_count(5)
    page.get_by_role("button", name="Approve…").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Approve 5 comments").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("5 done")).to_be_visible()
    assert states(live, ids)[:6] == [State.APPROVED] * 5 + [State.HELD]


def test_two_moderators_at_once(live, desk, hold):
    """Each sees what the other looks at; who comes too late sees what was done, in its place."""
    ids = hold(2)
    ada, bob = desk("ada"), desk("bob")

    def claimed(answer):
        sent = parse_qs(answer.request.post_data or "")
        return answer.url.endswith("/desk/claims") and ids[0] in sent.get("at", [""])[0]

    # Who came first is known once Ada's browser has been answered.
    with ada.expect_response(claimed):
        ada.keyboard.press("j")
    expect(current(ada)).to_have_id(f"card-{ids[0]}")
    bob.keyboard.press("j")
    expect(bob.locator(f"#card-{ids[0]}")).to_contain_text("Ada is looking at this")
    bob.keyboard.press("s")
    expect(bob.locator(".card")).to_have_count(1)
    ada.keyboard.press("a")
    told = ada.locator(f"#card-{ids[0]} [role=alert]")
    expect(told).to_contain_text("Bob held → spam, just now; reason: Spam.")
    assert states(live, ids) == [State.SPAM, State.HELD]
    assert findings(ada) == []
    ada.keyboard.press("k")
    expect(current(ada)).to_have_id(f"card-{ids[0]}")
    ada.keyboard.press("a")
    expect(ada.locator(".card")).to_have_count(1)
    assert states(live, ids) == [State.APPROVED, State.HELD]


def test_keys_do_nothing_where_they_should_not(live, desk, hold):
    """Not in text, not with modifiers, not held down, not under the list of keys, not when off."""
    ids = hold(2)
    page = desk("bob")
    page.keyboard.press("j")
    for keys in ("Control+s", "Alt+a", "Meta+d"):
        page.keyboard.press(keys)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("asdrux?")
    assert page.locator("#q").input_value() == "asdrux?"
    page.locator("details.menu summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Off", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    ready(page)
    page.locator(".card").first.focus()
    page.keyboard.press("a")
    page.keyboard.press("j")
    expect(page.locator(".card")).to_have_count(2)
    assert states(live, ids) == [State.HELD] * 2


def test_without_scripts_everything_is_done_by_forms(browser, live, people, hold):
    """Decide with a reason, undo, and many at once, in a browser without JavaScript."""
    ids = hold(3)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live.base_url}/desk/")
    page.locator("[name=email]").fill("bob@vestibule.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    first = page.locator(f"#card-{ids[0]}")
    first.get_by_text("With a reason").click()
    first.get_by_role("button", name="Off topic").click()
    expect(page.locator("#last-step")).to_contain_text(
        "You rejected the comment by Reader 0 (Off topic)."
    )
    assert states(live, ids)[0] is State.REJECTED
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_have_count(3)
    for one in ids[:2]:
        page.locator(f"#card-{one} .pick input").check()
    page.get_by_role("button", name="Approve…").click()
    page.get_by_role("button", name="Approve 2 comments").click()
    expect(page.get_by_text("2 done")).to_be_visible()
    assert states(live, ids) == [State.APPROVED, State.APPROVED, State.HELD]
    context.close()
