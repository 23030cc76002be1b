"""Takes the pictures of the desk in `docs/desk/`: `python tests/browser/desk_screenshots.py`.

Not a test. The comments are those of `desk_place`; each page is taken on a phone and on a desktop.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1])]

from databases import SqliteDatabases
from desk_place import DeskPlace, desk_place
from playwright.sync_api import Browser, sync_playwright
from running import running_redis

from service import wiring
from service.settings import load

FOLDER = HERE.parents[1] / "docs" / "desk"
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}
PAGES = {
    "queue": ("desk.show_queue", {"state": "all", "order": "severest"}, "light"),
    "queue-dark": ("desk.show_queue", {"state": "all", "order": "severest"}, "dark"),
    "authors": ("desk.show_authors", {}, "light"),
    "lists": ("desk.show_lists", {}, "light"),
    "people": ("desk.show_people", {}, "light"),
    "record": ("desk.show_audit", {}, "light"),
}


def photograph(browser: Browser, place: DeskPlace) -> None:
    context, page = place.open(browser)
    addresses = {
        name: (place.url_for(endpoint, **arguments), scheme)
        for name, (endpoint, arguments, scheme) in PAGES.items()
    }
    addresses["comment"] = (place.base_url + place.records["Cheap Pills"], "light")
    for name, (address, scheme) in addresses.items():
        page.emulate_media(color_scheme=scheme)
        for device, size in SIZES.items():
            page.set_viewport_size(size)
            page.goto(address)
            page.screenshot(path=FOLDER / f"{name}-{device}.png")
    context.close()


@contextmanager
def services(folder: Path) -> Iterator[wiring.Services]:
    with running_redis() as redis_url:
        built = wiring.build(
            load(
                {
                    "VESTIBULE_DATA_DIR": str(folder / "data"),
                    "VESTIBULE_SECRET_KEY": "only-for-pictures-0123456789abcdefghijk",
                    "VESTIBULE_MAIL_LOOKUPS": "false",
                    "VESTIBULE_DATABASE_URL": SqliteDatabases(folder).new(),
                    "VESTIBULE_REDIS_URL": redis_url,
                    "VESTIBULE_RATE_NETWORK_PER_MINUTE": "1000000",
                    "VESTIBULE_RATE_SITE_PER_MINUTE": "1000000",
                }
            )
        )
        yield built
        built.close()


def main() -> None:
    # Found late: `conftest` is another one where pytest runs.
    from conftest import CHROMIUM_ARGUMENTS, chromium_path

    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        services(Path(folder)) as built,
        desk_place(built) as place,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
        )
        photograph(browser, place)
        browser.close()


if __name__ == "__main__":
    main()
