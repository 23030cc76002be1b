"""What can be wrong before the first comment: each fault has its message, and nothing is harmed."""

import json
import socket
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from running import free_port, run_vestibule

from service import wiring
from service.core.comment import NewContact
from service.core.errors import SetupError
from service.running import embedded_redis, first_start
from service.settings import Settings

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation that `init` has set up."""
    path = tmp_path / "data"
    assert run_vestibule("init", VESTIBULE_DATA_DIR=path).returncode == 0
    return path


def refusal(*arguments: str, **settings: object) -> str:
    """The one line that a command refuses with."""
    ended = run_vestibule(*arguments, **settings)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_init_makes_a_private_secret_and_changes_nothing_the_second_time(tmp_path: Path) -> None:
    """Only its owner reads the secret; running `init` again keeps it, and shows no password."""
    path = tmp_path / "deep" / "data"
    first = run_vestibule("init", VESTIBULE_DATA_DIR=path)
    assert first.returncode == 0, first.stderr
    secret = path / "secret.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    before = secret.read_text()
    assert len(before.strip()) >= 64
    second = run_vestibule("init", VESTIBULE_DATA_DIR=path)
    assert second.returncode == 0, second.stderr
    assert secret.read_text() == before
    assert "Password" in first.stdout
    assert "Password" not in second.stdout


def test_the_first_password_is_shown_once_and_stands_in_no_file(tmp_path: Path) -> None:
    """The terminal is the only place that the first password ever stands at in plain."""
    shown = run_vestibule("init", VESTIBULE_DATA_DIR=tmp_path / "data").stdout
    (password,) = [line.split()[1] for line in shown.splitlines() if line.startswith("Password:")]
    assert len(password) >= 20
    for path in (tmp_path / "data").rglob("*"):
        content = path.read_bytes()
        assert password.encode() not in content, path.name
        assert first_start.FIRST_EMAIL.encode() not in content, path.name


def test_the_demo_site_is_for_the_server_itself(home: Path) -> None:
    """Its origins are both names of this machine, and a word is held that its page can name."""
    shown = run_vestibule("site", "show", "demo", VESTIBULE_DATA_DIR=home)
    site = json.loads(shown.stdout)
    assert site["origins"] == ["http://127.0.0.1:8080", "http://localhost:8080"]
    listed = run_vestibule("list", "show", "--site", "demo", VESTIBULE_DATA_DIR=home).stdout
    assert listed.split("\t")[1:4] == ["hold", "word", "marmalade"]


def test_init_adds_no_demo_where_there_is_a_site(tmp_path: Path, home: Path) -> None:
    """A demo is for newcomers: an installation with a site of its own gets none."""
    run_vestibule(
        "site", "add", "news", "--origin", "https://news.example", VESTIBULE_DATA_DIR=home
    )
    assert run_vestibule("init", VESTIBULE_DATA_DIR=home).returncode == 0
    listed = run_vestibule("site", "list", VESTIBULE_DATA_DIR=home).stdout
    assert [line.split("\t")[0] for line in listed.splitlines()] == ["demo", "news"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["web"],
        ["worker"],
        ["sweeper"],
        ["migrate"],
        ["site", "list"],
        ["site", "add", "news", "--origin", "https://news.example"],
        ["moderator", "add", "ann@news.example", "--role", "admin"],
        ["moderator", "password", "ann@news.example"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_single_part_refuses_to_start_without_a_secret(
    tmp_path: Path, arguments: list[str]
) -> None:
    """It says how to get one, and makes nothing."""
    path = tmp_path / "data"
    message = refusal(
        *arguments, VESTIBULE_DATA_DIR=path, VESTIBULE_REDIS_URL="redis://127.0.0.1:1"
    )
    for hint in ("vestibule init", "VESTIBULE_SECRET_KEY", "VESTIBULE_SECRET_KEY_FILE"):
        assert hint in message
    assert not path.exists()


@pytest.mark.parametrize("command", ["init", "up"])
def test_a_lost_secret_is_never_replaced_where_addresses_exist(
    command: str, home: Path, settings: Callable[..., Settings]
) -> None:
    """With the secret gone it names what to restore, and works again once that is done."""
    secret = (home / "secret.key").read_text()
    with_contact(settings(data_dir=home, secret_key=secret.strip()))
    (home / "secret.key").unlink()
    message = refusal(command, VESTIBULE_DATA_DIR=home, VESTIBULE_PORT=free_port())
    assert "The secret is gone" in message
    assert f"Restore {home / 'secret.key'} from your backup" in message
    assert not (home / "secret.key").exists()
    other = refusal("site", "list", VESTIBULE_DATA_DIR=home, VESTIBULE_SECRET_KEY=SECRET)
    assert "sealed with another secret" in other
    (home / "secret.key").write_text(secret)
    assert run_vestibule("init", VESTIBULE_DATA_DIR=home).returncode == 0


def with_contact(settings: Settings) -> None:
    """Store an address as a comment's author would leave it."""
    services = wiring.build(replace(settings, redis_url="redis://127.0.0.1:1"))
    email, contact_id = "ann@news.example", services.new_id()
    with services.store.write() as tx:
        site = tx.sites()[0]
        contact = NewContact(
            id=contact_id,
            site_id=site.id,
            email_index=services.vault.email_indexes(email, scope=site.id)[0],
            email_sealed=services.vault.seal(email, bound_to=contact_id),
            avatar_id=services.new_id(),
            created_at=datetime.now(UTC),
        )
        tx.add_comments([], [contact])
    services.close()


