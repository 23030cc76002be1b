"""A flood over a real store: it is noticed, tightens, is told, and ends by itself."""

import logging
from datetime import timedelta

import pytest
from subjects import NOW, signals, verdict
from working import FRIENDLY, Visitors

from service.core.states import State
from service.core.surge import Surge
from service.usecases.surge import WatchSurges
from service.wiring import Services

BAD = "http://a.example http://b.example http://c.example http://d.example http://e.example "


@pytest.fixture
def visitors(services: Services) -> Visitors:
    return Visitors(services)


def flood(visitors: Visitors, number: int) -> None:
    words = ["rye", "oven", "salt", "mill", "crust", "yeast", "loaf"]
    texts = [
        BAD + " ".join(words[(place // 7**power) % 7] for power in range(6))
        for place in range(number)
    ]
    visitors.services.screen(visitors.items(visitors.post_all(texts)))


def test_a_flood_is_noticed_tightens_and_ends(
    visitors: Visitors, caplog: pytest.LogCaptureFixture
) -> None:
    """The comment after it has the signal; hours later, without any comment, it is over."""
    services = visitors.services
    caplog.set_level(logging.WARNING)
    calm = visitors.post()
    services.screen([visitors.item(calm)])
    assert "SITE_SURGE" not in visitors.signals(calm)
    flood(visitors, 60)
    after = visitors.post("And now a word about caraway.")
    services.screen([visitors.item(after)])
    assert visitors.signals(after)["SITE_SURGE"] == "for 0 minutes"
    assert visitors.state(after) is State.APPROVED
    assert services.sweep().pushed == 0
    with services.store.read() as tx:
        assert visitors.site.id in tx.surges()
    later = WatchSurges(
        services.store, lambda: services.clock() + timedelta(hours=2), services.new_id
    )
    assert later.all() == []
    with services.store.read() as tx:
        assert tx.surges() == {}
    told = [one.message for one in caplog.records if "surge" in one.message]
    assert [text.split(": ")[1] for text in told] == [
        "a surge of comments that are refused has started", "the surge has ended",
    ]  # fmt: skip


def test_what_is_held_for_the_surge_alone_does_not_feed_it(visitors: Visitors) -> None:
    """A doubt that holds in a surge only is not counted as refused."""
    services = visitors.services
    with services.store.write() as tx:
        tx.start_surge(visitors.site.id, now=services.clock(), event_id=services.new_id())
    doubtful = visitors.post(FRIENDLY + " http://a.example http://b.example http://c.example")
    bad = visitors.post(BAD, author_email="other@news.example", ip="203.0.113.9")
    services.screen(visitors.items([doubtful, bad]))
    with services.store.read() as tx:
        [busy] = tx.activity(visitors.site.id, since=services.clock() - timedelta(hours=1))
    assert busy.taken == 2
    assert busy.refused == 1


@pytest.mark.parametrize("surging", [False, True])
def test_what_a_site_holds_anyway_is_not_counted_as_refused(
    services: Services, *, surging: bool
) -> None:
    """Not a site's wish, but spam and abuse, whether or not there is a surge already."""
    visitors = Visitors(services, hold_all=True)
    services.set_policy("news", "[thresholds.abuse]\nrejected = 1\n")
    if surging:
        with services.store.write() as tx:
            tx.start_surge(visitors.site.id, now=services.clock(), event_id=services.new_id())
    posted = visitors.post_all([FRIENDLY, BAD, "You are an idiot, and you always were."])
    services.screen(visitors.items(posted))
    assert set(visitors.states(posted)) <= {State.HELD, State.SPAM}
    with services.store.read() as tx:
        [busy] = tx.activity(visitors.site.id, since=services.clock() - timedelta(hours=1))
    assert (busy.taken, busy.refused) == (3, 2)


def test_in_a_surge_a_doubt_weighs_more_and_an_honest_comment_is_shown() -> None:
    """Three links are shown on a quiet day and held in a flood; nothing else becomes something."""
    surge = {"surge": Surge(NOW - timedelta(minutes=7, seconds=30))}
    assert signals(**surge)["SITE_SURGE"].detail == "for 7 minutes"
    assert verdict(history={}, **surge).state is State.APPROVED
    links = FRIENDLY + " http://a.example http://b.example http://c.example"
    quiet, flooded = verdict(links, history={}), verdict(links, history={}, **surge)
    assert flooded.spam.log_odds > quiet.spam.log_odds


@pytest.mark.parametrize(
    ("length", "age_seconds", "strength"),
    [
        (199, 4.0, None),
        (200, 10.0, None),
        (500, 24.0, 0.505),
        (1_000, 4.0, 1.0),
        (5_000, 600.0, None),
    ],
)
def test_a_long_text_takes_time_to_type(length, age_seconds, strength) -> None:
    """Twenty characters a second are more than anybody types; what is pasted is still shown."""
    words = "The bread of my grandmother was dark, with caraway and a hard crust. " * 90
    found = signals(words[:length], token_age_seconds=age_seconds).get("TYPED_TOO_FAST")
    assert (found and found.strength) == (strength and pytest.approx(strength, abs=0.01))
    if found:
        assert verdict(words[:length], token_age_seconds=age_seconds).state is State.APPROVED
