"""A whole installation under bad luck: killed parts, a killed supervisor, and clean ends."""

import json
import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Installation, get_json, run_vestibule, wait_until

New = Callable[..., Installation]


def test_up_makes_a_private_installation(installation: Installation) -> None:
    """Its secret is its owner's alone, and stands on no command line of any of its processes."""
    secret = installation.data_dir / "secret.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert get_json(f"{installation.base_url}/readyz")["screening"] is True
    for process in installation.processes():
        assert secret.read_text().strip() not in " ".join(process.cmdline())


def test_up_shows_where_to_look_and_the_first_password_once(installation: Installation) -> None:
    """The terminal names the demo, the desk and the account; no file holds the password."""
    shown = installation.log()
    assert f"{installation.base_url}/demo/" in shown
    assert f"{installation.base_url}/desk/" in shown
    assert shown.count(installation.admin_password) == 1
    for path in installation.data_dir.rglob("*"):
        assert installation.admin_password.encode() not in path.read_bytes(), path.name


def test_other_commands_work_beside_it(installation: Installation) -> None:
    """A site can be added while everything runs, without naming its Redis."""
    added = installation.vestibule("site", "add", "news", "--origin", "https://news.example")
    assert added.returncode == 0, added.stderr
    assert "news" in installation.vestibule("site", "list").stdout


def test_a_second_up_on_the_port_is_refused(installation: Installation, tmp_path: Path) -> None:
    """Granian would share the port silently; the second installation is told instead."""
    second = run_vestibule(
        "up", VESTIBULE_DATA_DIR=tmp_path / "data", VESTIBULE_PORT=installation.port
    )
    assert second.returncode == 2
    assert "VESTIBULE_PORT" in second.stderr
    web = run_vestibule(
        "web", **installation.environment, VESTIBULE_REDIS_URL=installation.redis_url
    )
    assert web.returncode == 2
    assert "VESTIBULE_PORT" in web.stderr


@pytest.mark.parametrize(("part", "which"), [("worker", 0), ("redis", 0), ("web", 0), ("web", 1)])
def test_a_killed_part_comes_back(new_installation: New, part: str, which: int) -> None:
    """Whichever process is killed, soon the service accepts and screens again, on its port."""
    running = new_installation().start()
    before = running.part(part)
    assert len(before) == (2 if part == "web" else 1)
    before[which].kill()
    wait_until(lambda: not set(before[which:]) & set(running.processes()))

    def is_back() -> bool:
        now = running.part(part)
        return (
            len(now) == len(before)
            and not set(before) & set(now)
            and running.is_ready()
            and get_json(f"{running.base_url}/readyz")["screening"]
        )

    wait_until(is_back, timeout=40, what=running.log)
    assert running.stop() == 0


def test_nothing_outlives_a_killed_supervisor_and_up_works_again(new_installation: New) -> None:
    """After kill -9 no process is left, the port is free, and the next `up` clears what lay about."""
    running = new_installation().start()
    left = Path(running.redis_url.removeprefix("unix://")).parent
    assert len(running.processes()) >= 5
    assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    assert left.is_dir()
    running.start()
    assert not left.exists()
    assert running.log().count("Password") == 1
    assert running.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_cleanly(new_installation: New, number: int) -> None:
    """Asked to stop, it leaves no process, no socket folder, and status 0."""
    running = new_installation().start()
    folder = Path(running.redis_url.removeprefix("unix://")).parent
    assert running.stop(number) == 0
    assert not folder.exists()
    assert "Traceback" not in running.log()


def test_a_request_under_way_is_answered_before_the_end(new_installation: New) -> None:
    """A comment whose last bytes arrive after SIGTERM is still accepted."""
    running = new_installation().start()
    comment = {
        "thread": {"url": f"{running.base_url}/demo/"},
        "author_name": "Ann",
        "author_email": "ann@news.example",
        "content": "I have kept bees for nine years and still learn something every spring.",
    }
    body = json.dumps(comment).encode()
    head = (
        f"POST /v1/sites/demo/comments HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as link:
        link.sendall(head.encode() + body[:20])
        # Another request over a link of its own shows that the server has read this far.
        assert running.is_ready()
        assert running.process is not None
        running.process.terminate()
        wait_until(lambda: running.status_of("/healthz") is None, what="no longer listening")
        link.sendall(body[20:])
        answer = link.recv(4096)
    assert answer.startswith(b"HTTP/1.1 202"), answer
    assert running.stop() == 0


@pytest.mark.slow
def test_a_part_that_keeps_dying_ends_it_all(new_installation: New) -> None:
    """The fifth death within a minute ends everything, with a status that an operator notices."""
    running = new_installation().start()
    assert running.process is not None
    for _ in range(5):
        (worker, *_) = wait_until(lambda: running.part("worker"), timeout=30, what=running.log)
        os.kill(worker.pid, signal.SIGKILL)
        wait_until(lambda pid=worker.pid: pid not in [one.pid for one in running.part("worker")])
    assert running.process.wait(20) == 1
    assert "5 deaths within 60 s" in running.log()
    wait_until(lambda: not running.left_over())
