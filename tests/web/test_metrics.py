"""Figures for Prometheus: right, for whoever has the token, and without anybody's words."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from visitors import EMAIL, Visitors

from service import wiring
from service.core.states import State

TOKEN = "a-token-of-sixteen-characters-or-more"


@pytest.fixture
def visitors(settings, database_url, redis_url):
    built = wiring.build(
        settings(database_url=database_url, redis_url=redis_url, metrics_token=TOKEN)
    )
    yield Visitors(built)
    built.close()


def figures(visitors):
    answer = visitors.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found[(sample.name, *sample.labels.values())] = sample.value
    return found, answer.text


def test_it_counts_what_came_and_what_became_of_it(visitors):
    """Comments by state, what waits and for how long, verdicts by state and symbol, and times."""
    before, _ = figures(visitors)
    assert before["vestibule_comments", "approved"] == 0
    assert before["vestibule_oldest_pending_seconds",] == 0
    held = visitors.accepted(content="Words of a reader.")
    visitors.conclude(held, state=State.HELD)
    screened = visitors.accepted(site="blog", thread={"url": "https://blog.example/a"})
    visitors.conclude(screened, site=visitors.blog)
    visitors.accepted(content="Another one.")
    found, text = figures(visitors)
    assert found["vestibule_accepted",] == 3
    assert found["vestibule_comments", "pending"] == 1
    assert found["vestibule_comments", "held"] == 1
    assert found["vestibule_comments", "approved"] == 1
    assert found["vestibule_verdicts", "held"] == found["vestibule_verdicts", "approved"] == 1
    assert found["vestibule_verdicts_within", "+Inf"] == 2
    assert found["vestibule_verdicts_within", "300.0"] == 2
    assert 0 < found["vestibule_verdict_seconds_sum",] < 300
    assert 0 < found["vestibule_oldest_pending_seconds",] < 300
    assert found["vestibule_queue_depth",] == 3
    assert found["vestibule_screening",] == 0
    assert found["vestibule_check_failures", "CHECK_FAILED"] == 0
    assert found["vestibule_deliveries_due",] == 0
    for word in (EMAIL, "Jane", "reader", "news", "198.51.100"):
        assert word not in text


def test_symbols_are_those_of_what_the_checks_saw(visitors):
    """What real checks report of a comment stands there, by its symbol."""
    seen = visitors.screen(visitors.accepted(content="See https://example.com and buy now!"))
    found, _ = figures(visitors)
    assert seen
    assert {key[1] for key in found if key[0] == "vestibule_symbols"} == seen


def test_only_who_has_the_token_gets_them(visitors):
    """No token, another one, or another scheme: 403, from this machine, too."""
    for given in (None, "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"):
        headers = {"Authorization": given} if given else {}
        assert visitors.client.get("/metrics", headers=headers).status_code == 403, given


def test_without_a_token_in_the_settings_there_is_no_such_page(services):
    """By default nobody gets figures, whatever they send."""
    client = Visitors(services).client
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
        assert client.get("/metrics", headers=headers).status_code == 404


def test_without_redis_the_other_figures_stand(settings, database_url):
    """A lost Redis leaves the queue's depth out and says that nothing is screened."""
    built = wiring.build(
        settings(
            database_url=database_url,
            redis_url="unix:///nowhere/redis.sock",
            metrics_token=TOKEN,
        )
    )
    found, _ = figures(Visitors(built))
    built.close()
    assert ("vestibule_queue_depth",) not in found
    assert found["vestibule_screening",] == 0
    assert found["vestibule_comments", "held"] == 0
