"""The pages about webhooks and mails in a real browser: by keyboard, small and large, light and dark."""

import re
from contextlib import suppress

import pytest
from axe import findings
from live import Live
from playwright.sync_api import Page, expect

from service.core.errors import Conflict
from service.core.people import Role

pytestmark = pytest.mark.browser

TOO_WIDE = """
document.documentElement.scrollWidth <= 360 ? [] : [...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".scrolls") && one.getBoundingClientRect().right > 361)
  .map((one) => `${one.tagName} ${one.className} ${one.getBoundingClientRect().right}`)
"""
PASSWORD = "correct horse battery"


@pytest.fixture
def desk(live: Live, context) -> Page:
    """Somebody who manages all sites, signed in."""
    with suppress(Conflict):  # of the test before
        live.services.people.add(
            "mia@vestibule.example", name="Mia", role=Role.ADMIN, site_slug=None, password=PASSWORD
        )
    page = context.new_page()
    page.goto(f"{live.base_url}/desk/")
    page.locator("[name=email]").fill("mia@vestibule.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Webhooks").wait_for()
    return page


def looks_right(page: Page) -> None:
    """axe finds nothing in either theme, and at 360 pixels nothing stands out of the page."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert findings(page) == [], f"{page.url} {scheme}"
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(TOO_WIDE) == [], page.url
    page.set_viewport_size({"width": 1_000, "height": 800})


def test_a_webhook_is_added_tried_and_removed_by_keyboard(live: Live, desk: Page) -> None:
    """From the list to its log, which says what was wrong with an address inside."""
    faults: list[str] = []
    desk.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
    desk.get_by_role("link", name="Webhooks").press("Enter")
    desk.get_by_text("Add a webhook to The Gazette").press("Enter")
    looks_right(desk)
    field = desk.get_by_label("Address")
    field.type("http://127.0.0.1/hook")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("whsec_")
    looks_right(desk)
    desk.get_by_role("button", name="Send a test").press("Enter")
    row = desk.locator("tbody tr")
    expect(desk).to_have_url(re.compile("/webhooks/[0-9a-f-]+/[0-9a-f-]+$"))
    expect(row).to_contain_text("webhook.test")
    expect(row).to_contain_text("not on the public internet")
    expect(desk.locator("main")).to_contain_text("Failing: 1 in a row")
    looks_right(desk)
    desk.get_by_text("Remove it").press("Enter")
    desk.get_by_role("button", name="Remove this webhook").press("Enter")
    expect(desk.get_by_role("status")).to_have_text("The webhook is removed.")
    assert faults == []


def test_mails_are_switched_off_by_the_link_in_one(live: Live, desk: Page, browser) -> None:
    """Without a session and without JavaScript; the desk's own page shows it."""
    delivering = live.services.delivering
    desk.goto(f"{live.base_url}/desk/mails")
    box = desk.get_by_label("Tell me when comments wait")
    expect(box).to_be_checked()
    looks_right(desk)
    with live.services.store.read() as tx:
        (mia,) = [one for one in tx.people_at([live.site.id]) if one.moderator.name == "Mia"]
    path = delivering.digests.off_url(mia.moderator.id).partition("/desk")[2]
    stranger = browser.new_context(java_script_enabled=False).new_page()
    stranger.goto(f"{live.base_url}/desk{path}")
    assert delivering.mails.wants(mia.moderator.id)
    stranger.get_by_role("button", name="End these mails").press("Enter")
    expect(stranger.get_by_role("status")).to_contain_text("not be told by mail any more")
    stranger.context.close()
    desk.reload()
    expect(box).not_to_be_checked()
    desk.goto(f"{live.base_url}/desk{path}")
    looks_right(desk)
