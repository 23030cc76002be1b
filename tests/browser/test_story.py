"""The service's whole story in a browser: a comment is written, checked, decided on, and shown."""

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from reader import Article, watch

pytestmark = pytest.mark.browser

LINKS = " ".join(f"https://example.org/door-{number}" for number in range(5))


def sign_in(page: Page, installation) -> None:
    page.goto(f"{installation.base_url}/desk/")
    page.locator("[name=email]").fill(installation.admin_email)
    page.locator("[name=password]").fill(installation.admin_password)
    page.locator("[name=password]").press("Enter")
    page.locator("[name=password]").wait_for(state="detached")


def card(page: Page, text: str) -> Locator:
    return page.locator("article.card", has_text=text)


def test_friendly_comment_appears_by_itself(article: Article) -> None:
    """A friendly comment awaits checks, and within two seconds stands under the article."""
    article.post("Ours has a bench, and somebody always sits on it.")
    expect(article.widget).to_contain_text("Your comment awaits checks.", timeout=1_000)
    expect(article.comment("somebody always sits on it")).to_be_visible(timeout=2_000)
    expect(article.status).to_have_text("Your comment is published.")


def test_everybody_sees_it(article: Article, context: BrowserContext) -> None:
    """An approved comment is there for the next reader."""
    article.post("The umbrella stand is the best part of it.")
    expect(article.comment("umbrella stand")).to_be_visible(timeout=5_000)
    other = Article(context.new_page(), article.base_url)
    other.open()
    expect(other.comment("umbrella stand")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"All of these have one: {LINKS}", "It has many links."),
        (
            "We keep the marmalade in ours.",
            "It has a word that this site wants a person to look at.",
        ),
    ],
    ids=["five links", "held word"],
)
def test_suspicious_comment_waits_for_a_moderator(
    article: Article, context: BrowserContext, installation, text: str, reason: str
) -> None:
    """A held comment is shown to nobody until a moderator, who sees the reasons, approves it."""
    article.post(text)
    expect(article.status).to_have_text("A moderator will look at it.")
    article.open()
    expect(article.comment(text)).to_have_count(0)

    desk = context.new_page()
    watch(desk, article.faults)
    sign_in(desk, installation)
    waiting = card(desk, text)
    expect(waiting).to_contain_text(reason)
    waiting.get_by_role("button", name="Approve").click()
    expect(card(desk, text)).to_have_count(0)

    article.open()
    expect(article.comment(text)).to_be_visible()


def test_reply_stands_under_its_comment(article: Article) -> None:
    """A reply is written under the comment that it answers, and appears there."""
    article.post("Does a porch count as a vestibule?")
    parent = article.page.locator("li.vestibule-item", has_text="Does a porch count")
    expect(parent).to_be_visible(timeout=5_000)
    parent.get_by_role("button", name="Reply to").first.click()
    expect(parent.get_by_role("heading", name="Reply to")).to_be_visible()
    expect(article.field("content")).to_be_focused()
    article.fill("Only if it has a second door.")
    article.submit_button.click()
    reply = parent.locator("ol.vestibule-replies article", has_text="second door")
    expect(reply).to_be_visible(timeout=5_000)
    expect(article.page.get_by_role("heading", name="Leave a Reply")).to_be_visible()


def test_without_scripts_the_form_posts_itself(browser, article: Article, installation) -> None:
    """With JavaScript off the comments are there, and a plain form leads back to the article."""
    article.post("Read by everybody, with scripts or without.")
    expect(article.comment("with scripts or without")).to_be_visible(timeout=5_000)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{installation.base_url}/demo/")
    expect(page.get_by_text("with scripts or without")).to_be_visible()
    page.get_by_label("Comment *").fill("Written in a browser without scripts.")
    page.get_by_label("Name *").fill("Plain Reader")
    page.get_by_label("Email *").fill("plain@example.org")
    with page.expect_response(lambda one: one.request.method == "POST") as posted:
        page.get_by_role("button", name="Post Comment").click()
    assert posted.value.status == 303
    page.wait_for_url(f"{installation.base_url}/demo/#vestibule-pending")
    expect(page.get_by_text("Your comment awaits checks.")).to_be_visible()
    context.close()


def test_the_widget_takes_over_while_somebody_writes(article: Article) -> None:
    """What is being written into the server's form goes on in the widget's, under the same caret."""
    page = article.page
    # The script comes late, as on a slow line.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/embed.js", hold)
    with page.expect_request("**/embed.js"):
        page.goto(f"{article.base_url}/demo/", wait_until="commit")
    content = page.locator("[name=content]")
    content.click()
    page.keyboard.type("Begun before the ")
    assert page.locator("form.vestibule-form[method]").count() == 1
    held[0].continue_()
    page.locator("form.vestibule-form[novalidate]").wait_for()
    expect(content).to_be_focused()
    page.keyboard.type("script came.")
    expect(content).to_have_value("Begun before the script came.")
    expect(page.locator("form.vestibule-form")).to_have_count(1)
