"""The widget's whole story on a site of another origin, by keyboard and by roles, under its policy."""

import re

import pytest
from axe import findings
from live import Live
from playwright.sync_api import Locator, Page, expect

from service.core.states import State

pytestmark = pytest.mark.browser


def form(page: Page) -> Locator:
    return page.locator("form.vestibule-form")


def own_ids(page: Page) -> list[str]:
    """The comments that were written in this browser, oldest first."""
    return page.evaluate(
        "JSON.parse(localStorage['vestibule:own:gazette'] ?? '[]').map((one) => one.id)"
    )


def tab_to(page: Page, role: str, name: str, within: str = "body") -> None:
    """Press Tab until the focus is on the first element with this role and name."""
    wanted = page.locator(within).get_by_role(role, name=name).first
    expect(wanted).to_be_attached()
    for _ in range(60):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no {role} {name!r} by the Tab key")


@pytest.mark.parametrize("width", [320, 1_440])
def test_story_by_keyboard(live: Live, open_page, width: int) -> None:
    """Write, wait, be published, answer, edit, report, delete: without a mouse, at any width."""
    path = f"/story-{width}"
    (first,) = live.publish(path, "The first of all comments.", name="Brendan")
    page = open_page(live.page(path, before="<p>Once upon a time.</p>"), width=width)
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()
    expect(page.get_by_role("article", name="Brendan")).to_contain_text("The first of all")

    # What is missing is named, and the focus is on it.
    tab_to(page, "textbox", "Comment *")
    tab_to(page, "button", "Post Comment")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Comment *")).to_be_focused()
    page.keyboard.type("A fine story, https://example.org/fine, says")
    tab_to(page, "textbox", "Name *")
    page.keyboard.type("Ada")
    tab_to(page, "textbox", "Email")
    page.keyboard.type("ada@example.org")
    tab_to(page, "checkbox", "Save my name")
    page.keyboard.press("Space")
    tab_to(page, "button", "Preview")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Preview").get_by_role("link")).to_have_text(
        "https://example.org/fine"
    )
    assert findings(page) == []
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    # It waits, for its author only, also after a reload.
    mine = page.get_by_role("article", name="Ada")
    expect(mine).to_contain_text("Your comment awaits checks.")
    expect(form(page).get_by_role("status")).to_have_text("Your comment awaits checks.")
    (my_id,) = own_ids(page)
    page.reload()
    expect(mine).to_contain_text("Your comment awaits checks.")
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment *")).to_have_value("")
    expect(page.get_by_role("textbox", name="Email")).to_have_value("ada@example.org")
    assert "Ada" not in live.as_others_see(path)
    # And when they come back by a link that has got a tracking parameter on its way.
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}fbclid=x")
    expect(mine).to_contain_text("Your comment awaits checks.")

    # Then everybody sees it.
    live.conclude(my_id)
    expect(form(page).get_by_role("status")).to_have_text("Your comment is published.")
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    expect(mine.get_by_role("link", name="https://example.org/fine")).to_be_visible()

    # An edit shows once it is approved; until then the earlier text stays.
    tab_to(page, "button", "Edit")
    page.keyboard.press("Enter")
    text = page.get_by_role("textbox", name="Edit your comment")
    expect(text).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("A better story.")
    tab_to(page, "button", "Save")
    page.keyboard.press("Enter")
    expect(mine).to_contain_text("Your change awaits checks.")
    expect(mine).to_contain_text("A fine story")
    live.conclude(my_id, revision=2)
    expect(mine).not_to_contain_text("awaits checks")
    expect(mine).to_contain_text("A better story.")
    expect(page.get_by_text("Your change awaits checks.")).to_have_count(0)
    expect(mine.get_by_role("button", name="Edit")).to_be_focused()

    # A reply is written under its comment, whose author did not write it here.
    tab_to(page, "button", "Reply to Brendan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Reply to Brendan")).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment *")).to_be_focused()
    page.keyboard.type("And so it is.")
    assert findings(page) == []
    tab_to(page, "button", "Post Comment")
    page.keyboard.press("Enter")
    below = page.locator(f"#vestibule-{first} ol").get_by_role("article", name="Ada")
    expect(below).to_contain_text("Your comment awaits checks.")
    expect(page.get_by_role("heading", name="Leave a Reply")).to_be_visible()
    live.conclude(own_ids(page)[-1], state=State.REJECTED)
    # With the reason, in plain words.
    expect(below).to_contain_text(re.compile(r"Your comment was not published\. \w+"))
    expect(below.get_by_role("link", name="What was decided, and why")).to_be_visible()

    # Who disagrees says why, once.
    tab_to(page, "button", "Contest this decision")
    page.keyboard.press("Enter")
    expect(page.locator("textarea:focus")).to_be_visible()
    page.keyboard.type("It is a harmless remark.")
    tab_to(page, "button", "Send")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your objection has been sent.")).to_be_focused()
    expect(page.get_by_role("button", name="Contest this decision")).to_have_count(0)

    # A report has a reason.
    tab_to(page, "button", "Report the comment by Brendan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="What is wrong with it?")).to_be_focused()
    page.keyboard.press("ArrowDown")
    tab_to(page, "textbox", "Anything to add")
    page.keyboard.type("He is wrong.")
    assert findings(page) == []
    tab_to(page, "button", "Send")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Thank you. A moderator will look at it.")).to_be_focused()
    assert live.flags(first) == [("report", "insult", "He is wrong.")]
    assert live.flags(own_ids(page)[-1]) == [("appeal", None, "It is a harmless remark.")]

    # Escape leads back to where one was; and what is deleted is gone.
    tab_to(page, "button", "Delete")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Delete your comment?")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Delete your comment?")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_text("Delete your comment?").wait_for()
    tab_to(page, "button", "Delete", within=".vestibule-panel")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your comment is deleted.").first).to_be_visible()
    expect(page.get_by_role("article", name="Ada")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []
