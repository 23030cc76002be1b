"""A campaign of thirty at the desk, by keyboard: decided once, with what still arrives, and undone."""

import pytest
from desk_place import DeskPlace, desk_place
from playwright.sync_api import Browser, Page, expect
from reader import watch
from test_desk_axe import posted

from service.core.states import State

pytestmark = pytest.mark.browser

MOODS = ("really", "hardly", "truly", "perhaps", "always")


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def place(services):
    with desk_place(services) as found:
        yield found


def variant(number: int) -> str:
    mood = MOODS[number % len(MOODS)]
    return (
        f"N{number}. The sunrise over the lake was {mood} worth getting up for, as all of us agreed "
        f"on the way back, and whoever has {number} minutes should buy a ticket for the boat as well."
    )


def states(place: DeskPlace, ids: list[str]) -> set[State | None]:
    with place.desk.services.store.read() as tx:
        return {tx.comment_state(place.desk.news.id, one) for one in ids}


def press(page: Page, name: str, role: str = "button") -> None:
    """Go to something by its name, and press Enter."""
    page.get_by_role(role, name=name).first.focus()  # type: ignore[arg-type]
    page.keyboard.press("Enter")


def test_a_campaign_of_thirty_is_decided_once(place: DeskPlace, browser: Browser) -> None:
    """Five keys from the navigation to the end of it; then it is taken back as one step."""
    ids = [posted(place, variant(number), number) for number in range(30)]
    before = states(place, ids)
    assert State.HELD in before
    # What the checks took for spam by themselves has nothing done to it.
    left = len([one for one in ids if states(place, [one]) != {State.SPAM}])
    faults: list[str] = []
    context, page = place.open(browser)
    watch(page, faults)
    press(page, "Campaigns", "link")
    press(page, "30 variants of one text", "link")
    page.get_by_label("Note for other moderators").focus()
    page.keyboard.type("The boat again")
    press(page, "Spam all")
    expect(page.get_by_text(f"{left} of {left} comments")).to_be_visible()
    assert states(place, ids) == {State.SPAM}
    arrived = [posted(place, variant(number), number) for number in range(30, 33)]
    assert states(place, arrived) == {State.SPAM}
    page.reload()
    expect(page.get_by_role("region", name="What arrived since")).to_contain_text("N32.")
    press(page, "Take all of it back")
    expect(page.get_by_text("It was taken back.")).to_be_visible()
    assert states(place, ids) == before
    assert states(place, arrived) == {State.HELD}
    assert faults == []
    context.close()
