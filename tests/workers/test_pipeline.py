"""The pipeline: every check runs, none can bring it down, and somebody else's timer survives it."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty
from subjects import subject

from service.core.policy import decide, packaged_policy
from service.core.signals import Signal
from service.core.states import State
from workers.checks import CHECKS, Check
from workers.pipeline import Pipeline, build_screener


def _check(name, function, *symbols) -> Check:
    return Check(name, function, symbols or ("SHOUTING",), "for this test")


def _spin_until(ends: float) -> None:
    """Work as a check does: in Python, without a system call that a signal would interrupt."""
    while time.monotonic() < ends:
        pass


def _hang(_subject) -> Iterator[Signal]:
    _spin_until(time.monotonic() + 30)
    yield Signal("SHOUTING")


def _hang_and_swallow(_subject) -> list[Signal]:
    try:
        _spin_until(time.monotonic() + 30)
    except Exception:  # noqa: BLE001 (this is what a badly written check does)
        _spin_until(time.monotonic() + 30)
    return []


def _find(_subject) -> list[Signal]:
    return [Signal("SHOUTING", 0.5)]


def _screen(*checks: Check, budget_seconds: float = 0.05) -> list[Signal]:
    pipeline = Pipeline(checks, budget_seconds=budget_seconds)
    return list(pipeline.screen([subject()], lambda: None)[0])


@pytest.fixture(autouse=True)
def _clean_timer() -> Iterator[None]:
    """No test leaves a timer or a handler behind, not even one that fails."""
    before = signal.getsignal(signal.SIGALRM)
    yield
    left = signal.getitimer(signal.ITIMER_REAL)
    signal.setitimer(signal.ITIMER_REAL, 0)
    after = signal.signal(signal.SIGALRM, before)
    assert (left, after) == ((0.0, 0.0), before)


def test_a_check_that_raises_is_named_and_holds_the_comment() -> None:
    """The signal says which check and what class of error, never the message, which may quote."""

    def fail(found):
        raise ValueError(found.subject.draft.content)

    def fail_late(found):
        yield Signal("SHOUTING")
        raise RecursionError

    signals = _screen(
        _check("one", fail), _check("two", fail_late), _check("three", _find), budget_seconds=1
    )
    assert signals == [
        Signal("SHOUTING", 0.5),
        Signal("CHECK_FAILED", detail="one (ValueError), two (RecursionError)"),
    ]
    assert decide(signals, packaged_policy()).state is State.HELD


def test_failures_are_logged_without_content(caplog) -> None:
    """An operator finds the place in the code; a log never holds what a visitor wrote."""

    def fail(found):
        raise ValueError(found.subject.draft.content)

    found = subject("private words")
    Pipeline([_check("one", fail)]).screen([found], lambda: None)
    assert "check one failed" in caplog.text
    assert found.draft.id in caplog.text
    assert "test_pipeline.py" in caplog.text
    assert "private" not in caplog.text


@pytest.mark.parametrize(
    "function",
    [lambda _: ["not a signal"], lambda _: [Signal("UNDECLARED")], lambda _: None,
     lambda _: [Signal("SHOUTING", 7.0)]],
)  # fmt: skip
def test_what_a_check_did_not_declare_is_a_failure(function) -> None:
    """A symbol without a line in the list cannot slip into a verdict."""
    [fault] = _screen(_check("odd", function), budget_seconds=1)
    assert fault.symbol == "CHECK_FAILED"


@pytest.mark.parametrize("hang", [_hang, _hang_and_swallow])
def test_a_check_that_hangs_is_named_and_the_others_run(hang) -> None:
    """The budget ends it, even if it catches every `Exception`; checks before and after count."""
    began = time.monotonic()
    signals = _screen(
        _check("before", _find), _check("stuck", hang), _check("stuck2", hang),
        _check("after", lambda _: [Signal("NEAR_COPY")], "NEAR_COPY"),
    )  # fmt: skip
    assert time.monotonic() - began < 5
    assert signals == [
        Signal("SHOUTING", 0.5),
        Signal("NEAR_COPY"),
        Signal("CHECK_TIMED_OUT", detail="stuck, stuck2"),
    ]
    assert decide(signals, packaged_policy()).state is State.HELD


def test_a_check_that_has_to_wait_for_the_processor_is_not_out_of_time() -> None:
    """A process that is stopped for three times the budget, as by a busy machine, goes on after."""

    def stopped(found):
        stopper = f"kill -STOP {os.getpid()}; sleep 0.3; kill -CONT {os.getpid()}"
        with subprocess.Popen(["sh", "-c", stopper]):
            return [Signal("SHOUTING", 0.5)]

    assert _screen(_check("stopped", stopped), budget_seconds=0.1) == [Signal("SHOUTING", 0.5)]


def test_each_comment_has_a_budget_of_its_own() -> None:
    """One that hangs takes nothing from the next; beats come between the comments."""
    stuck, fine = subject("stuck"), subject("fine")
    beats = []

    def sometimes(found):
        return _hang(found) if found.subject.draft.content == "stuck" else _find(found)

    pipeline = Pipeline([_check("sometimes", sometimes)], budget_seconds=0.05)
    signals = pipeline.screen([stuck, fine, stuck], lambda: beats.append(1))
    assert [[one.symbol for one in some] for some in signals] == [
        ["CHECK_TIMED_OUT"], ["SHOUTING"], ["CHECK_TIMED_OUT"],
    ]  # fmt: skip
    assert len(beats) == 2


def test_a_busy_machine_times_nobody_out() -> None:
    """What counts is the processor's time: a check that was kept waiting is heard."""

    def kept_waiting(found):
        threading.Event().wait(0.1)
        return _find(found)

    assert _screen(_check("kept waiting", kept_waiting)) == [Signal("SHOUTING", 0.5)]


