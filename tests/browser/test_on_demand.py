"""What loads when it is needed: numbers of comments, proofs of work, and all of it over bad networks."""

from dataclasses import replace

import pytest
from live import Live
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.browser

COUNTS = """
<ul lang="{lang}">
  <li><a href="/full">Full <vestibule-count site="gazette">?</vestibule-count></a></li>
  <li><a href="/empty?utm_source=x">Empty</a> <vestibule-count site="gazette" url="/empty">?</vestibule-count></li>
  <li><vestibule-count site="gazette">?</vestibule-count> <vestibule-count site="nobodys">?</vestibule-count></li>
  <li><vestibule-count site="gazette" url="http://[no-address">?</vestibule-count></li>
</ul>
"""


def test_numbers_of_comments_come_together(live: Live, open_page, faults: list[str]) -> None:
    """All numbers of a page take one request; where there is no answer, what was there stays. An
    address that is none keeps no other from its number.
    """
    live.publish("/full", "One.", "Two.", "Three.")
    live.publish("/front", "Here.")
    page = open_page("about:blank")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/counts" in one.url else None)
    page.goto(live.page("/front", before=COUNTS.format(lang="de")))
    counts = page.locator("vestibule-count")
    expect(counts).to_have_text(
        ["3 Kommentare", "0 Kommentare", "1 Kommentar", "?", "0 Kommentare"]
    )
    assert [one for one in asked if "gazette" in one] == [
        f"{live.base_url}/v1/sites/gazette/counts"
    ]
    # The number that changes is asked for again, alone.
    page.evaluate("document.querySelectorAll('vestibule-count')[1].setAttribute('url', '/full')")
    expect(counts.nth(1)).to_have_text("3 Kommentare")
    assert [one for one in faults if "nobodys" not in one and "vestibule-count" not in one] == []
    faults.clear()


def test_proof_of_work_is_nobodys_business_but_the_browsers(live: Live, open_page, faults) -> None:
    """Where the server asks for a proof the browser gives it; the reader only writes, twice."""
    settings = live.site.settings
    live.services.change_site("gazette", settings=replace(settings, proof_of_work="always"))
    try:
        page = open_page(live.page("/proof"))
        page.evaluate("window.gaps = []")
        page.evaluate(
            "(function beat(before) { requestAnimationFrame((now) => { gaps.push(now - before); beat(now); }) })"
            "(performance.now())"
        )
        for text in ("Proven once.", "Proven twice."):
            page.locator("[name=content]").fill(text)
            page.locator("[name=author_name]").fill("Ada")
            with page.expect_response(lambda one: one.request.method == "POST") as posted:
                page.get_by_role("button", name="Post Comment").click()
            assert posted.value.status == 202
            assert "altcha" in posted.value.request.post_data_json
            expect(page.locator("article", has_text=text)).to_contain_text("awaits checks")
        frames = page.evaluate("gaps")
        assert sorted(frames)[len(frames) // 2] < 50, "the page answers while the browser works"
        # Asked for only after the form was loaded, as under an attack.
        live.services.change_site("gazette", settings=replace(settings, proof_of_work="off"))
        page.reload()
        page.locator("form.vestibule-form").wait_for()
        live.services.change_site("gazette", settings=replace(settings, proof_of_work="always"))
        page.locator("[name=content]").fill("Proven late.")
        page.locator("[name=author_name]").fill("Ada")
        page.get_by_role("button", name="Post Comment").click()
        late = page.locator("article", has_text="Proven late.")
        expect(late).to_contain_text("awaits checks", timeout=20_000)
        # The browser itself logs the first refusal.
        faults.clear()
    finally:
        live.services.change_site("gazette", settings=settings)


def test_slow_and_broken_network(live: Live, open_page, faults: list[str]) -> None:
    """Comments come before the form, each can be asked for again, and nothing written is lost."""
    live.publish("/slow", "Still readable.")
    page = open_page("about:blank")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {
        "offline": False,
        "latency": 150,
        "downloadThroughput": 30_000,
        "uploadThroughput": 20_000,
    }
    session.send("Network.emulateNetworkConditions", slow)
    page.route("**/form?*", lambda route: route.abort())
    page.goto(live.page("/slow"))
    expect(page.get_by_role("article")).to_contain_text("Still readable.")
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute("**/form?*")
    page.get_by_role("button", name="Try again").click()
    page.locator("[name=content]").fill("Written on a train.")
    page.locator("[name=author_name]").fill("Ada")

    # In a tunnel not even the part for authors comes; the text stays, and goes with the next click.
    session.send("Network.emulateNetworkConditions", slow | {"offline": True})
    page.get_by_role("button", name="Post Comment").click()
    status = page.locator("form.vestibule-form").get_by_role("status")
    expect(status).to_contain_text("Your text is kept: check the connection")
    expect(page.locator("[name=content]")).to_have_value("Written on a train.")
    session.send("Network.emulateNetworkConditions", slow)

    # An answer that is lost, and a reload after it, make one comment.
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/comments", lose)
    page.get_by_role("button", name="Post Comment").click()
    expect(status).to_contain_text("Your text is kept: check the connection", timeout=15_000)
    page.unroute("**/comments")
    page.reload()
    expect(page.locator("[name=content]")).to_have_value("Written on a train.")
    page.get_by_role("button", name="Post Comment").click()
    mine = page.locator("article", has_text="Written on a train.")
    expect(mine).to_contain_text("awaits checks", timeout=15_000)
    live.conclude(page.evaluate("JSON.parse(localStorage['vestibule:own:gazette'])[0].id"))
    expect(mine).not_to_contain_text("awaits checks", timeout=15_000)
    assert live.as_others_see("/slow").count("Written on a train.") == 1
    faults.clear()
