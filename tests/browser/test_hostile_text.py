"""Hostile texts in a page without any policy: posted, approved, rendered, and nothing of them runs."""

from collections.abc import Iterator

import pytest
from live import Live
from playwright.sync_api import Page, expect

from service.core.form import NAME_MAX_CHARS
from service.core.states import State
from service.web.rendering import safe_author_url

pytestmark = pytest.mark.browser

IN_ONE_COMMENT = 60

# What a payload calls when it runs, and what the widget must never do with it.
TRAPS = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  window[name] = (...given) => { ran.push([name, ...given.map(String)]) };
}
for (const [owner, name] of [[Element.prototype, "innerHTML"], [Element.prototype, "outerHTML"]]) {
  Object.defineProperty(owner, name, { set(text) { ran.push([name, text]) } });
}
"""
ELEMENTS = {
    *(
        "section",
        "div",
        "h2",
        "h3",
        "h4",
        "label",
        "select",
        "option",
        "button",
        "ol",
        "li",
        "p",
        "a",
    ),
    *("article", "header", "footer", "svg", "path", "bdi", "time", "span", "br", "form", "input"),
    "textarea",
}


def vectors(shared) -> Iterator[str]:
    """Every line of the collections; what Markdown makes of them is none of our business."""
    corpora = shared / "corpora"
    yield from (corpora / "xss-payloads/xss-payload-list.txt").read_text("utf-8").split("\n")
    for path in sorted((corpora / "markdown-xss").glob("*.md")):
        yield from path.read_text("utf-8").split("\n")


def fit_for_a_name(text: str) -> str:
    return "".join(one for one in text if one.isprintable())[:NAME_MAX_CHARS].strip() or "x"


def assert_harmless(page: Page) -> None:
    """Nothing ran, and there is no element, attribute or address that the widget does not make."""
    assert page.evaluate("ran") == []
    found = page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("vestibule-comments *")];
          return {
            elements: [...new Set(all.map((one) => one.localName))],
            attributes: [...new Set(all.flatMap((one) => one.getAttributeNames()))],
            schemes: [...new Set(all.filter((one) => one.href).map((one) => new URL(one.href).protocol))],
          };
        }"""
    )
    assert set(found["elements"]) <= ELEMENTS
    assert not [
        one
        for one in found["attributes"]
        if one.startswith("on") or one in {"src", "srcdoc", "style", "action"}
    ]
    assert set(found["schemes"]) <= {"http:", "https:"}


def test_no_vector_runs(live: Live, open_page, shared) -> None:
    """Each vector of the collections as text and as name, in a thread, a preview and a reply."""
    known = list(dict.fromkeys(one for one in vectors(shared) if one.strip()))
    assert len(known) > 6_000
    live.strict = False
    batches = [known[at : at + IN_ONE_COMMENT] for at in range(0, len(known), IN_ONE_COMMENT)]
    ids = []
    for batch in batches:
        url = next((one for one in batch if safe_author_url(one)), None)
        ids.append(
            live.write("/hostile", "\n\n".join(batch), name=fit_for_a_name(batch[0]), url=url)
        )
    live.conclude(*ids)
    page = open_page(live.page("/hostile"))
    page.evaluate(TRAPS)
    strangers: list[str] = []
    page.on("request", lambda one: strangers.append(one.url))
    expect(page.locator("li.vestibule-item")).to_have_count(min(100, len(ids)))
    while page.get_by_role("button", name="Load more comments").is_visible():
        shown = page.locator("li.vestibule-item").count()
        page.get_by_role("button", name="Load more comments").click()
        expect(page.locator("li.vestibule-item")).not_to_have_count(shown)
    expect(page.locator("li.vestibule-item")).to_have_count(len(ids))
    # They are there, and as they were typed.
    wanted = [one.strip() for one in known[::97] if one.isprintable() and "  " not in one]
    assert len(wanted) > 50
    assert (
        page.locator("vestibule-comments").evaluate(
            "(all, wanted) => wanted.filter((one) => !all.textContent.includes(one))", wanted
        )
        == []
    )
    page.evaluate(
        """() => {
          for (const one of document.querySelectorAll("vestibule-comments *")) {
            for (const type of ["mouseover", "focus", "error", "load", "toggle", "animationend"]) one.dispatchEvent(new Event(type));
          }
        }"""
    )
    assert_harmless(page)

    # As an author sees it: a preview, a waiting comment, a draft, and a reply to such a name.
    page.locator("[data-action=reply]").first.click()
    page.locator("[name=content]").fill("\n\n".join(known[:IN_ONE_COMMENT]))
    page.locator("[name=author_name]").fill(fit_for_a_name(known[3]))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview")).to_be_visible()
    page.get_by_role("button", name="Post Comment").click()
    expect(page.locator(".vestibule-own")).to_contain_text("awaits checks")
    assert_harmless(page)
    live.conclude(
        page.evaluate("JSON.parse(localStorage['vestibule:own:gazette'])[0].id"), state=State.HELD
    )
    expect(page.locator(".vestibule-own")).to_contain_text("looks at it")
    assert_harmless(page)
    assert [one for one in strangers if not one.startswith((live.base_url, live.pages_url))] == []
