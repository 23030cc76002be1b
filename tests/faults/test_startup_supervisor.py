"""The supervisor with small stand-in parts: restarts, giving up, and leaving nothing behind."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from running import wait_until

from service.running.processes import guarded
from service.running.supervisor import Patience, _Deaths

# What a supervised part does is given on the command line, as Python.
SUPERVISE = """
import sys
from service.running.supervisor import Part, Patience, Supervisor

def say(text):
    print(text, flush=True)

patience = Patience(delay_seconds=0.05, delay_growth=1.5, together_seconds=0, grace_seconds=float(sys.argv[1]))
with Supervisor(say, patience) as supervisor:
    for index, code in enumerate(sys.argv[2:]):
        command = (sys.executable, "-c", code)
        supervisor.start(Part(f"part{index}", command, {}, serves_others=index == 0))
    say("started")
    sys.exit(supervisor.run())
"""
STAYS = "import signal; signal.pause()"
DIES = "raise SystemExit(3)"


class Supervised:
    def __init__(self, log: Path, *parts: str, grace_seconds: float) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                guarded([sys.executable, "-c", SUPERVISE, str(grace_seconds), *parts]),
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: "started" in self.log(), what=self.log)

    def log(self) -> str:
        return self._log.read_text()

    def children(self) -> list[psutil.Process]:
        """The parts, once each of them runs its own program in place of the guard's."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        assert not any("processes.py" in " ".join(one.cmdline()) for one in found)
        return found

    def ready_children(self, number: int) -> list[psutil.Process]:
        def ready() -> list[psutil.Process] | None:
            try:
                found = self.children()
            except (AssertionError, psutil.Error):
                return None
            return found if len(found) == number else None

        return wait_until(ready, what=self.log) or []


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    made: list[Supervised] = []

    def start(*parts: str, grace_seconds: float = 1) -> Supervised:
        made.append(Supervised(tmp_path / "log", *parts, grace_seconds=grace_seconds))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.wait()


def gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_a_part_that_dies_is_started_again(supervise: Callable[..., Supervised]) -> None:
    """A killed part has a successor, and the other part never notices."""
    running = supervise(STAYS, STAYS)
    first, second = running.ready_children(2)
    second.kill()
    wait_until(lambda: "part1 ended (SIGKILL), starting it again" in running.log())
    after = running.ready_children(2)
    assert first in after
    assert second not in after


def test_five_deaths_within_a_minute_end_everything(supervise: Callable[..., Supervised]) -> None:
    """A part that keeps dying ends the supervisor with a failure, and the healthy part with it."""
    running = supervise(STAYS, DIES)
    assert running.process.wait(20) == 1
    assert "part1 ended (status 3): 5 deaths within 60 s, giving up" in running.log()
    assert running.log().count("starting it again") == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_parts_in_order(
    supervise: Callable[..., Supervised], number: signal.Signals
) -> None:
    """Asked to stop, it ends the part that serves the others last, and leaves with success."""
    tells = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('end of {}', flush=True)))\n"
        "print('begin of {}', flush=True)\n"
        "while True: signal.pause()"
    )
    running = supervise(tells.format("base", "base"), tells.format("top", "top"))
    wait_until(lambda: running.log().count("begin of") == 2, what=running.log)
    children = running.ready_children(2)
    running.process.send_signal(number)
    assert running.process.wait(10) == 0
    assert running.log().index("end of top") < running.log().index("end of base")
    assert gone(children)


def test_a_part_that_will_not_end_is_killed_with_its_children(
    supervise: Callable[..., Supervised],
) -> None:
    """A part that ignores the request is killed after the grace period, and so is its child."""
    stubborn = (
        "import signal, subprocess, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print('deaf', flush=True)\n"
        "while True: signal.pause()"
    )
    running = supervise(STAYS, stubborn)
    wait_until(lambda: "deaf" in running.log(), what=running.log)
    children = running.ready_children(3)
    running.process.terminate()
    assert running.process.wait(10) == 0
    assert "part1 did not end in time and is killed" in running.log()
    wait_until(lambda: gone(children))


def test_two_stop_signals_at_once_are_one_request(supervise: Callable[..., Supervised]) -> None:
    """A service manager that signals a whole group does so twice; parts still end in their time."""
    takes_its_time = (
        "import signal, sys\n"
        "signal.signal(signal.SIGUSR1, lambda *_: sys.exit(print('done', flush=True)))\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True))\n"
        "print('busy', flush=True)\n"
        "while True: signal.pause()"
    )
    running = supervise(STAYS, takes_its_time, grace_seconds=60)
    wait_until(lambda: "busy" in running.log(), what=running.log)
    (part,) = [one for one in running.ready_children(2) if "asked" in " ".join(one.cmdline())]
    running.process.terminate()
    running.process.send_signal(signal.SIGINT)
    wait_until(lambda: "asked" in running.log(), what=running.log)
    part.send_signal(signal.SIGUSR1)
    assert running.process.wait(10) == 0
    assert "done" in running.log()
    assert "is killed" not in running.log()


def test_asked_again_later_it_waits_no_longer(supervise: Callable[..., Supervised]) -> None:
    """Whoever presses Ctrl-C again after a second does not want to wait for the grace period."""
    deaf = (
        "import signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "while True: signal.pause()"
    )
    running = supervise(STAYS, deaf, grace_seconds=600)
    wait_until(lambda: "deaf" in running.log(), what=running.log)
    children = running.ready_children(2)

    def asked_again_it_ends() -> bool:
        running.process.send_signal(signal.SIGINT)
        return running.process.poll() is not None

    wait_until(asked_again_it_ends, what=running.log)
    assert running.process.returncode == 0
    assert "part1 did not end in time and is killed" in running.log()
    assert gone(children)


def test_nothing_outlives_a_killed_supervisor(supervise: Callable[..., Supervised]) -> None:
    """The kernel ends the parts of a supervisor that was killed, and their children that ask."""
    forks = (
        "import os, signal\n"
        "from service.running.processes import die_with_parent\n"
        "parent = os.getpid()\n"
        "if os.fork() == 0:\n"
        "    die_with_parent(parent)\n"
        "    print('bound', flush=True)\n"
        "while True: signal.pause()"
    )
    running = supervise(STAYS, forks)
    wait_until(lambda: "bound" in running.log(), what=running.log)
    children = running.ready_children(3)
    running.process.kill()
    running.process.wait()
    wait_until(lambda: gone(children))


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    """A parent that died before its child could ask to be bound to it is noticed by its id."""
    code = (
        "from service.running.processes import die_with_parent; die_with_parent(1); print('lives')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == 1
    assert not ended.stdout


def test_deaths_for_one_reason_count_once() -> None:
    """Eight workers that lose Redis in the same second are one death, five in a row are five."""
    deaths, patience = _Deaths(), Patience()
    assert not any(deaths.add(f"worker {number}", 100.0, patience) for number in range(8))
    assert not any(deaths.add("web", 110.0 + number, patience) for number in range(3))
    assert deaths.add("web", 113.0, patience)


def test_old_deaths_are_forgotten() -> None:
    """A part that dies every quarter of a minute is restarted for ever."""
    deaths, patience = _Deaths(), Patience()
    assert not any(deaths.add("worker", 15.0 * number, patience) for number in range(20))
