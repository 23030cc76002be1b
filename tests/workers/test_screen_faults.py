"""Screening when something breaks: never approved, never lost, and the reason is told."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty
from working import FRIENDLY, Visitors, run_sql

from service.core.errors import InvalidPolicy
from service.core.policy import decide, packaged_policy
from service.core.signals import Signal
from service.core.site import SiteSettings
from service.core.site_policy import PolicyKind, SitePolicy
from service.core.states import State
from service.usecases.screen import LEASE, ScreenComments
from service.wiring import Services
from workers.checks import CHECKS, Check
from workers.material import Material
from workers.pipeline import Pipeline


@pytest.fixture
def visitors(services: Services) -> Visitors:
    return Visitors(services)


@pytest.fixture
def screen_with(services: Services, clock: Any) -> Callable[..., ScreenComments]:
    """The real screening, on a clock that stands still, with one more check."""

    def make(function: Callable[[Material], Any] | None = None, **given: Any) -> ScreenComments:
        extra = (Check("extra", function, ("SHOUTING",), "for tests"),) if function else ()
        pipeline = Pipeline((*CHECKS, *extra), **given)
        return replace(services.screen, screener=lambda: pipeline, clock=clock)

    return make


def spin(seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        pass


def raises(_material: Material) -> Iterable[Signal]:
    raise LookupError("what the visitor wrote")


def hangs(_material: Material) -> Iterable[Signal]:
    spin(30)
    return []


def fails_late(_material: Material) -> Iterable[Signal]:
    yield Signal("SHOUTING", 0.1)
    raise MemoryError


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (raises, {"CHECK_FAILED": "extra (LookupError)"}),
        (fails_late, {"CHECK_FAILED": "extra (MemoryError)"}),
        (lambda _: [Signal("NOT_DECLARED")], {"CHECK_FAILED": "extra (TypeError)"}),
        (lambda _: 1 / 0, {"CHECK_FAILED": "extra (ZeroDivisionError)"}),
        (hangs, {"CHECK_TIMED_OUT": "extra"}),
    ],
)
def test_a_broken_check_holds_the_comment_and_is_named(
    visitors: Visitors,
    screen_with: Callable[..., ScreenComments],
    function: Any,
    reason: dict[str, str],
) -> None:
    """A friendly comment, and one that is spam anyway: neither is shown, both say which check."""
    friendly, links = visitors.post(), visitors.post("http://a.example " * 6, ip="192.0.2.1")
    screen = screen_with(function, budget_seconds=0.1)
    assert screen(visitors.items([friendly, links])) == 2
    assert visitors.states([friendly, links]) == [State.HELD, State.HELD]
    for one in (friendly, links):
        assert reason.items() <= visitors.signals(one).items()
    assert "MANY_LINKS" in visitors.signals(links)


def test_no_policy_of_a_site_can_make_up_for_a_broken_check(
    visitors: Visitors, screen_with: Callable[..., ScreenComments]
) -> None:
    """What could not be checked is not shown, however much a site trusts everything else."""
    with pytest.raises(InvalidPolicy, match="always holds"):
        visitors.services.set_policy("news", '[symbols.CHECK_FAILED]\nat_least = "approved"')
    visitors.services.set_policy("news", "[priors]\nspam = -20\nabuse = -20")
    posted = visitors.post()
    screen_with(raises)(visitors.items([posted]))
    assert visitors.state(posted) is State.HELD


def test_a_symbol_that_the_policy_does_not_know_holds() -> None:
    """A check and a policy of different versions are a fault, not an approval."""
    verdict = decide([Signal("FROM_THE_FUTURE")], packaged_policy())
    assert verdict.state is State.HELD


def test_a_policy_that_no_longer_fits_holds_that_sites_comments_only(services: Services) -> None:
    """After an upgrade a site's policy may name what is gone: others in the batch go on."""
    visitors = Visitors(services)
    other = services.add_site(
        "other", name="Other", origins=["https://news.example"], settings=SiteSettings()
    )
    with services.store.write() as tx:
        text = "[symbols.GONE]\npoints = 1"
        assert tx.add_policy(
            SitePolicy(visitors.site.id, 1, PolicyKind.LIVE, text, "", services.clock())
        )
    mine = visitors.post()
    theirs = visitors.post(site=other)
    services.screen([visitors.item(mine), replace(visitors.item(theirs), site_id=other.id)])
    assert visitors.signals(mine)["CHECK_FAILED"] == "the site's policy"
    assert visitors.state(mine) is State.HELD
    with services.store.read() as tx:
        assert tx.comment_state(other.id, theirs) is State.APPROVED


# -- what breaks outside of the checks -------------------------------------------------------------


def test_what_cannot_be_looked_up_or_stored_leaves_the_comment_waiting(
    visitors: Visitors, screen_with: Callable[..., ScreenComments], clock: Any
) -> None:
    """Half a verdict is none: it stays pending, without a record, until the store works again."""
    services = visitors.services
    posted = visitors.post()
    for table in ("copies", "signals", "decisions", "outbox"):
        run_sql(services, f"ALTER TABLE {table} RENAME TO away")
        with pytest.raises(Exception, match=r"away|no such table|Undefined|SQLSTATE"):
            screen_with(lambda _: [Signal("SHOUTING")])(visitors.items([posted]))
        run_sql(services, f"ALTER TABLE away RENAME TO {table}")
        assert visitors.state(posted) is State.PENDING
        assert visitors.decisions(posted) == []
        run_sql(services, "UPDATE comments SET lease_until = NULL, attempt = 0")
    assert screen_with()(visitors.items([posted])) == 1
    assert visitors.state(posted) is State.APPROVED


