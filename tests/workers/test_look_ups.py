"""Look-ups on the way of a comment: what others say counts, and their silence holds nothing up."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler

import pytest
from name_server import serving_names
from strangers import Server, say, serving
from subjects import signals, verdict
from working import Visitors, run_sql

from service import wiring
from service.core.lookups import Lookups, MailDomain, Opinion, Remote
from service.core.states import State
from service.remotes import building
from service.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Build = Callable[..., AbstractContextManager[Visitors]]


@pytest.fixture
def visitors_of(settings: Callable[..., Settings], database_url: str, redis_url: str) -> Build:
    """Visitors of an installation that asks a server of this machine."""

    @contextmanager
    def build(server: Server, **given: object) -> Iterator[Visitors]:
        services = wiring.build(
            settings(
                database_url=database_url,
                redis_url=redis_url,
                rate_network_per_minute=1_000_000,
                outbound_networks="127.0.0.0/8",
                outbound_ports=server.port,
                **given,
            )
        )
        try:
            yield Visitors(services)
        finally:
            services.close()

    return build


def external(server: Server) -> dict[str, object]:
    return {"external_check_url": server.url, "external_check_secret": SECRET}


def screened(visitors: Visitors, *ids: str) -> list[State | None]:
    visitors.services.screen(visitors.items(list(ids)))
    return visitors.states(list(ids))


def sealed_ips(visitors: Visitors) -> int:
    return run_sql(
        visitors.services, "UPDATE comments SET attempt = attempt WHERE ip_sealed IS NOT NULL"
    )


def test_the_external_check_counts(visitors_of: Build) -> None:
    """What the operator's own check says stands in the record, with its reason."""
    with (
        serving(say(body=b'{"spam": 1, "reason": "known to us"}')) as server,
        visitors_of(server, **external(server)) as visitors,
    ):
        posted = visitors.post()
        assert screened(visitors, posted) == [State.HELD]
        assert visitors.signals(posted)["EXTERNAL_CHECK_SPAM"] == "known to us"
    [seen] = server.seen
    assert seen.headers["webhook-id"] == posted


def test_nobody_is_told_the_address(visitors_of: Build) -> None:
    """Neither the check nor Akismet sees the address, its parts or its domain."""
    address = "sentinel.person@sentinel-domain.example"
    with serving(say(body=b"false")) as server:
        given = {"akismet_key": "key", "akismet_url": server.url, **external(server)}
        with visitors_of(server, **given) as visitors:
            screened(visitors, visitors.post(author_email=address))
    assert len(server.seen) == 2
    for seen in server.seen:
        told = f"{seen.path} {seen.headers} {seen.body.decode()}".lower()
        assert "sentinel" not in told


def test_the_ip_address_is_kept_for_remote_checks_alone_and_until_the_verdict(
    visitors_of: Build,
) -> None:
    """Akismet gets it; the column is empty before for everybody else, and for all afterwards."""
    with (
        serving(say(body=b"true")) as server,
        visitors_of(server, akismet_key="key", akismet_url=server.url) as visitors,
    ):
        posted = visitors.post(ip="198.51.100.77")
        assert sealed_ips(visitors) == 1
        assert screened(visitors, posted) == [State.HELD]
        assert sealed_ips(visitors) == 0
        assert b"198.51.100.77" in server.seen[0].body


def test_without_such_a_check_no_ip_address_is_kept(visitors_of: Build) -> None:
    """The operator's own check does without it."""
    with (
        serving(say(body=b"{}")) as server,
        visitors_of(server, **external(server)) as visitors,
    ):
        posted = visitors.post()
        assert sealed_ips(visitors) == 0
        assert screened(visitors, posted) == [State.APPROVED]


@pytest.mark.parametrize(
    ("required", "state", "symbol"),
    [("false", State.APPROVED, "REMOTE_UNAVAILABLE"), ("true", State.HELD, "REMOTE_REQUIRED")],
)
def test_silence_is_told_and_holds_only_where_that_is_wanted(
    visitors_of: Build, required: str, state: State, symbol: str
) -> None:
    """A check that breaks down costs no honest comment its place, unless the operator says so."""
    with (
        serving(say(500)) as server,
        visitors_of(server, **external(server), remote_required=required) as visitors,
    ):
        posted = visitors.post()
        assert screened(visitors, posted) == [state]
        assert visitors.signals(posted)[symbol] == "the external check"


def hanging(handler: BaseHTTPRequestHandler) -> None:
    handler.server.context.over.wait(20)


