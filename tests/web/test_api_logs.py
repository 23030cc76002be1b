"""Logs carry ids and symbols: nothing of a submission stands in any record, whatever goes wrong."""

import logging

import pytest
from running import get_json, wait_until
from visitors import NEWS, Visitors, comment, everything

from service.core.records import WorkItem

NAME = "Zebraquagga"
LOCAL = "okapi.gnu"
CONTENT = "aardvarkian"
PAGE = "platypusville"
IP = "198.51.100.177"
MARKS = (NAME, LOCAL, CONTENT, PAGE, IP, "198.51.100.0", "numbatkey", "quollagent", "wombattoken")
SENT = comment(
    author_name=NAME,
    author_email=f"{LOCAL}@example.org",
    author_url=f"https://{NAME}.example/",
    content=f"{CONTENT} https://{CONTENT}.example/",
    thread={"url": f"{NEWS}/{PAGE}", "title": PAGE, "id": PAGE},
    token="wombattoken",
)
HEADERS = {"Idempotency-Key": "numbatkey", "User-Agent": "quollagent", "Origin": NEWS}


@pytest.fixture
def visitors(services, caplog):
    # As VESTIBULE_LOG_LEVEL=debug does it.
    caplog.set_level(logging.DEBUG)
    return Visitors(services)


def told(caplog):
    """Every record in full: message, arguments, and tracebacks with what they print."""
    formatter = logging.Formatter("%(name)s %(message)s %(args)s")
    return "\n".join(
        formatter.format(one) + repr({k: v for k, v in vars(one).items() if k != "exc_info"})
        for one in caplog.records
    ).lower()


def assert_silent(text):
    text = text.lower()
    for mark in MARKS:
        assert mark.lower() not in text


def test_nothing_of_a_submission_is_logged(visitors, caplog):
    """The whole story at DEBUG: posted, refused, screened, decided, read, repeated."""
    comment_id = visitors.accepted(body=SENT, headers=HEADERS, ip=IP)
    visitors.accepted(body=SENT, headers=HEADERS, ip=IP)
    visitors.post(SENT | {"content": "other"}, headers=HEADERS, ip=IP)
    for changes in (
        {"author_email": f"{LOCAL}@"}, {"content": f"{CONTENT}\0"}, {f"{NAME} ": CONTENT},
        {"thread": {"url": f"https://{PAGE}.example/"}}, {"parent_id": comment_id},
        {"content": CONTENT * 10_000}, {"author_name": NAME * 99}, {"author_url": f"x://{NAME}"},
    ):  # fmt: skip
        assert visitors.post(SENT | changes, headers={"Origin": NEWS}, ip=IP).status_code >= 400
    visitors.post(f'{{"{CONTENT}'.encode(), ip=IP)
    visitors.send_form(thread_url=f"{NEWS}/{PAGE}", content=CONTENT, author_email=f"{LOCAL}@x")
    visitors.services.screen([WorkItem(visitors.news.id, comment_id)])
    visitors.decide(comment_id, "spam")
    visitors.read(f"{NEWS}/{PAGE}")
    visitors.form(f"{NEWS}/{PAGE}")
    visitors.client.get(f"/{PAGE}?{NAME}")
    assert caplog.records, "at DEBUG something is always said"
    assert_silent(told(caplog))


@pytest.mark.parametrize("table", ["comments", "contacts", "threads", "sites", "idempotency_keys"])
def test_nothing_is_logged_or_answered_when_the_service_fails(visitors, caplog, table):
    """A statement that fails half-way is logged with its class and place, and nothing it carried."""
    visitors.accepted(ip=IP)
    visitors.rows(f"ALTER TABLE {table} RENAME TO mislaid")
    answer = visitors.post(SENT, headers=HEADERS, ip=IP)
    assert answer.status_code == 500
    assert answer.json == {
        "type": "/problems/unexpected", "title": "Something went wrong here", "status": 500,
    }  # fmt: skip
    assert "submit failed" in caplog.text
    assert_silent(told(caplog))
    assert_silent(everything(answer))


def test_nothing_is_logged_when_a_row_is_refused(visitors, caplog):
    """A database's complaint may quote the row that it refuses: it gets no further."""
    create = "CREATE UNIQUE INDEX once ON comments (author_name, content, author_url)"
    visitors.accepted(body=SENT, ip=IP)
    visitors.rows(create)
    answer = visitors.post(SENT, ip=IP)
    assert answer.status_code == 500
    assert_silent(told(caplog))
    assert_silent(everything(answer))


def test_without_redis_nothing_is_logged_either(settings, sqlite_url, caplog):
    """That Redis is gone is logged by the error's class alone."""
    from service import wiring

    caplog.set_level(logging.DEBUG)
    services = wiring.build(
        settings(database_url=sqlite_url, redis_url="redis://:wombattoken@127.0.0.1:1/0")
    )
    Visitors(services).accepted(body=SENT, ip=IP, headers=HEADERS)
    services.close()
    assert "Redis cannot be reached" in caplog.text
    assert_silent(told(caplog))


def test_a_running_installation_logs_nothing_of_it(new_installation):
    """Server, worker, sweeper and Redis at DEBUG: the log of the whole process group has no mark."""
    import json
    import urllib.request

    running = new_installation(VESTIBULE_LOG_LEVEL="debug").start()
    sent = SENT | {"thread": {"url": f"{running.base_url}/demo/{PAGE}", "title": PAGE}}
    request = urllib.request.Request(
        f"{running.base_url}/v1/sites/demo/comments",
        data=json.dumps(sent).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "quollagent"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        where = json.load(answer)["status_url"]
    wait_until(lambda: get_json(where)["state"] != "pending", timeout=20)
    token = where.partition("token=")[2]
    assert running.stop() == 0
    assert_silent(running.log())
    assert token not in running.log()