@pytest.mark.parametrize("command", ["init", "up"])
def test_a_data_directory_that_cannot_be_made_is_named(command: str, tmp_path: Path) -> None:
    """Neither a path in /proc nor one below a file can be written, not even by root."""
    message = refusal(command, VESTIBULE_DATA_DIR="/proc/vestibule")
    assert "The data directory /proc/vestibule cannot be written" in message
    assert "VESTIBULE_DATA_DIR" in message
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in refusal(command, VESTIBULE_DATA_DIR=tmp_path / "file" / "data")


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    """Nothing is set up for a server that could not be reached; the message says what to change."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        message = refusal("up", VESTIBULE_DATA_DIR=tmp_path / "data", VESTIBULE_PORT=port)
    assert f"port {port} on 127.0.0.1" in message
    assert "VESTIBULE_PORT" in message
    assert not (tmp_path / "data" / "secret.key").exists()


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    """An address that this machine does not have (RFC 5737) cannot be listened on."""
    message = refusal("up", VESTIBULE_DATA_DIR=tmp_path, VESTIBULE_HOST="192.0.2.1")
    assert "VESTIBULE_HOST" in message


@pytest.mark.parametrize("command", ["init", "up"])
def test_an_unreachable_database_is_named_without_its_password(
    command: str, tmp_path: Path
) -> None:
    """Nothing is generated for a database that may hold what another secret sealed."""
    url = f"postgresql://ann:hush@127.0.0.1:{free_port()}/main"
    message = refusal(
        command,
        VESTIBULE_DATA_DIR=tmp_path / "data",
        VESTIBULE_PORT=free_port(),
        VESTIBULE_DATABASE_URL=url,
    )
    assert "VESTIBULE_DATABASE_URL" in message
    assert "hush" not in message
    assert not (tmp_path / "data" / "secret.key").exists()


def test_a_database_without_tables_is_told_how_to_get_them(tmp_path: Path) -> None:
    """The single parts change no schema; they name the command that does."""
    message = refusal("site", "list", VESTIBULE_DATA_DIR=tmp_path, VESTIBULE_SECRET_KEY=SECRET)
    assert "vestibule migrate" in message


def test_two_installations_cannot_share_a_data_directory(tmp_path: Path) -> None:
    """While one runs, a second one is refused instead of fighting for the same Redis."""
    with first_start.hold_data_dir(tmp_path):
        message = refusal("up", VESTIBULE_DATA_DIR=tmp_path, VESTIBULE_PORT=free_port())
    assert "already runs" in message


def test_bad_settings_of_a_site_are_named(home: Path) -> None:
    """A setting of the wrong type or name changes nothing and is named."""
    given = {"VESTIBULE_DATA_DIR": home}
    assert "hold_all" in refusal("site", "set", "demo", "hold_all=3", **given)
    assert "KEY=JSON" in refusal("site", "set", "demo", "colour=1", **given)
    assert "must be JSON" in refusal("site", "set", "demo", "hold_all=yes", **given)
    assert "no site news" in refusal("site", "set", "news", "hold_all=true", **given)
    assert "already a site" in refusal(
        "site", "add", "demo", "--origin", "https://news.example", **given
    )
    changed = run_vestibule(
        "site", "set", "demo", "hold_all=true", 'reserved_names=["fig jam"]', **given
    )
    assert changed.returncode == 0, changed.stderr
    site = json.loads(run_vestibule("site", "show", "demo", **given).stdout)
    assert site["settings"]["hold_all"] is True
    assert site["settings"]["reserved_names"] == ["fig jam"]
    assert site["settings"]["require_email"] is True


def test_a_moderator_s_password_comes_from_a_file_or_is_made(home: Path, tmp_path: Path) -> None:
    """A password never stands on a command line; a made one is shown once."""
    file = tmp_path / "password"
    file.write_text("correct horse battery\n")
    add = ["moderator", "add", "ann@news.example", "--role", "moderator", "--site", "demo"]
    given = run_vestibule(*add, "--password-file", str(file), VESTIBULE_DATA_DIR=home)
    assert given.returncode == 0, given.stderr
    assert "Password" not in given.stdout
    again = run_vestibule(*add, VESTIBULE_DATA_DIR=home)
    assert (again.returncode, "nothing is changed" in again.stdout) == (0, True)
    made = run_vestibule(
        "moderator", "add", "bob@news.example", "--role", "viewer", VESTIBULE_DATA_DIR=home
    )
    assert "Password: " in made.stdout
    file.write_text("short\n")
    weak = ["moderator", "add", "eve@news.example", "--role", "admin", "--password-file", str(file)]
    assert "at least" in refusal(*weak, VESTIBULE_DATA_DIR=home)
    assert "EMAIL" in refusal("moderator", "add", "eve", "--role", "admin", VESTIBULE_DATA_DIR=home)


def test_help_is_quick_and_loads_no_command() -> None:
    """The list of commands names those of other packages without importing them."""
    shown = run_vestibule("--help")
    assert shown.returncode == 0
    for name in ("up", "init", "web", "worker", "sweeper", "migrate", "site", "moderator"):
        assert f"\n  {name} " in shown.stdout


def test_a_long_path_for_the_socket_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis cannot listen on a path of over 107 bytes, so a short folder is taken instead."""
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    folder = embedded_redis.make_runtime_dir()
    try:
        assert deep not in folder.parents
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        embedded_redis.remove_runtime_dir(folder)
    assert not any(deep.iterdir())


def test_a_redis_that_cannot_start_is_reported_with_its_words(tmp_path: Path) -> None:
    """The reason that Redis gives reaches the operator."""
    (tmp_path / "redis.log").write_text("Bad directive or wrong number of arguments\n")
    with pytest.raises(SetupError, match="Bad directive"):
        embedded_redis.wait_until_ready(tmp_path, lambda: False, timeout_seconds=1)