def test_one_that_hangs_is_waited_for_within_the_budget_and_then_left_alone(
    visitors_of: Build,
) -> None:
    """A batch waits once, the next not at all; after a while one question goes out again."""
    with (
        serving(hanging) as server,
        visitors_of(server, **external(server), remote_timeout_ms=300) as visitors,
    ):
        ids = visitors.post_all([f"Loaf {'abcdefghij'[place]}." for place in range(10)])
        started = time.monotonic()
        assert set(screened(visitors, *ids)) == {State.APPROVED}
        assert time.monotonic() - started < 5
        asked = len(server.seen)
        assert 3 <= asked <= 10
        later = visitors.post("Another loaf.")
        assert screened(visitors, later) == [State.APPROVED]
        assert "REMOTE_UNAVAILABLE" in visitors.signals(later)
        assert len(server.seen) == asked


def test_a_batch_is_asked_about_at_once(visitors_of: Build) -> None:
    """Eight questions are under way together: they meet at a barrier."""
    barrier = threading.Barrier(8)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        barrier.wait(10)
        say(body=b'{"spam": 0.1}')(handler)

    with (
        serving(answer) as server,
        visitors_of(server, **external(server), remote_timeout_ms=5_000) as visitors,
    ):
        ids = visitors.post_all([f"Loaf {'abcdefgh'[place]}." for place in range(8)])
        screened(visitors, *ids)
        assert all("REMOTE_UNAVAILABLE" not in visitors.signals(one) for one in ids)


def test_a_check_inside_is_not_asked_unless_its_network_is_named(
    settings: Callable[..., Settings], sqlite_url: str, redis_url: str
) -> None:
    """A wrong address of an external check cannot be made to reach the operator's own machines."""
    with serving(say(body=b'{"spam": 1}')) as server:
        services = wiring.build(
            settings(
                database_url=sqlite_url,
                redis_url=redis_url,
                outbound_ports=server.port,
                **external(server),
            )
        )
        visitors = Visitors(services)
        posted = visitors.post()
        assert screened(visitors, posted) == [State.APPROVED]
        assert "REMOTE_UNAVAILABLE" in visitors.signals(posted)
        services.close()
    assert server.seen == []


# -- the checks by themselves ----------------------------------------------------------------------


def looked_up(mail: MailDomain = MailDomain.UNKNOWN, **said: Opinion) -> dict[str, Lookups]:
    return {"lookups": Lookups(mail, {Remote[name.upper()]: one for name, one in said.items()})}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (looked_up(MailDomain.DELIVERABLE), {}),
        (looked_up(MailDomain.DISPOSABLE), {"DISPOSABLE_ADDRESS": 1.0}),
        (looked_up(MailDomain.UNDELIVERABLE), {"UNDELIVERABLE_ADDRESS": 1.0}),
        (looked_up(akismet=Opinion(0.8)), {"REMOTE_SPAM_AKISMET": 0.8}),
        (looked_up(akismet=Opinion()), {}),
        (looked_up(stop_forum_spam=Opinion(0.5)), {"REMOTE_LISTED_SENDER": 0.5}),
        (looked_up(external_check=Opinion(0.5, 0.5)), {}),
        (
            looked_up(external_check=Opinion(0.75, 1.0)),
            {"EXTERNAL_CHECK_SPAM": 0.5, "EXTERNAL_CHECK_ABUSE": 1.0},
        ),
    ],
)
def test_what_was_said_is_reported(given, expected) -> None:
    """Each under a symbol of its own, and a good word under none."""
    assert {name: one.strength for name, one in signals(**given).items()} == expected


@pytest.mark.parametrize("mail", [MailDomain.DISPOSABLE, MailDomain.UNDELIVERABLE])
def test_an_address_alone_holds_nothing(mail: MailDomain) -> None:
    """It is typed: a first comment with a throw-away address is still shown."""
    assert verdict(history={}, **looked_up(mail)).state is State.APPROVED


def test_the_domain_of_an_address_is_looked_up_and_nothing_else_of_it(
    visitors_of: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name server is asked for the domain alone."""
    with serving(say()) as server, serving_names({}) as names:
        monkeypatch.setattr(building, "system_resolver", names.resolver)
        with visitors_of(server, mail_lookups="true") as visitors:
            gone = visitors.post(author_email="somebody@gone-domain.de")
            thrown = visitors.post("Rye, please.", author_email="somebody@mailinator.com")
            assert screened(visitors, gone, thrown) == [State.APPROVED] * 2
            assert "UNDELIVERABLE_ADDRESS" in visitors.signals(gone)
            assert "DISPOSABLE_ADDRESS" in visitors.signals(thrown)
    assert set(names.asked) == {"gone-domain.de"}
    assert server.seen == []
