"""The widget's form on the demo page: what it looks like, what it refuses, and what it never loses."""

import json

import pytest
from playwright.sync_api import Route, expect
from reader import Article

pytestmark = pytest.mark.browser

POSTS = "**/v1/sites/demo/comments"


def test_form_is_the_one_people_know(article: Article) -> None:
    """Heading, note, labels, asterisks and button are those of any WordPress article."""
    expect(article.page.get_by_role("heading", name="Leave a Reply")).to_be_visible()
    note = "Your email address will not be published. Required fields are marked *"
    expect(article.page.get_by_text(note)).to_be_visible()
    labels = article.widget.locator("form .vestibule-row label")
    expect(labels).to_have_text(["Comment *", "Name *", "Email *", "Website"])
    expect(article.submit_button).to_be_visible()
    autocomplete = [
        article.field(name).get_attribute("autocomplete")
        for name in ("author_name", "author_email", "author_url")
    ]
    assert autocomplete == ["name", "email", "url"]


def test_honeypot_is_out_of_everybodys_way(article: Article) -> None:
    """Neither eyes, nor the Tab key, nor a screen reader meet the field for programs."""
    trap = article.widget.locator("[name=subject]")
    box = trap.locator("xpath=ancestor::p").bounding_box()
    assert box is not None
    assert box["width"] <= 1
    assert trap.get_attribute("tabindex") == "-1"
    expect(article.widget.get_by_role("textbox")).to_have_count(4)


def test_missing_fields_are_named_at_the_field(article: Article) -> None:
    """Each missing field says so, is described by it, and the first one gets the focus."""
    article.field("author_name").fill("Iris")
    article.submit_button.click()
    content, email = article.field("content"), article.field("author_email")
    expect(content).to_be_focused()
    for one in (content, email):
        expect(one).to_have_attribute("aria-invalid", "true")
        expect(one).to_have_accessible_description("This field is required.")
    expect(article.field("author_name")).not_to_have_attribute("aria-invalid", "true")
    expect(article.status).to_have_text("Some fields need another look.")
    content.fill("Mended.")
    expect(content).not_to_have_attribute("aria-invalid", "true")


def test_server_has_the_last_word_on_fields(article: Article) -> None:
    """What only the server knows to be wrong, such as a reserved name, stands at its field too."""
    article.fill("I am not who I say I am.", name="Moderator")
    article.submit_button.click()
    name = article.field("author_name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    expect(article.field("content")).to_have_value("I am not who I say I am.")
    # The browser itself logs every answer of 400 and above.
    article.faults.clear()


def test_everything_wrong_is_said_at_once(article: Article) -> None:
    """An address that is none hides nothing: the server names it together with the other faults."""
    article.fill("Who am I?", name="root")
    article.field("author_email").fill("nobody")
    article.field("author_url").fill("nowhere")
    article.submit_button.click()
    for name in ("author_name", "author_email", "author_url"):
        expect(article.field(name)).to_have_attribute("aria-invalid", "true")
    expect(article.field("content")).not_to_have_attribute("aria-invalid", "true")
    # The browser itself logs every answer of 400 and above.
    article.faults.clear()


def test_length_counts_characters_not_their_halves(article: Article) -> None:
    """Ten thousand emoji fit into a comment of ten thousand characters, one more does not."""
    article.field("content").fill("😀" * 10_000)
    expect(article.widget).to_contain_text("0 characters left")
    article.field("content").fill("😀" * 10_001)
    article.submit_button.click()
    expect(article.field("content")).to_have_accessible_description(
        "1 character too many 1 character too many"
    )


def test_double_click_is_one_comment(article: Article) -> None:
    """A nervous second click posts nothing and complains of nothing."""
    posts: list[str] = []
    article.page.on("request", lambda one: posts.append(one.url) if one.method == "POST" else None)
    article.fill("Clicked twice, meant once.")
    article.read_a_while()
    article.submit_button.dblclick()
    expect(article.comment("Clicked twice")).to_have_count(1, timeout=5_000)
    assert len(posts) == 1
    expect(article.status).to_have_text("Your comment is published.")


def test_lost_answer_does_not_make_two_comments(article: Article) -> None:
    """When the answer is lost the text stays, and pressing the button again is the same request."""
    sent: list[tuple[str | None, str | None]] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        sent.append((route.request.header_value("Idempotency-Key"), route.request.post_data))
        if len(sent) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    article.page.route(POSTS, lose_the_first_answer)
    article.fill("Sent twice, stored once.")
    article.read_a_while()
    article.submit_button.click()
    expect(article.status).to_contain_text("Your text is kept")
    expect(article.field("content")).to_have_value("Sent twice, stored once.")
    article.faults.clear()
    article.submit_button.click()
    expect(article.status).to_have_text("Your comment is published.")
    assert sent[0] == sent[1]
    article.open()
    expect(article.comment("Sent twice")).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (429, "Too many comments in a short time. Your text is kept. Please wait 7 seconds"),
        (
            503,
            "Comments cannot be taken right now. Your text is kept. Please wait 7 seconds",
        ),
        (500, "Something went wrong on our side. Your text is kept: please send it again."),
    ],
)
def test_refusal_keeps_the_text_and_says_what_to_do(
    article: Article, status: int, says: str
) -> None:
    """A busy or broken server costs nobody their text."""
    problem = {"type": "about:blank", "title": "No", "status": status}
    article.page.route(
        POSTS,
        lambda route: route.fulfill(
            status=status,
            headers={"Retry-After": "7", "Content-Type": "application/problem+json"},
            body=json.dumps(problem),
        ),
    )
    article.fill("Worth keeping.")
    article.submit_button.click()
    expect(article.status).to_contain_text(says)
    expect(article.field("content")).to_have_value("Worth keeping.")
    article.faults.clear()


def test_draft_survives_a_reload_without_the_address(article: Article) -> None:
    """What was written is there after a reload; the e-mail address is nowhere in the storage."""
    article.fill("Half a thought", name="Iris")
    article.page.reload()
    expect(article.field("content")).to_have_value("Half a thought")
    expect(article.field("author_name")).to_have_value("Iris")
    stored = article.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    assert "example.org" not in stored
    assert article.page.evaluate("document.cookie") == ""


def test_comment_is_text_never_markup(article: Article) -> None:
    """Markup in a comment is shown as it was typed."""
    article.post("Is <img src=x onerror=alert(1)> a door?")
    expect(article.comment("Is <img src=x onerror=alert(1)> a door?")).to_be_visible(timeout=5_000)
    expect(article.widget.locator("img")).to_have_count(0)


def test_unreachable_comments_can_be_asked_for_again(article: Article) -> None:
    """When the thread cannot be loaded the widget says so and offers to try again."""
    article.page.route("**/v1/**", lambda route: route.abort())
    article.page.reload()
    again = article.page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    article.faults.clear()
    article.page.unroute("**/v1/**")
    again.click()
    expect(article.submit_button).to_be_visible()
