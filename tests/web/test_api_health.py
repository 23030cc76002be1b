"""Health for supervisors, and what answers when the address or the method is wrong."""

import re
import subprocess

import pytest
from running import VESTIBULE, clean_environment, wait_until
from visitors import STORY, Visitors

from service import wiring
from service.core.errors import VestibuleError
from service.running.processes import guarded
from service.web.app import create_app


@pytest.fixture
def visitors(services):
    return Visitors(services)


@pytest.fixture
def start_worker(services):
    """Starts a real worker process on the same database and Redis."""
    started = []

    def start():
        chosen = services.settings
        environment = clean_environment(
            VESTIBULE_DATA_DIR=chosen.data_dir,
            VESTIBULE_DATABASE_URL=chosen.database_url,
            VESTIBULE_REDIS_URL=chosen.redis_url,
            VESTIBULE_SECRET_KEY=chosen.secret_key,
        )
        started.append(
            subprocess.Popen(
                guarded([str(VESTIBULE), "worker"]),
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def test_it_lives_whatever_else_does(visitors):
    """`/healthz` says that the process answers, and nothing about it."""
    answer = visitors.client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"alive": True})
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_is_ready_once_a_worker_was_seen_and_stays_so(visitors, start_worker):
    """503 before the first worker, 200 with it, and 200 with `screening` false when it has gone."""
    answer = visitors.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": True, "screening": False}
    worker = start_worker()
    wait_until(lambda: visitors.client.get("/readyz").status_code == 200, timeout=30)
    assert visitors.client.get("/readyz").json == {
        "ready": True, "database": True, "screening": True,
    }  # fmt: skip
    worker.terminate()
    worker.wait(20)
    wait_until(lambda: not visitors.client.get("/readyz").json["screening"], timeout=30)
    answer = visitors.client.get("/readyz")
    assert (answer.status_code, answer.json["ready"]) == (200, True)


def test_each_application_waits_for_a_worker_of_its_own(services):
    """That one application has seen a worker makes no other one ready."""
    for _ in range(2):
        client = create_app(services).test_client()
        assert client.get("/readyz").status_code == 503


def test_without_its_database_it_is_not_ready(visitors):
    """The database's loss is 503 and said; its return is seen at once."""
    visitors.rows("ALTER TABLE comments RENAME TO mislaid")
    answer = visitors.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] is False
    assert visitors.client.get("/healthz").status_code == 200
    visitors.rows("ALTER TABLE mislaid RENAME TO comments")
    assert visitors.client.get("/readyz").json["database"] is True


def test_without_redis_it_says_that_nothing_is_screened(settings, database_url):
    """Redis's loss shows as `screening`, quickly, and is no fault of ours."""
    services = wiring.build(
        settings(database_url=database_url, redis_url="unix:///nowhere/redis.sock")
    )
    answer = create_app(services).test_client().get("/readyz")
    services.close()
    assert answer.json == {"ready": False, "database": True, "screening": False}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/sites/news/nothing", 404),
        ("GET", "/v1/", 404),
        ("GET", "/v1/sites/news/comments/", 404),
        ("GET", "//v1/sites/news/form", 404),
        ("GET", "/v1/sites/../../etc/passwd", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/embed/..%2f..%2fapp.py", 404),
        ("DELETE", "/v1/sites/news/comments", 405),
        ("PUT", "/v1/sites/news/comments", 405),
        ("POST", "/v1/sites/news/form", 405),
        ("POST", "/healthz", 405),
        ("TRACE", "/healthz", 405),
        ("BREW", "/v1/sites/news/comments", 405),
    ],
)
def test_wrong_addresses_and_methods_are_told_as_problems(visitors, method, path, status):
    """404 and 405 are problem+json like every other error; 405 names what would do."""
    answer = visitors.client.open(path, method=method)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    if status == 405:
        assert answer.headers["Allow"]
        assert method not in answer.headers["Allow"]


def test_every_problem_has_a_page(visitors):
    """Each `type` that an answer carries leads to a page in words; another word is 404."""
    answers = [
        visitors.client.get("/nothing"), visitors.client.delete("/healthz"), visitors.post(b"{"),
        visitors.post({}), visitors.post(headers={"Content-Type": "text/plain"}),
        visitors.read(limit="x"), visitors.form(headers={"Origin": "null"}),
        visitors.post(b" " * 200_000), visitors.send_form(a="b"),
    ]  # fmt: skip
    types = {answer.json["type"] for answer in answers if answer.is_json}
    assert len(types) >= 7
    visitors.rows("ALTER TABLE sites RENAME TO mislaid")
    types.add(visitors.read(STORY).json["type"])
    assert "/problems/unexpected" in types
    types |= {f"/problems/{kind.code}" for kind in _every(VestibuleError)}
    for place in types:
        page = visitors.client.get(place)
        assert page.status_code == 200, place
        assert page.mimetype == "text/html"
        assert re.search(r"<h1>\S.*</h1>", page.text)
        assert "style-src 'self'" in page.headers["Content-Security-Policy"]
    for code in ("nothing", "<script>", "..", "%00"):
        assert visitors.client.get(f"/problems/{code}").status_code == 404


def _every(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _every(one)
