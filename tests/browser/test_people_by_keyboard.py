"""Two people's first day at the desk, by keyboard: an invitation, codes, and signing in with them."""

from collections.abc import Callable

import pyotp
import pytest
from axe import findings
from live import Live
from playwright.sync_api import Browser, Page, expect
from reader import watch

from service.core.people import Role

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


@pytest.fixture
def enter(live: Live, browser: Browser, faults: list[str]) -> Callable[..., Page]:
    """Opens the desk in a browser of its own; at the end there must be no fault."""
    contexts = []

    def enter(address: str, **options: object) -> Page:
        context = browser.new_context(locale="en-GB", **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, faults)
        page.goto(address)
        return page

    yield enter
    for one in contexts:
        one.close()
    # Refused forms are errors on the console, too; a policy that is violated is another one.
    assert [one for one in faults if "403" not in one] == []


def tab_to(page: Page, name: str, *, role: str = "button") -> None:
    """Move the focus on to a control, as one does who has no mouse."""
    wanted = page.get_by_role(role, name=name, exact=True).first
    for _ in range(80):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached by keyboard")


def write(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True).first
    for _ in range(80):
        if field.evaluate("(one) => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def clean(page: Page) -> None:
    """In both themes nothing to find, and nothing that runs out of a telephone's screen."""
    size = page.viewport_size
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert findings(page) == [], page.url
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    page.set_viewport_size(size)


def test_an_invitation_and_codes_by_keyboard_alone(live: Live, enter) -> None:
    """Ada invites Dora; Dora joins, sets codes up, and signs in with one, and with a recovery code."""
    live.services.people.add(
        "boss@vestibule.example", name="Ada", role=Role.ADMIN, site_slug=None, password=PASSWORD
    )
    ada = enter(f"{live.base_url}/desk/")
    write(ada, "Email", "boss@vestibule.example")
    write(ada, "Password", PASSWORD)
    ada.keyboard.press("Enter")
    expect(ada.locator(".menu > summary")).to_contain_text("Ada")
    ada.goto(f"{live.base_url}/desk/people")
    write(ada, "Their e-mail address", "dora@vestibule.example")
    ada.keyboard.press("Enter")
    link = ada.get_by_label("The link").input_value()
    clean(ada)

    # Without scripts, since none is needed.
    dora = enter(f"{live.base_url}{link[link.index('/desk/') :]}", java_script_enabled=False)
    write(dora, "Your name, as others see it beside your decisions", "Dora")
    write(dora, "A password of at least ten characters", PASSWORD)
    dora.keyboard.press("Enter")
    expect(dora.locator(".menu > summary")).to_contain_text("Dora")

    dora = enter(f"{live.base_url}/desk/sign-in")
    write(dora, "Email", "dora@vestibule.example")
    write(dora, "Password", PASSWORD)
    dora.keyboard.press("Enter")
    expect(dora.locator(".menu > summary")).to_contain_text("Dora")
    dora.goto(f"{live.base_url}/desk/account")
    tab_to(dora, "Set up codes", role="link")
    dora.keyboard.press("Enter")
    expect(dora.get_by_role("heading", name="Set up codes")).to_be_visible()
    clean(dora)
    made = pyotp.TOTP(dora.locator(".secret").inner_text().replace(" ", ""))
    write(dora, "Type the six digits that it shows", made.now())
    dora.keyboard.press("Enter")
    expect(dora.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    recovery = dora.locator(".codes code").all_inner_texts()
    assert len(recovery) == 10
    clean(dora)
    tab_to(dora, "I have kept them", role="link")
    dora.keyboard.press("Enter")
    expect(dora.get_by_text("10 recovery codes left")).to_be_visible()
    clean(dora)

    again = enter(f"{live.base_url}/desk/sign-in")
    write(again, "Email", "dora@vestibule.example")
    write(again, "Password", PASSWORD)
    again.keyboard.press("Enter")
    code = again.get_by_label("Code from your app")
    expect(code).to_be_focused()
    clean(again)
    again.keyboard.type("123456")
    again.keyboard.press("Enter")
    expect(again.get_by_role("alert")).to_contain_text("not right")
    expect(again.get_by_label("Code from your app")).to_be_focused()
    again.keyboard.type(recovery[3])
    again.keyboard.press("Enter")
    expect(again.locator(".menu > summary")).to_contain_text("Dora")

    ada.goto(f"{live.base_url}/desk/people")
    expect(ada.get_by_role("heading", name="Dora")).to_be_visible()
    clean(ada)
    ada.goto(f"{live.base_url}/desk/audit")
    expect(ada.get_by_role("cell", name="signed in with a recovery code")).to_be_visible()
    clean(ada)
