"""Domains of addresses: thrown away, without mail, or simply not known."""

import time
from collections.abc import Iterator
from hashlib import sha256

import dns.resolver
import pytest
from name_server import NameServer, serving_names
from redis import Redis

from service.core.lookups import MailDomain
from service.queue import RedisGate, RedisMemory
from service.remotes.breaker import FAILURES_MAX
from service.remotes.mail_domains import KnownMailDomains, is_disposable

ZONE = {
    "mail.de": {"MX": ["10 mx.mail.de."]},
    "only-a.de": {"A": ["93.184.215.14"]},
    "null-mx.de": {"MX": ["0 ."]},
    "nothing.de": {"TXT": ['"hello"']},
    "inside.de": {"A": ["10.0.0.1"]},
}


@pytest.fixture
def server() -> Iterator[NameServer]:
    with serving_names(ZONE) as running:
        yield running


@pytest.fixture
def memory(redis_url: str) -> Iterator[RedisMemory]:
    with Redis.from_url(redis_url) as connection:
        yield RedisMemory(RedisGate(connection, time.monotonic))


def key_of(domain: str) -> str:
    return sha256(b"secret" + domain.encode()).hexdigest()


@pytest.fixture
def domains(server: NameServer, memory: RedisMemory) -> KnownMailDomains:
    return KnownMailDomains(memory, key_of, resolver=server.resolver)


@pytest.mark.parametrize(
    ("domain", "disposable"),
    [
        ("mailinator.com", True),
        ("MAILINATOR.com", True),
        ("sub.mailinator.com", True),
        ("examplemailinator.com", False),
        ("gmail.com", False),
        ("com", False),
        ("", False),
    ],
)
def test_domains_to_throw_away_are_known_by_their_list(domain: str, disposable: bool) -> None:
    """And what is below one of them; whole labels count, not ends of words."""
    assert is_disposable(domain) is disposable


def test_what_the_name_server_says_of_each_domain_is_told(domains: KnownMailDomains) -> None:
    """A mail server or an address of its own will do; none, or a word that there is none, will not."""
    found = domains.classify([*ZONE, "gone.de", "broken.de", "mailinator.com"])
    assert found == {
        "mail.de": MailDomain.DELIVERABLE,
        "only-a.de": MailDomain.DELIVERABLE,
        "null-mx.de": MailDomain.UNDELIVERABLE,
        "nothing.de": MailDomain.UNDELIVERABLE,
        "inside.de": MailDomain.UNDELIVERABLE,
        "gone.de": MailDomain.UNDELIVERABLE,
        "mailinator.com": MailDomain.DISPOSABLE,
    }


def test_nothing_is_asked_twice_and_no_domain_stands_in_redis(
    domains: KnownMailDomains, server: NameServer, redis_url: str
) -> None:
    """Answers are kept for all workers, under keyed hashes, and forgotten in time."""
    first = domains.classify(["mail.de", "gone.de"])
    asked = server.asked.total()
    assert domains.classify(["mail.de", "gone.de"]) == first
    assert server.asked.total() == asked
    with Redis.from_url(redis_url) as connection:
        keys = list(connection.scan_iter())
        assert len(keys) == 2
        assert all(connection.ttl(key) > 0 for key in keys)
        stored = b" ".join(keys + [connection.get(key) for key in keys])
    assert b"mail.de" not in stored
    assert b"gone.de" not in stored


def test_reserved_names_are_not_asked_for(domains: KnownMailDomains, server: NameServer) -> None:
    """Nobody has mail at an example, and nobody is blamed for it."""
    assert domains.classify(["example.org", "a.example.com", "news.example", "x.test"]) == {}
    assert not server.asked


def test_without_an_answer_nothing_is_said_and_soon_nobody_asks(
    domains: KnownMailDomains, server: NameServer
) -> None:
    """A network that is down costs a second three times, and then nothing; it blames nobody."""
    server.silent = True
    started = time.monotonic()
    for place in range(FAILURES_MAX + 5):
        assert domains.classify([f"mail{place}.de"]) == {}
    assert time.monotonic() - started < FAILURES_MAX * 1.5 + 1
    asked = server.asked.total()
    assert domains.classify(["mail.de"]) == {}
    assert server.asked.total() == asked


def test_without_a_resolver_or_redis_there_is_no_signal(memory: RedisMemory) -> None:
    """A machine without /etc/resolv.conf, lookups that are turned off, and a Redis that is gone."""

    def none() -> dns.resolver.Resolver:
        raise dns.resolver.NoResolverConfiguration

    for resolver in (none, None):
        known = KnownMailDomains(memory, key_of, resolver=resolver)
        assert known.classify(["mail.de", "mailinator.com"]) == {
            "mailinator.com": MailDomain.DISPOSABLE
        }


def test_a_redis_that_is_gone_costs_only_the_memory(server: NameServer) -> None:
    """Everything is asked then, and nothing fails."""
    with Redis.from_url("redis://127.0.0.1:1") as connection:
        memory = RedisMemory(RedisGate(connection, time.monotonic))
        known = KnownMailDomains(memory, key_of, resolver=server.resolver)
        assert known.classify(["mail.de"]) == {"mail.de": MailDomain.DELIVERABLE}
        assert not memory.claim("x", seconds=1)
