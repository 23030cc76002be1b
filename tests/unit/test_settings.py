"""Settings: defaults, faults that are named all at once, and secrets that come as files."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from service.core.errors import SetupError
from service.settings import TABLE, Settings, load, sqlite_path

SECRET = "0123456789abcdef0123456789abcdef"


def test_an_empty_environment_is_a_complete_configuration(tmp_path, monkeypatch) -> None:
    """Nothing has to be set: everything but the secret has a default, and a file may hold that."""
    monkeypatch.chdir(tmp_path)
    settings = load({})
    assert settings.data_dir == tmp_path / "vestibule-data"
    assert settings.database_url == f"sqlite:///{tmp_path}/vestibule-data/vestibule.db"
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.redis_url is None
    assert settings.secret_key is None


def test_every_bad_variable_is_named_at_once_and_no_value_repeated() -> None:
    """An operator sees all that is wrong in one message, which may stand in a log."""
    with pytest.raises(SetupError) as caught:
        load(
            {
                "VESTIBULE_PORT": "0815-private",
                "VESTIBULE_DATABASE_URL": "mysql://private@host/name",
                "VESTIBULE_SECRET_KEY": "private",
                "VESTIBULE_REDIS": "redis://private",
            }
        )
    text = str(caught.value)
    for name in ("VESTIBULE_PORT", "VESTIBULE_DATABASE_URL", "VESTIBULE_SECRET_KEY"):
        assert f"{name} must" in text
    assert "VESTIBULE_REDIS is not a setting" in text
    assert "private" not in text


@pytest.mark.parametrize("text", ["0", "65536", "-1", "1.5", "８０", "8080 ", "1e3"])
def test_a_port_is_a_whole_number_in_range(text: str) -> None:
    """Neither digits of other scripts nor numbers out of range are taken."""
    with pytest.raises(SetupError, match="VESTIBULE_PORT"):
        load({"VESTIBULE_PORT": text})


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("VESTIBULE_OUTBOUND_NETWORKS", "10.0.0.1/8"),
        ("VESTIBULE_OUTBOUND_NETWORKS", "inside.example"),
        ("VESTIBULE_OUTBOUND_PORTS", "80;443"),
        ("VESTIBULE_OUTBOUND_PORTS", " , "),
    ],
)
def test_what_outgoing_requests_may_reach_is_read_strictly(variable: str, text: str) -> None:
    """A network with bits beyond its prefix is a typing error, and so is a list of no ports."""
    with pytest.raises(SetupError, match=f"{variable} must"):
        load({variable: text})


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://ann@db/main", "postgresql+psycopg://ann@db/main"),
        ("postgresql://ann@db/main", "postgresql+psycopg://ann@db/main"),
        ("sqlite:////srv/vestibule.db", "sqlite:////srv/vestibule.db"),
    ],
)
def test_a_database_url_is_taken_as_operators_write_it(given: str, used: str) -> None:
    """The usual spellings of PostgreSQL's URLs lead to the driver that is installed."""
    assert load({"VESTIBULE_DATABASE_URL": given}).database_url == used


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///?cache=shared",
        "sqlite:///file::memory:?cache=shared&uri=true",
        "sqlite://private/v.db",
    ],
)
def test_an_sqlite_database_must_be_a_file(url: str) -> None:
    """Each process would have a database in memory to itself, and comments would vanish."""
    with pytest.raises(SetupError, match="VESTIBULE_DATABASE_URL must") as caught:
        load({"VESTIBULE_DATABASE_URL": url})
    assert "private" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///v.db", "v.db"),
        ("sqlite:///sub/v.db?timeout=5", "sub/v.db"),
        ("sqlite:////srv/v.db", "/srv/v.db"),
        ("sqlite:////srv/v.db?timeout=5", "/srv/v.db"),
    ],
)
def test_the_file_of_a_database_is_the_one_that_is_opened(
    url: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three slashes are relative to the working directory, four absolute, as the driver has it."""
    monkeypatch.chdir(tmp_path)
    assert sqlite_path(url) == tmp_path / path
    assert make_url(url).database == path


def test_another_kind_of_database_has_no_file() -> None:
    """The disk of a database server is not this machine's to watch."""
    assert sqlite_path("postgresql+psycopg:///main") is None


@pytest.mark.parametrize(
    ("host", "port", "public"),
    [
        ("0.0.0.0", "9000", "http://127.0.0.1:9000"),
        ("::", "9000", "http://127.0.0.1:9000"),
        ("::1", "9000", "http://[::1]:9000"),
        ("comments.example", "80", "http://comments.example:80"),
    ],
)
def test_without_a_public_url_the_address_listened_on_stands_in(host, port, public) -> None:
    """Links work at once on one machine, even when the server listens on all addresses."""
    assert load({"VESTIBULE_HOST": host, "VESTIBULE_PORT": port}).public_url == public


def test_a_public_url_is_reduced_to_its_origin() -> None:
    """Links and origin checks need the origin only, in one spelling."""
    settings = load({"VESTIBULE_PUBLIC_URL": "HTTPS://Comments.Example:443/"})
    assert settings.public_url == "https://comments.example"


def test_each_secret_may_come_as_a_file(tmp_path: Path) -> None:
    """Compose and systemd hand secrets over as files; white space at the end is not theirs."""
    for setting in TABLE:
        variable = f"{setting.variable}_FILE"
        if not setting.secret:
            with pytest.raises(SetupError, match=variable):
                load({variable: "x"})
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    assert load({"VESTIBULE_SECRET_KEY_FILE": str(path)}).secret_key == SECRET
    with pytest.raises(SetupError, match="must not both be set"):
        load({"VESTIBULE_SECRET_KEY_FILE": str(path), "VESTIBULE_SECRET_KEY": SECRET})
    with pytest.raises(SetupError, match="cannot be read"):
        load({"VESTIBULE_SECRET_KEY_FILE": str(tmp_path / "absent")})


def test_a_generated_secret_is_found_and_a_damaged_one_refused(tmp_path: Path) -> None:
    """What `init` wrote is used; a file cut short is a fault rather than a weak secret."""
    environ = {"VESTIBULE_DATA_DIR": str(tmp_path)}
    (tmp_path / "secret.key").write_text(SECRET + "\n")
    assert load(environ).secret_key == SECRET
    (tmp_path / "secret.key").write_text(SECRET[:10])
    with pytest.raises(SetupError, match="damaged"):
        load(environ)


def test_settings_do_not_show_their_secrets() -> None:
    """A traceback or a log line that shows the settings shows no secret."""
    settings = load({"VESTIBULE_SECRET_KEY": SECRET})
    assert SECRET not in repr(settings)
    assert SECRET not in f"{settings}"


def test_the_table_and_the_fields_agree() -> None:
    """Each field has one row, so that the documentation made from the table is complete."""
    assert [one.field for one in TABLE] == list(Settings.__dataclass_fields__)
    assert all(one.help.endswith(".") for one in TABLE)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"SMTP_HOST": "mail.example"}, "SMTP_FROM belong together"),
        ({"SMTP_FROM": "a@news.example"}, "SMTP_HOST and VESTIBULE_SMTP_FROM"),
        ({"SMTP_USER": "ann"}, "SMTP_PASSWORD belong together"),
        ({"SMTP_HOST": "smtp://mail.example"}, "SMTP_HOST must"),
        ({"SMTP_FROM": "Ann <a@news.example>"}, "SMTP_FROM must"),
        ({"SMTP_ENCRYPTION": "ssl"}, "SMTP_ENCRYPTION must"),
        (
            {
                "SMTP_HOST": "mail.example", "SMTP_FROM": "a@news.example",
                "SMTP_USER": "ann", "SMTP_PASSWORD": "x", "SMTP_ENCRYPTION": "none",
            },
            "SMTP_PASSWORD must not be sent without encryption",
        ),
    ],
)  # fmt: skip
def test_a_mail_server_is_set_up_wholly_or_not_at_all(given, fault) -> None:
    """What is missing is named, and a password goes over no open line."""
    with pytest.raises(SetupError, match=fault):
        load({f"VESTIBULE_{name}": text for name, text in given.items()})
