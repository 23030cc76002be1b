"""No page of the desk has anything that axe finds, light or dark, on a phone or on a wide screen."""

import pytest
from axe import findings
from desk_place import DeskPlace, desk_place
from playwright.sync_api import Browser, expect
from reader import watch

from service.core.audit import BY_OPERATOR
from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.decisions import Action
from service.core.lists import Effect, EntryKind
from service.core.people import Membership, Moderator, Role
from service.usecases.listing.edit import NewEntry
from service.usecases.rule import Wanted
from service.web.desk.navigation import places_for

pytestmark = pytest.mark.browser

SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def place(services):
    with desk_place(services) as found:
        yield found


def addresses(place: DeskPlace) -> dict[str, str]:
    """The pages by what they are: all that the navigation leads to, and what lies behind them."""
    admin = Moderator("", "Ada", (Membership(Role.ADMIN),))
    found = {one.label: place.url_for(one.endpoint) for one in places_for(admin)}
    site_id, comment_id = place.records["Dora"].split("/")[-2:]
    with place.desk.services.store.read() as tx:
        dora = tx.queued(place.desk.news, comment_id)
    return (
        found
        | listed(place, site_id)
        | {
            "all comments": place.url_for("desk.show_queue", state="all", order="severest"),
            "filters": place.url_for(
                "desk.show_queue",
                state="all",
                q="you",
                site="news",
                age="under-1d",
                symbol="MODEL_ABUSE",
            ),
            "nothing": place.url_for("desk.show_queue", q="xylophone"),
            "a record": place.base_url + place.records["Cheap Pills"],
            "an author": place.url_for(
                "desk.show_author", site_id=site_id, contact_id=dora.contact_id
            ),
            "a file of lists": place.url_for("desk.show_import", site_id=site_id),
            "bulk": place.url_for("desk.list_bulk"),
            "mails": place.url_for("desk.show_mails"),
            "a redaction": place.url_for(
                "desk.show_redaction", site_id=site_id, comment_id=comment_id
            ),
            "a reason": place.url_for("desk.show_reason", site_id=site_id, code="insult"),
            "own account": place.url_for("desk.show_account"),
            "codes": place.url_for("desk.show_totp"),
            "what is not there": place.base_url + "/desk/nowhere",
        }
    )


def posted(place: DeskPlace, text: str, number: int) -> str:
    """The id of a comment that the checks have looked at."""
    desk = place.desk
    submission = Submission(
        site=desk.news, thread=ThreadRef("https://news.example/lake", title="The lake"),
        content=text, author_name=f"Walker {number}", author_email=f"walker{number}@example.org",
        author_url=None, parent_id=None, ip=f"198.51.{number}.23", facts=DoorFacts(),
    )  # fmt: skip
    found = desk.services.submit(submission).comment_id
    desk.services.screen([desk.item(desk.news, found)])
    return found


def listed(place: DeskPlace, site_id: str) -> dict[str, str]:
    """An entry of a list that a comment has met, a campaign, and another one that was ruled on."""
    services = place.desk.services
    word = NewEntry(EntryKind.WORD, Effect.HOLD, "sunrise", note="For the test")
    [entry] = services.lists.edit.add(site_id, [word], BY_OPERATOR).entries
    variant = "{} The sunrise over the lake was {} worth getting up for, all of us agreed on the way back: {}."
    ids = [
        posted(place, variant.format(f"N{number}.", mood, mood), number)
        for mood in ("really", "hardly")
        for number in range(4)
    ]
    with services.store.read() as tx:
        names = [tx.campaign_ids_of(site_id, one) for one in ids]
    ada = Moderator(services.new_id(), "Ada", (Membership(Role.ADMIN),))
    wanted = Wanted(site_id, str(names[0]), Action.SPAM, services.clock())
    ruling = services.lists.rule(wanted, ada)
    ends = {"site_id": site_id, "campaign_id": str(names[-1])}
    return {
        "an entry": place.url_for("desk.show_entry", site_id=site_id, entry_id=entry.id),
        "a campaign": place.url_for("desk.show_campaign", **ends),
        "a ruling": place.url_for("desk.show_ruling", site_id=site_id, ruling_id=ruling.id),
    }


def test_axe_finds_nothing_on_any_page(place: DeskPlace, browser: Browser) -> None:
    """All parts of cards opened, in both themes and at both ends of the sizes; none scrolls aside."""
    faults: list[str] = []
    context, page = place.open(browser)
    watch(page, faults)
    seen = []
    for name, address in addresses(place).items():
        page.goto(address)
        page.evaluate(
            "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
        )
        for size in SIZES:
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                seen.append(f"{name}: {wide} px wide at {size['width']}")
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                seen += [f"{name}, {size['width']} px, {scheme}: {one}" for one in findings(page)]
    assert seen == [], "\n".join(seen)
    assert [one for one in faults if "404" not in one] == []
    context.close()


def test_axe_finds_nothing_before_signing_in(place: DeskPlace, browser: Browser) -> None:
    """Neither at first, nor after a wrong password."""
    context = browser.new_context(viewport=SIZES[0])
    page = context.new_page()
    page.goto(f"{place.base_url}/desk/sign-in")
    assert findings(page) == []
    page.locator("[name=email]").fill("ada@vestibule.example")
    page.locator("[name=password]").fill("wrong")
    page.locator("[name=password]").press("Enter")
    page.get_by_role("alert").wait_for()
    page.emulate_media(color_scheme="dark")
    assert findings(page) == []
    context.close()


def test_the_theme_is_switched_without_scripts(place: DeskPlace, browser: Browser) -> None:
    """The menu and its buttons are plain HTML; the colours change, and stay on the next page."""
    context, page = place.open(browser, java_script_enabled=False, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{place.base_url}/desk/?state=all")
    assert page.evaluate(ground) != light
    page.emulate_media(color_scheme="dark")
    page.locator("details.menu > summary").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) == light
    context.close()


def test_arrivals_are_announced_and_move_nothing(place: DeskPlace, browser: Browser) -> None:
    """What has come since is told within half a minute; the card that is read stays where it was."""
    context, page = place.open(browser)
    page.clock.install()
    page.goto(f"{place.base_url}/desk/")
    link = page.locator("a[data-arrivals]")
    card = page.locator("article.card").nth(1)
    card.scroll_into_view_if_needed()
    before = card.bounding_box()
    page.clock.run_for(21_000)
    expect(link).to_be_hidden()
    place.desk.comment("Come since.")
    place.desk.comment("Come since, too.")
    page.clock.run_for(21_000)
    expect(link).to_have_text("2 new")
    assert card.bounding_box() == before
    link.click()
    expect(page.locator("article.card").first).to_contain_text("Come since, too.")
    context.close()
