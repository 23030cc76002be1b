"""Comments without JavaScript, as the server renders them, and the widget that takes them over."""

import urllib.parse
import urllib.request

import pytest
from axe import findings
from live import Live
from playwright.sync_api import expect

from service.core.states import State

pytestmark = pytest.mark.browser


def fragment(live: Live, path: str) -> str:
    """What a site's server includes into its page. The test's server has another port than it says."""
    query = urllib.parse.urlencode({"thread": live.pages_url + path, "title": "News", "limit": 2})
    with urllib.request.urlopen(
        f"{live.base_url}/v1/sites/gazette/comments.html?{query}"
    ) as answer:
        text: str = answer.read().decode()
    return text.replace(live.services.settings.public_url, live.base_url)


def test_story_without_scripts(live: Live, open_page) -> None:
    """Read, turn the page, write, answer, report, and learn what became of it: by forms alone."""
    path = "/plain"
    live.publish(path, "The first.", "The second.", "The third.", name="Ada")
    address = live.page(path, inside=fragment(live, path))
    page = open_page(address, java_script_enabled=False)
    expect(page.get_by_role("heading", name="3 comments")).to_be_visible()
    expect(page.get_by_role("article", name="Ada").first).to_contain_text("The first.")
    expect(page.get_by_text("Your comment awaits checks.")).to_be_hidden()

    page.get_by_role("link", name="Load more comments").click()
    expect(page.get_by_role("article")).to_contain_text("The third.")
    page.get_by_role("link", name="Back to the page").click()
    expect(page).to_have_url(address)

    page.get_by_label("Comment *").fill("Written <b>without</b> scripts.")
    page.get_by_label("Name *").fill("Brendan")
    page.get_by_role("button", name="Post Comment").click()
    expect(page).to_have_url(f"{address}#vestibule-pending")
    expect(page.get_by_text("Your comment awaits checks.")).to_be_visible()

    page.get_by_role("link", name="Reply").first.click()
    page.get_by_label("Comment *").fill("An answer.")
    page.get_by_label("Name *").fill("Grace")
    page.get_by_role("button", name="Post Comment").click()
    expect(page).to_have_url(f"{address}#vestibule-pending")
    with live.services.store.read() as tx:
        waiting = tx.stranded(before=live.services.clock(), now=live.services.clock(), limit=10)
    live.conclude(*(one.comment_id for one in waiting))
    assert "An answer." in live.as_others_see(path)

    page.get_by_role("link", name="Report").first.click()
    page.get_by_label("What is wrong with it?").select_option("off_topic")
    page.get_by_label("Anything to add").fill("Look at it.")
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(f"{address}#vestibule-reported")
    expect(page.get_by_text("Thank you.")).to_be_visible()


def test_the_widget_takes_over_what_the_server_rendered(live: Live, open_page) -> None:
    """What stood there as links are buttons now; nothing stands twice, and nothing is amiss."""
    path = "/taken-over"
    live.publish(path, "The first.", "The second.", name="Ada")
    inside = fragment(live, path)
    page = open_page(live.page(path, inside=inside))
    expect(page.get_by_role("button", name="Reply").first).to_be_visible()
    expect(page.locator(".vestibule-comment")).to_have_count(2)
    expect(page.get_by_role("link", name="Reply")).to_have_count(0)
    assert findings(page) == []


def test_the_widget_says_that_comments_are_switched_off(live: Live, open_page) -> None:
    """Instead of a number there is a sentence, and no form."""
    path = "/off"
    live.publish(path, "The first.")
    live.services.switch_thread("gazette", live.pages_url + path, off=True)
    page = open_page(live.page(path))
    expect(page.get_by_role("heading", name="Comments are switched off.")).to_be_visible()
    expect(page.locator("vestibule-comments[state=ready] .vestibule-place")).to_be_attached()
    expect(page.get_by_text("Comments are closed.")).to_have_count(0)
    expect(page.locator("form, article")).to_have_count(0)
    assert findings(page) == []


def test_pages_of_our_own_are_accessible(live: Live, open_page) -> None:
    """The whole page of a thread and the status page, in light and dark, at the width of a phone."""
    path = "/own-pages"
    ids = live.publish(path, "The first.", name="Ada")
    rejected = live.write(path, "Refused.")
    live.conclude(rejected, state=State.REJECTED)
    query = urllib.parse.urlencode(
        {"thread": live.pages_url + path, "whole": "1", "title": "News", "report": ids[0]}
    )
    comments = f"{live.base_url}/v1/sites/gazette/comments"
    token = live.services.signer.comment_token("status", live.site.id, rejected)
    for scheme in ("light", "dark"):
        for address in (
            f"{comments}.html?{query}",
            f"{comments}.html?{query}&lang=ar",
            f"{comments}/{rejected}/status?token={token}",
        ):
            page = open_page(address, width=320, color_scheme=scheme)
            assert findings(page) == [], address
            wide = "document.documentElement.scrollWidth"
            assert page.evaluate(wide) <= 320, address
