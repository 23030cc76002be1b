"""A campaign that two workers recognise at the same time, on the database that lets them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from variants import spun
from working import Visitors

from service.core.ports import NewId
from service.core.states import State
from service.wiring import Services


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


def meeting(new_id: NewId) -> Callable[[], str]:
    """Ids for two threads, each of which waits for the other when it needs its first."""
    barrier, known = threading.Barrier(2, timeout=20), threading.local()

    def make() -> str:
        if not getattr(known, "met", False):
            known.met = True
            barrier.wait()
        return new_id()

    return make


def test_two_workers_that_take_a_campaign_back_do_not_wait_for_each_other(
    services: Services,
) -> None:
    """Each has a verdict on a page where the other has something to hold again."""
    visitors = Visitors(services)

    def post(number: int, page: int) -> str:
        return visitors.post(
            spun(number),
            thread=visitors.page(page),
            author_email=f"reader{number}@news.example",
            ip=f"198.{number}.{number}.9",
        )

    shown = [post(number, page) for number, page in enumerate((0, 1, 2))]
    for one in [*shown, post(3, 3), post(4, 4)]:
        services.screen([visitors.item(one)])
    assert visitors.states(shown) == [State.APPROVED] * 3
    last = [post(5, 1), post(6, 0)]
    # A verdict's first id is made when its page is locked.
    screen = replace(services.screen, new_id=meeting(services.new_id))
    with ThreadPoolExecutor(2) as workers:
        numbers = list(workers.map(lambda one: screen([visitors.item(one)]), last))
    assert numbers == [1, 1]
    assert visitors.states(shown) == [State.HELD] * 3