def test_the_jobs_time_limit_leaves_the_comments_waiting(
    visitors: Visitors, screen_with: Callable[..., ScreenComments], clock: Any
) -> None:
    """A job that is out of time decides nothing; the next one does."""
    ids = [visitors.post(), visitors.post("Another thought.")]
    with pytest.raises(JobTimeoutException), UnixSignalDeathPenalty(1, JobTimeoutException):
        screen_with(hangs, budget_seconds=60)(visitors.items(ids))
    assert visitors.states(ids) == [State.PENDING, State.PENDING]
    clock.advance(seconds=13)
    assert screen_with()(visitors.items(ids)) == 2


# -- deaths ----------------------------------------------------------------------------------------


def die(visitors: Visitors, clock: Any, *ids: str) -> None:
    """What a process leaves behind that was killed with these comments: leases that run out."""
    with visitors.services.store.write() as tx:
        leased = tx.lease(visitors.items(list(ids)), until=clock() + LEASE, now=clock())
    assert len(leased) == len(ids)
    clock.advance(seconds=LEASE.total_seconds() + 1)


def test_who_was_in_two_dying_batches_is_run_alone_and_not_convicted(
    visitors: Visitors, screen_with: Callable[..., ScreenComments], clock: Any
) -> None:
    """Being near when something died is no fault: alone they are judged by what they are."""
    ids = visitors.post_all([FRIENDLY, "A thought of my own.", "http://a.example " * 6])
    batches: list[int] = []
    screen = screen_with()
    pipeline = screen.screener()

    class Watching:
        fingerprint = pipeline.fingerprint
        versions = pipeline.versions
        language = pipeline.language
        read = pipeline.read

        def screen(self, subjects: Any, beat: Any) -> Any:
            batches.append(len(subjects))
            return pipeline.screen(subjects, beat)

    die(visitors, clock, *ids)
    die(visitors, clock, *ids)
    assert replace(screen, screener=Watching)(visitors.items(ids)) == 3
    assert batches == [1, 1, 1]
    assert visitors.states(ids) == [State.APPROVED, State.APPROVED, State.HELD]
    assert "CHECKS_CRASHED" not in visitors.signals(ids[2])


def test_who_dies_alone_as_well_is_held(
    visitors: Visitors, screen_with: Callable[..., ScreenComments], clock: Any
) -> None:
    """The third death, alone, convicts: nothing of it is run again, and a person has to look."""
    deadly, friendly = visitors.post_all(["I kill.", FRIENDLY])
    die(visitors, clock, deadly, friendly)
    die(visitors, clock, deadly, friendly)
    die(visitors, clock, deadly)

    def refuse(material: Material) -> Iterable[Signal]:
        assert material.subject.draft.id != deadly, "it must not be run again"
        return []

    assert screen_with(refuse)(visitors.items([deadly, friendly])) == 2
    assert visitors.states([deadly, friendly]) == [State.HELD, State.APPROVED]
    assert visitors.signals(deadly) == {"CHECKS_CRASHED": "3 attempts"}


def test_a_suspect_is_not_convicted_by_waiting_for_others(
    visitors: Visitors, screen_with: Callable[..., ScreenComments], clock: Any
) -> None:
    """While a long batch runs, another worker may take the suspect; that is no death of its own."""
    fresh, suspect = visitors.post_all(["Something that takes long.", FRIENDLY])
    die(visitors, clock, suspect)
    die(visitors, clock, suspect)

    def take_long(material: Material) -> Iterable[Signal]:
        if material.subject.draft.id == fresh:
            clock.advance(seconds=LEASE.total_seconds() + 1)
            screen_with()(visitors.items([suspect]))
        return []

    screen_with(take_long)(visitors.items([fresh, suspect]))
    assert visitors.states([fresh, suspect]) == [State.APPROVED, State.APPROVED]
    assert len(visitors.decisions(suspect)) == 1


def test_a_slow_batch_keeps_its_leases(
    visitors: Visitors, screen_with: Callable[..., ScreenComments], clock: Any
) -> None:
    """Ten comments of five seconds each outlast a lease four times, and nobody takes them over."""
    services = visitors.services
    ids = visitors.post_all([f"{place} {FRIENDLY}" for place in range(10)])
    stolen: list[Any] = []

    def take_long(_material: Material) -> Iterable[Signal]:
        clock.advance(seconds=5)
        with services.store.write() as tx:
            stolen.extend(
                tx.lease(visitors.items(ids), until=clock() + timedelta(hours=1), now=clock())
            )
        return []

    assert screen_with(take_long)(visitors.items(ids)) == 10
    assert stolen == []
    assert State.PENDING not in visitors.states(ids)


def test_who_lost_the_lease_writes_nothing(
    visitors: Visitors, screen_with: Callable[..., ScreenComments], clock: Any
) -> None:
    """A worker that slept through its lease finds that the next one has decided."""
    posted = visitors.post()

    def sleep_through(_material: Material) -> Iterable[Signal]:
        clock.advance(seconds=LEASE.total_seconds() + 1)
        assert screen_with()(visitors.items([posted])) == 1
        return [Signal("SHOUTING")]

    assert screen_with(sleep_through)(visitors.items([posted])) == 0
    assert visitors.state(posted) is State.APPROVED
    assert "SHOUTING" not in visitors.signals(posted)
    assert len(visitors.decisions(posted)) == 1
