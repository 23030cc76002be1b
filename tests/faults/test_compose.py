"""docker-compose.yml and the Dockerfile: their rules, and the story on what they start.

No container engine is needed: the commands run as processes with exactly the environment that the
file gives, on a real PostgreSQL and a real Redis.
"""

import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from compose_file import ROOT, Reader, Stack, documented, load_compose, sh, strings
from databases import PostgresDatabases
from running import free_port, wait_until

from service.settings import TABLE

PASSWORD = "a-password-for-this-test"
OURS = {"migrate", "web", "worker", "sweeper", "deliver"}


# -- the rules of the file -------------------------------------------------------------------------

COMPOSE = load_compose()
SERVICES = COMPOSE["services"]
each_service = pytest.mark.parametrize("name", SERVICES)


def test_all_parts_are_there() -> None:
    """The file has the parts of an installation, no more and no less."""
    assert set(SERVICES) == OURS | {"redis", "postgres"}
    assert {SERVICES[name]["command"][0] for name in OURS} == OURS


@each_service
def test_service_is_confined(name: str) -> None:
    """No service runs as root, with capabilities, on a writable root, or without a memory limit."""
    service = SERVICES[name]
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert "/tmp" in service["tmpfs"]


@each_service
def test_service_is_watched_or_ends(name: str) -> None:
    """Every service has a health check and is restarted, but the one that runs once."""
    service = SERVICES[name]
    one_shot = service["restart"] == "no"
    assert one_shot == (name == "migrate")
    assert one_shot or service["restart"] == "unless-stopped"
    assert one_shot or service["healthcheck"]["test"][0] == "CMD"


@each_service
def test_secrets_come_from_files_only(name: str) -> None:
    """What is secret is named by a file that the service is given, and no text is a password."""
    service = SERVICES[name]
    secret = {one.variable for one in TABLE if one.secret}
    for variable, given in service.get("environment", {}).items():
        value = str(given)
        if variable == "VESTIBULE_REDIS_URL":
            assert "@" not in value
        elif variable.removesuffix("_FILE") in secret or re.search(
            "PASS|SECRET|TOKEN|AUTH", variable
        ):
            assert variable.endswith("_FILE")
            mounted = value.removeprefix("/run/secrets/")
            assert mounted in service["secrets"]
        else:
            assert "/run/secrets" not in value
    assert not re.search(r"://[^/\"]*@|password=|trust", strings(service))
    for mounted in service.get("secrets", []):
        assert COMPOSE["secrets"][mounted] == {"file": f"./secrets/{mounted}"}


def test_only_the_web_server_is_published() -> None:
    """Other machines reach nothing, and this machine reaches the web server alone."""
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE["networks"]["inside"]["internal"] is True
    with_way_out = {name for name, one in SERVICES.items() if one["networks"] != ["inside"]}
    assert with_way_out == {"web", "deliver"}


def test_only_the_database_keeps_something() -> None:
    """PostgreSQL has a named volume; Redis has none, does not persist and never evicts."""
    volumes = {name: one["volumes"] for name, one in SERVICES.items() if "volumes" in one}
    assert volumes == {"postgres": ["postgres:/var/lib/postgresql/data"]}
    assert set(COMPOSE["volumes"]) == {"postgres"}
    options = " ".join(map(str, SERVICES["redis"]["command"]))
    assert "--save  --appendonly no" in options
    assert "noeviction" in options
    assert "/data" in SERVICES["redis"]["tmpfs"]


def test_foreign_images_have_a_version() -> None:
    """Images come from this folder's Dockerfile, or by a name with a version."""
    for name, service in SERVICES.items():
        assert (service.get("build") == ".") == (name in OURS)
        assert name in OURS or re.search(r":\d", service["image"])


def test_parts_wait_for_the_tables() -> None:
    """Nothing of ours starts before the tables are there, and those wait for PostgreSQL."""
    for name in OURS - {"migrate"}:
        conditions = {
            other: one["condition"] for other, one in SERVICES[name]["depends_on"].items()
        }
        assert conditions == {
            "migrate": "service_completed_successfully",
            "redis": "service_healthy",
        }
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


# -- the rules of the image ------------------------------------------------------------------------


