"""The courier: quick, fair to endpoints, and nothing lost whatever dies."""

import signal
import subprocess
import threading

import pytest
from click.testing import CliRunner
from running import VESTIBULE, clean_environment, guarded, wait_until
from strangers import say, serving

from service import wiring
from service.cli import main
from service.core.decisions import Action
from service.core.states import State
from service.running.courier import PLACES
from tests.webhooks.conftest import courier, reaching, told


@pytest.fixture
def open_courier(settings, database_url, redis_url):
    return lambda: wiring.build(reaching(settings, database_url, redis_url))


def test_an_event_is_told_at_once(teller, receiver, open_courier):
    """The bell wakes the courier: no round of some seconds is waited for."""
    teller.add(receiver)
    with courier(open_courier):
        for number in range(1, 4):
            teller.comment()
            wait_until(lambda n=number: len(receiver.seen) == n, timeout=3)


def test_without_redis_events_are_told_a_little_later(teller, receiver, settings, database_url):
    """The store is the truth: a courier that hears no bell looks by itself."""
    teller.add(receiver)
    teller.comment()
    deaf = reaching(settings, database_url, "redis://127.0.0.1:1")
    with courier(lambda: wiring.build(deaf)):
        wait_until(lambda: len(receiver.seen) == 1)
        teller.comment()
        wait_until(lambda: len(receiver.seen) == 2, timeout=12)


def test_a_slow_endpoint_delays_no_other(teller, receiver, open_courier):
    """While one keeps all its attempts waiting, everything else arrives, each comment in order."""
    entered: list[int] = []
    let_go = threading.Event()

    def hang(handler):
        entered.append(1)
        let_go.wait(20)
        say(200)(handler)

    with serving(hang) as slow:
        teller.add(slow)
        teller.add(receiver)
        with courier(open_courier):
            comments = [teller.comment() for _ in range(30)]
            for one in comments:
                teller.decide(one, Action.APPROVE)
            wait_until(lambda: len(receiver.seen) == 60, timeout=20)
            assert len(entered) == 1
            let_go.set()
        for one in comments:
            kinds = [
                kind
                for kind, seen in zip(told(receiver), receiver.seen, strict=True)
                if one.encode() in seen.body
            ]
            assert kinds == ["comment.held", "comment.approved"]


def test_many_hanging_endpoints_leave_half_of_the_places(teller, receiver, open_courier):
    """However many keep their attempts waiting, one that answers is told at once."""
    let_go = threading.Event()

    def hang(handler):
        let_go.wait(20)
        say(200)(handler)

    with serving(hang) as slow:
        for number in range(15):
            teller.add(slow, f"/{number}")
        with courier(open_courier):
            teller.comment()
            wait_until(lambda: len(slow.seen) == PLACES // 2)
            teller.add(receiver)
            # Of those that have not answered yet only so many are tried at a time.
            teller.comment()
            assert len(slow.seen) == PLACES // 2
            let_go.set()
            wait_until(lambda: len(receiver.seen) == 1)
            wait_until(lambda: len(slow.seen) == 30)


def test_two_couriers_deliver_each_event_once(teller, receiver, open_courier):
    """An attempt is claimed in the store, so that more of them do no harm."""
    teller.add(receiver)
    comments = [teller.comment() for _ in range(40)]
    with courier(open_courier), courier(open_courier):
        wait_until(lambda: len(receiver.seen) >= 40, timeout=20)
    assert len({one.headers["webhook-id"] for one in receiver.seen}) == len(comments)
    assert len(receiver.seen) == 40


def test_a_courier_killed_in_mid_delivery_loses_nothing(teller, database_url, redis_url, tmp_path):
    """kill -9 while a receiver holds the request: after the lease it is sent again, same id."""
    let_go = threading.Event()

    def hang(handler):
        if len(server.seen) == 1:
            let_go.wait(20)
        say(200)(handler)

    environment = clean_environment(
        VESTIBULE_DATA_DIR=tmp_path / "data",
        VESTIBULE_DATABASE_URL=database_url,
        VESTIBULE_REDIS_URL=redis_url,
        VESTIBULE_SECRET_KEY=teller.services.settings.secret_key,
        VESTIBULE_OUTBOUND_NETWORKS="127.0.0.0/8",
    )
    with serving(hang) as server:
        environment["VESTIBULE_OUTBOUND_PORTS"] = str(server.port)
        endpoint, _ = teller.add(server)
        teller.comment()

        def start():
            return subprocess.Popen(guarded([str(VESTIBULE), "deliver"]), env=environment)

        process = start()
        try:
            wait_until(lambda: len(server.seen) == 1, timeout=20)
            process.kill()
            process.wait()
            assert teller.log(endpoint) == [("comment.held", "waiting", [])]
            let_go.set()
            teller.make_due()  # as after the lease, without waiting for half a minute
            process = start()
            wait_until(lambda: teller.log(endpoint)[0][1] == "delivered", timeout=20)
            assert len({one.headers["webhook-id"] for one in server.seen}) == 1
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
        finally:
            process.kill()
            process.wait()


def test_a_rolled_back_transaction_tells_nothing(teller, receiver):
    """An event is part of the transaction of what it tells."""
    teller.add(receiver)

    class Undone(Exception):
        pass

    comment = teller.comment(state=State.APPROVED)
    with pytest.raises(Undone), teller.services.store.write() as tx:
        tx.start_surge(
            teller.site.id, now=teller.services.clock(), event_id=teller.services.new_id()
        )
        raise Undone
    teller.deliver()
    assert told(receiver) == ["comment.approved"]
    assert comment.encode() in receiver.seen[0].body


def test_the_commands_manage_webhooks(receiver, tmp_path):
    """Add, list, test, rotate, pause, resume, replay, remove; the secret is shown once."""
    environment = clean_environment(
        VESTIBULE_DATA_DIR=tmp_path / "data",
        VESTIBULE_OUTBOUND_NETWORKS="127.0.0.0/8",
        VESTIBULE_OUTBOUND_PORTS=receiver.port,
    )

    def run(*arguments):
        return CliRunner().invoke(main, ["webhook", *arguments], env=environment)

    assert CliRunner().invoke(main, ["init"], env=environment).exit_code == 0
    added = run("add", "demo", f"{receiver.url}/hook", "--event", "comment.approved")
    assert added.exit_code == 0, added.stderr
    name = added.stdout.split()[1].rstrip(".")
    assert "Secret: whsec_" in added.stdout
    listed = run("list", "demo").stdout
    assert f"{name}\t{receiver.url}/hook\tcomment.approved\ton\t0 waiting\t0 dead" in listed
    assert "whsec_" not in listed
    assert run("test", "demo", name).stdout.startswith("Taken: 204 after ")
    assert "whsec_" in run("rotate", "demo", name).stdout
    assert run("pause", "demo", name).exit_code == 0
    assert "by hand" in run("list", "demo").stdout
    assert run("resume", "demo", name).exit_code == 0
    assert run("replay", "demo", name).stdout == "0 put up again.\n"
    assert run("remove", "demo", name).exit_code == 0
    assert run("list", "demo").stdout == ""
    for wrong in (
        ("add", "nowhere", receiver.url),
        ("add", "demo", "ftp://files.example"),
        ("add", "demo", "https://hooks.example/?to=ann@news.example"),
        ("test", "demo", name),
        ("test", "demo", "x'"),
    ):
        told_off = run(*wrong)
        assert told_off.exit_code == 2, wrong
        assert len(told_off.stderr.strip().splitlines()) == 1
        assert "ann@" not in told_off.stderr
