"""The playground shows every attribute and property of the widget's looks, live."""

import re
from pathlib import Path

import pytest
from axe import findings
from playwright.sync_api import BrowserContext, expect
from reader import watch

from service.web.widget.playground import PROPERTIES

ROOT = Path(__file__).parents[2]
STYLE = ROOT / "service/web/widget/source/vestibule.css"


def test_every_property_of_the_style_is_there_and_documented() -> None:
    """What the stylesheet reads, the playground offers, and docs/widget.md names."""
    read = set(re.findall(r"--vestibule-([\w-]+)", STYLE.read_text("utf-8")))
    assert read == {one.name for one in PROPERTIES}
    documented = (ROOT / "docs/widget.md").read_text("utf-8")
    assert [name for name in read if f"`--vestibule-{name}`" not in documented] == []


@pytest.mark.browser
def test_changes_show_at_once(context: BrowserContext, installation) -> None:
    """A colour, a measure, a theme and a language change the thread and the lines to copy."""
    page, faults = context.new_page(), []
    watch(page, faults)
    page.goto(f"{installation.base_url}/demo/playground")
    submit = page.locator("vestibule-comments .vestibule-submit")
    submit.scroll_into_view_if_needed()
    page.get_by_label("Accent: the button").fill("#aa0000")
    expect(submit).to_have_css("background-color", "rgb(170, 0, 0)")
    page.get_by_label("Round corners").fill("2")
    expect(submit).to_have_css("border-top-left-radius", "34px")
    expect(page.locator("#play-result")).to_contain_text("--vestibule-radius: 2rem;")
    page.get_by_label("theme", exact=True).select_option("dark")
    expect(page.locator("section.vestibule")).to_have_css("background-color", "rgb(25, 27, 26)")
    page.get_by_label("lang", exact=True).select_option("ar")
    expect(page.locator("section.vestibule")).to_have_attribute("dir", "rtl")
    expect(page.locator("#play-result")).to_contain_text('theme="dark" lang="ar"')
    page.get_by_label("theme", exact=True).select_option("")
    assert findings(page) == []
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("section.vestibule")).to_have_attribute("dir", "ltr")
    expect(page.locator("#play-result")).not_to_contain_text("--vestibule")
    assert faults == []