def test_image_is_small_and_harmless() -> None:
    """Two stages on versioned bases; the last one has no compiler, no root and one command."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:\d+\.\d+-slim", base) for base in bases)
    last = lines[max(at for at, line in enumerate(lines) if line.startswith("FROM ")) + 1 :]
    user = [line for line in last if line.startswith("USER ")]
    assert len(user) == 1
    assert re.fullmatch(r"USER [1-9]\d*:[1-9]\d*", user[0])
    assert user[0].removeprefix("USER ") == SERVICES["web"]["user"]
    assert 'ENTRYPOINT ["vestibule"]' in last
    assert not any(re.search(r"apt|gcc|COPY \.|ADD ", line) for line in last)
    # It runs on the newest Python that the wheels are built for, not on one the package refuses.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "postgres" in project["optional-dependencies"]


def test_image_gets_nothing_but_the_package() -> None:
    """All is ignored but what the image is built from, and that is there."""
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert rules[0] == "*"
    admitted = {line.removeprefix("!") for line in rules if line.startswith("!")}
    copied = set(
        re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    )
    assert {name for names in copied for name in names.split()} == admitted
    assert all((ROOT / name).exists() for name in admitted)


# -- the story -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory, postgres_databases: PostgresDatabases
) -> Iterator[Stack]:
    """Everything that the file describes, started after the documented preparations."""
    folder = tmp_path_factory.mktemp("compose")
    sh(documented("secrets"), folder)
    (folder / "password.txt").write_text(f"{PASSWORD}\n", "utf-8")
    with postgres_databases.empty() as url:
        _give_to_vestibule(url, (folder / "secrets/postgres_password").read_text("utf-8"))
        _point_at(url, folder / "secrets/database_url")
        made = Stack(
            folder,
            {
                "/run/secrets": str(folder / "secrets"),
                "redis:6379": f"127.0.0.1:{free_port()}",
                "0.0.0.0": "127.0.0.1",
                "8080": str(free_port()),
            },
        )
        try:
            made.up()
            for line in documented("first steps").splitlines():
                made.run_documented(line)
            yield made
        finally:
            statuses = made.down()
    assert set(statuses.values()) == {0}, statuses


def _give_to_vestibule(url: str, password: str) -> None:
    """What the image of PostgreSQL does at its first start, without making a superuser."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute("DROP ROLE IF EXISTS vestibule")
        connection.execute(f"CREATE ROLE vestibule LOGIN PASSWORD '{password}'".encode())
        connection.execute(f"ALTER DATABASE {name} OWNER TO vestibule".encode())


def _point_at(url: str, file: Path) -> None:
    """Put the server's place into the file, and leave user and password as they were written."""
    scheme_and_account, at, place = file.read_text("utf-8").partition("@")
    assert place == "postgres/vestibule"
    found = re.fullmatch(r"\w+\+psycopg://[^@/]*@?([^/]*/\w+\?.*)", url)
    assert found, "the server's URL has another shape than this test knows"
    file.write_text(f"{scheme_and_account}{at}{found[1]}", "utf-8")


def test_friendly_comment_is_shown(stack: Stack) -> None:
    """A friendly comment stands in the thread within seconds."""
    reader = Reader(stack)
    receipt = reader.post("Ours has a bench, and somebody always sits on it.")
    assert receipt["state"] == "pending"
    wait_until(lambda: "somebody always sits" in reader.thread(), what=stack.log)
    assert reader.ask(receipt["status_url"])["state"] == "approved"


def test_held_word_waits_for_the_moderator(stack: Stack) -> None:
    """A comment with the site's held word is never shown, and waits where Ann can see it."""
    reader = Reader(stack)
    receipt = reader.post("We keep the marmalade in ours.")
    wait_until(lambda: reader.ask(receipt["status_url"])["state"] == "held", what=stack.log)
    assert "marmalade" not in reader.thread()

    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = urlencode({"email": "ann@news.example", "password": PASSWORD}).encode()
    with browser.open(f"{reader.base}/desk/sign-in", form, timeout=10) as queue:
        page = queue.read().decode()
    assert "We keep the" in page
    assert "It has a word that this site wants a person to look at." in page


def test_every_part_is_healthy(stack: Stack) -> None:
    """All health checks pass while everything runs, and the web server's fails for a wrong page."""
    assert all(stack.is_healthy(name) for name in stack.started if name != "migrate")
    with pytest.raises(urllib.error.HTTPError):
        Reader(stack).ask("/readyz-or-not")


def test_no_secret_shows(stack: Stack) -> None:
    """Neither an environment nor a log carries what stands in the files of secrets."""
    shown = stack.log() + strings([stack.environment(name) for name in stack.started])
    for file in (stack.folder / "secrets").iterdir():
        for secret in re.findall(r"[0-9a-f]{64}", file.read_text("utf-8")):
            assert secret not in shown
    assert "bea@example.org" not in shown


def test_secret_can_be_changed(stack: Stack) -> None:
    """A new secret alone is refused; after the documented rotation the same database opens."""
    Reader(stack).post("Do you keep yours warm?")
    file = stack.folder / "secrets/secret_key"
    former = file.read_text("utf-8")
    file.write_text("another-secret-0123456789-0123456789", "utf-8")
    refused = stack.run("web", "site", "show", "news")
    assert refused.returncode == 2
    assert "sealed with another secret" in refused.stderr
    file.write_text(former, "utf-8")

    sh(documented("rotation"), stack.folder)
    assert file.read_text("utf-8") != former
    opened = stack.run("web", "site", "show", "news")
    assert opened.returncode == 0, opened.stderr
