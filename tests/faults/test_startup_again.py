"""Starts after something went wrong or was changed: nothing is lost, and `up` works again."""

import json
import os
import re
import signal
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from running import Installation, free_port, run_vestibule

from service import wiring
from service.core.errors import Forbidden
from service.core.places import Place
from service.running import embedded_redis, first_start
from service.settings import Settings
from service.wiring import Services

New = Callable[..., Installation]
PASSWORD = re.compile(r"^Password: +(\S+)", re.MULTILINE)


@pytest.fixture
def opened(settings: Callable[..., Settings]) -> Callable[[Path], Services]:
    """The services of an installation, without a Redis."""

    def open_home(home: Path) -> Services:
        secret = (home / "secret.key").read_text().strip()
        found = settings(data_dir=home, secret_key=secret)
        return wiring.build(replace(found, redis_url="redis://127.0.0.1:1"))

    return open_home


def test_the_first_password_is_shown_even_if_redis_fails(
    tmp_path: Path, opened: Callable[[Path], Services]
) -> None:
    """It is on the terminal before the failure, since no later start could show it."""
    broken = tmp_path / "bin" / "redis-server"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    home = tmp_path / "data"
    ended = run_vestibule(
        "up",
        PATH=f"{broken.parent}:{os.environ['PATH']}",
        VESTIBULE_DATA_DIR=home,
        VESTIBULE_PORT=free_port(),
    )
    assert ended.returncode == 2
    assert "The embedded Redis did not start" in ended.stderr
    (password,) = PASSWORD.findall(ended.stdout)
    services = opened(home)
    assert services.people.sign_in(first_start.FIRST_EMAIL, password, Place("192.0.2.0/24"))
    services.close()


def test_a_lost_password_is_replaced_and_ends_the_sessions(
    tmp_path: Path, opened: Callable[[Path], Services]
) -> None:
    """The new one is made and shown once, or comes from a file; the old one opens nothing."""
    home, email = tmp_path / "data", first_start.FIRST_EMAIL
    made = run_vestibule("init", VESTIBULE_DATA_DIR=home)
    (old,) = PASSWORD.findall(made.stdout)
    services = opened(home)
    session = services.people.sign_in(email, old, Place("192.0.2.0/24")).secret
    assert services.people.find_session(session)
    given = tmp_path / "password"
    given.write_text("correct horse battery\n")
    change = ["moderator", "password", email]
    shown = run_vestibule(*change, VESTIBULE_DATA_DIR=home)
    assert shown.returncode == 0, shown.stderr
    (new,) = PASSWORD.findall(shown.stdout)
    assert services.people.find_session(session) is None
    with pytest.raises(Forbidden):
        services.people.sign_in(email, old, Place("192.0.2.0/24"))
    assert services.people.sign_in(email, new, Place("192.0.2.0/24"))
    silent = run_vestibule(*change, "--password-file", str(given), VESTIBULE_DATA_DIR=home)
    assert silent.returncode == 0, silent.stderr
    assert "Password:" not in silent.stdout
    assert services.people.sign_in(email, "correct horse battery", Place("192.0.2.0/24"))
    services.close()
    for arguments in (["eve@news.example"], ["eve"]):
        unknown = run_vestibule("moderator", "password", *arguments, VESTIBULE_DATA_DIR=home)
        assert unknown.returncode == 2
        assert unknown.stderr.count("\n") == 1
        assert not unknown.stdout


def test_a_strange_file_beside_redis_harms_no_start_and_no_end(new_installation: New) -> None:
    """Whatever lies in the folder of the socket goes with it, after kill -9 and after SIGTERM."""
    running = new_installation().start()
    first = Path(running.redis_url.removeprefix("unix://")).parent
    (first / "strange").mkdir()
    (first / "strange" / "file").touch()
    assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    running.start()
    assert not first.exists()
    second = Path(running.redis_url.removeprefix("unix://")).parent
    (second / "strange").touch()
    assert running.stop() == 0, running.log()
    assert not second.exists()
    assert not (running.data_dir / "running.lock").read_text()
    assert "Traceback" not in running.log()


def test_only_a_folder_of_our_own_is_removed(tmp_path: Path) -> None:
    """A note that names anything else than what `up` makes removes nothing."""
    kept = tmp_path / "vestibule-data"
    kept.mkdir(mode=0o700)
    open_to_all = tmp_path / "vestibule-redis-open"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    link = tmp_path / "vestibule-redis-link"
    link.symlink_to(kept)
    for path in (kept, open_to_all, link, tmp_path / "vestibule-redis-absent", Path("bad\0name")):
        embedded_redis.remove_runtime_dir(path)
    assert kept.is_dir()
    assert open_to_all.is_dir()
    assert link.is_symlink()


def test_the_demo_follows_the_server_to_another_port(new_installation: New) -> None:
    """A comment is taken at the new address, and an origin that an operator added stays."""
    running = new_installation()
    before = free_port()
    environment = running.environment | {"VESTIBULE_PORT": before}
    assert run_vestibule("init", **environment).returncode == 0
    own = f"http://127.0.0.1:{before}"
    added = ["--origin", own, "--origin", "https://demo.example"]
    assert run_vestibule("site", "set", "demo", *added, **environment).returncode == 0
    running.environment["VESTIBULE_PUBLIC_URL"] = "https://comments.example"
    running.start()
    site = json.loads(running.vestibule("site", "show", "demo").stdout)
    assert site["origins"] == [
        own,
        "https://demo.example",
        running.base_url,
        f"http://localhost:{running.port}",
        "https://comments.example",
    ]
    listed = running.vestibule("list", "show", "--site", "demo").stdout
    assert [line.split("\t")[3] for line in listed.splitlines()] == [first_start.DEMO_HELD_WORD]
    assert post(running) == 202
    assert running.stop() == 0


def test_a_relative_database_is_found_and_watched(new_installation: New, tmp_path: Path) -> None:
    """Comments are taken with a database whose path begins where `up` was started."""
    (tmp_path / "sub").mkdir()
    path = os.path.relpath(tmp_path / "sub" / "v.db")
    running = new_installation(VESTIBULE_DATABASE_URL=f"sqlite:///{path}").start()
    assert (tmp_path / "sub" / "v.db").is_file()
    assert post(running) == 202
    assert "free disk space is unknown" not in running.log()
    assert running.stop() == 0


def post(running: Installation) -> int:
    """Post a comment on the demo article; the answer's status."""
    comment = {
        "thread": {"url": f"{running.base_url}/demo/"},
        "author_name": "Ann",
        "author_email": "ann@news.example",
        "content": "I have kept bees for nine years and still learn something every spring.",
    }
    request = urllib.request.Request(
        f"{running.base_url}/v1/sites/demo/comments",
        data=json.dumps(comment).encode(),
        headers={"Content-Type": "application/json", "Origin": running.base_url},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        status: int = answer.status
        return status