def test_a_check_that_waits_for_ever_is_timed_out() -> None:
    """By the clock there is a limit as well, though it uses no processor."""

    def wait(_found):
        threading.Event().wait(30)
        return []

    [fault] = _screen(_check("waits", wait))
    assert (fault.symbol, fault.detail) == ("CHECK_TIMED_OUT", "waits")


def test_signals_come_in_the_order_of_the_checks() -> None:
    """The same comment gives the same list, so that records can be compared."""
    text = "Links!!!!!!!!!!!! " + "http://a.example " * 5
    found = subject(text, honeypot_filled=True, history={})
    one, two = Pipeline().screen([found, found], lambda: None)
    assert one == two
    order = [symbol for check in CHECKS for symbol in check.symbols]
    places = [order.index(signal.symbol) for signal in one]
    assert places == sorted(places)
    assert len(places) == 7


def test_in_another_thread_checks_run_without_a_limit() -> None:
    """Only the main thread has the timer; the web's synchronous check works all the same."""
    found: list[list[Signal]] = []
    thread = threading.Thread(target=lambda: found.append(_screen(_check("one", _find))))
    thread.start()
    thread.join()
    assert found == [[Signal("SHOUTING", 0.5)]]


def test_the_outer_timer_keeps_its_time_and_its_handler() -> None:
    """What is left of a job's own limit is what was left before, less the time that went by."""
    rang = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    signal.setitimer(signal.ITIMER_REAL, 50, 7)
    mine = signal.getsignal(signal.SIGALRM)
    began = time.monotonic()
    try:
        _screen(_check("stuck", _hang), _check("fine", _find))
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        took = time.monotonic() - began
        assert signal.getsignal(signal.SIGALRM) is mine
        assert interval == 7
        assert left == pytest.approx(50 - took, abs=0.02)
        assert rang == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


@pytest.mark.parametrize("budget_seconds", [0.2, 60.0])
@pytest.mark.parametrize("hang", [_hang, _hang_and_swallow])
def test_the_jobs_own_timeout_passes_through(budget_seconds, hang) -> None:
    """RQ's exception ends the job, whether its deadline or the budget comes first."""
    checks = [_check(f"stuck{number}", hang) for number in range(20)]
    pipeline = Pipeline(checks, budget_seconds=budget_seconds)
    began = time.monotonic()
    with pytest.raises(JobTimeoutException), UnixSignalDeathPenalty(1, JobTimeoutException):
        pipeline.screen([subject()] * 20, lambda: None)
    assert 0.9 < time.monotonic() - began < 3


def test_a_timeout_between_comments_passes_through() -> None:
    """The beat may write to a database; what interrupts or fails it ends the call as it is."""
    pipeline = Pipeline([_check("fine", _find)])
    with pytest.raises(JobTimeoutException), UnixSignalDeathPenalty(1, JobTimeoutException):
        pipeline.screen([subject()] * 2, lambda: _spin_until(time.monotonic() + 30))

    def lost() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        pipeline.screen([subject()] * 2, lost)


def test_the_screener_that_the_service_loads_is_the_pipeline() -> None:
    """`service.wiring` names this function; what it gives does both of the port's jobs."""
    screener = build_screener()
    assert screener.screen([], lambda: None) == []
    [found] = screener.screen([subject()], lambda: None)
    assert [one.symbol for one in found] == ["MODEL_SPAM", "MODEL_ABUSE"]
    assert screener.fingerprint("text") == screener.fingerprint("  TEXT ")
