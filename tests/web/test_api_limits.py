"""What keeps the door from being overrun: rates, backlog, disk, sizes, kinds of content."""

import json
import time
from dataclasses import replace

import pytest
from running import free_port
from visitors import BLOG, STORY, Visitors, comment

from service import wiring
from service.web.api import comments as api


@pytest.fixture
def make(settings, database_url, redis_url):
    """Makes visitors of a service with other settings."""
    made = []

    def build(*, beyond=None, **given):
        chosen = settings(**({"database_url": database_url, "redis_url": redis_url} | given))
        made.append(wiring.build(replace(chosen, **(beyond or {}))))
        return Visitors(made[-1])

    yield build
    for one in made:
        one.close()


def test_a_network_that_posts_too_fast_has_to_wait(make):
    """After its allowance a network gets 429 and when to come back; nothing is stored."""
    visitors = make(rate_network_per_minute=3)
    for _ in range(3):
        visitors.accepted()
    answer = visitors.post()
    assert answer.status_code == 429
    assert answer.json["type"] == "/problems/too_many_requests"
    assert 1 <= int(answer.headers["Retry-After"]) <= 21
    assert answer.headers["Retry-After"] in answer.json["detail"]
    assert visitors.stored() == 3


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [
        ("198.51.100.1", "198.51.100.254", "198.51.101.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("::ffff:198.51.100.1", "198.51.100.7", "::ffff:198.51.101.1"),
    ],
)
def test_rates_count_networks_not_addresses(make, first, same, other):
    """IPv4 counts by /24 and IPv6 by /64, so that changing the address within one helps nobody."""
    visitors = make(rate_network_per_minute=1)
    visitors.accepted(ip=first)
    assert visitors.post(ip=same).status_code == 429
    visitors.accepted(ip=other)


def test_rates_count_each_site_on_its_own(make):
    """A network that is out of allowance on one site may post on another."""
    visitors = make(rate_network_per_minute=1)
    visitors.accepted()
    assert visitors.post().status_code == 429
    visitors.accepted(site="blog", thread={"url": f"{BLOG}/a"})


def test_a_site_takes_so_many_a_minute_from_all_networks(make):
    """Many networks together meet the site's own limit."""
    visitors = make(rate_network_per_minute=100, rate_site_per_minute=3)
    for number in range(3):
        visitors.accepted(ip=f"198.51.{number}.1")
    answer = visitors.post(ip="198.51.77.1")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    visitors.accepted(site="blog", thread={"url": f"{BLOG}/a"}, ip="198.51.77.1")


def test_without_proxies_a_forwarded_address_is_ignored(make):
    """Nobody beats the limit by sending `X-Forwarded-For` where no proxy is trusted."""
    visitors = make(rate_network_per_minute=1)
    visitors.accepted(headers={"X-Forwarded-For": "203.0.113.1"})
    for number in range(3):
        spoofed = f"203.0.{number}.9"
        headers = {"X-Forwarded-For": spoofed, "X-Real-IP": spoofed, "Forwarded": f"for={spoofed}"}
        assert visitors.post(headers=headers).status_code == 429
    visitors.accepted(ip="192.0.2.1", headers={"X-Forwarded-For": "203.0.113.1"})


@pytest.mark.parametrize("hops", [1, 2])
def test_behind_proxies_the_hop_count_says_which_address_is_the_clients(make, hops):
    """The value that the outermost trusted proxy wrote counts; what stands left of it is spoofed."""
    visitors = make(rate_network_per_minute=1, trusted_proxies=hops)
    inner = ", 10.0.0.7" * (hops - 1)

    def status(forwarded):
        return visitors.post(ip="10.0.0.1", headers={"X-Forwarded-For": forwarded}).status_code

    assert status(f"203.0.113.1{inner}") == 202
    assert status(f"203.0.113.1{inner}") == 429
    assert status(f"192.0.2.99, 203.0.113.1{inner}") == 429
    assert status(f"192.0.2.99, 192.0.3.99, 203.0.113.2{inner}") == 429
    assert status(f"203.0.113.1, 203.0.114.1{inner}") == 202


def test_a_port_beside_the_address_is_ignored(make):
    """Clients of one network share its allowance, with whichever ports a proxy tells."""
    visitors = make(rate_network_per_minute=1, trusted_proxies=1)

    def status(forwarded):
        return visitors.post(ip="10.0.0.1", headers={"X-Forwarded-For": forwarded}).status_code

    assert status("203.0.113.1:4711") == 202
    assert status("203.0.113.9") == 429
    assert status("[2001:db8:1:2::1]:443") == 202
    assert status("2001:db8:1:2::9") == 429
    assert status("192.0.2.1:80") == 202


@pytest.mark.parametrize(
    "ip", ["", "unknown", "203.0.113.1:4711", "fe80::1%eth0", "x" * 5_000, "'"]
)
def test_an_odd_client_address_breaks_nothing(make, ip):
    """Whatever a proxy or a socket names as the client, the comment is taken and counted."""
    visitors = make(rate_network_per_minute=1, trusted_proxies=1)
    visitors.accepted(ip="10.0.0.1", headers={"X-Forwarded-For": ip})
    assert visitors.post(ip="10.0.0.1", headers={"X-Forwarded-For": ip}).status_code == 429


def test_without_redis_comments_are_taken_and_marked(make):
    """With Redis gone the answer is still 202, at once, and the row says that rates went unseen."""
    visitors = make(redis_url=f"redis://127.0.0.1:{free_port()}/0", rate_network_per_minute=1)
    begun = time.monotonic()
    ids = [visitors.accepted() for _ in range(10)]
    assert time.monotonic() - begun < 3
    assert {str(visitors.state(one)) for one in ids} == {"pending"}
    assert not visitors.draft(ids[1]).facts.rate_counted
    assert "RATE_UNCHECKED" in visitors.screen(ids[0])


def test_redis_that_accepts_and_says_nothing_costs_a_moment(make, silent_port):
    """A Redis that hangs delays the first request by less than two seconds, the next ones not."""
    visitors = make(redis_url=f"redis://127.0.0.1:{silent_port}/0")
    begun = time.monotonic()
    first = visitors.accepted()
    assert time.monotonic() - begun < 3
    begun = time.monotonic()
    for _ in range(5):
        visitors.accepted()
    assert time.monotonic() - begun < 3
    assert not visitors.draft(first).facts.rate_counted


@pytest.fixture
def silent_port():
    """A port that takes connections and never answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_counted_comments_are_marked_as_counted(make):
    """The mark of unseen rates stands on no other comment."""
    visitors = make()
    comment_id = visitors.accepted()
    assert visitors.draft(comment_id).facts.rate_counted
    assert "RATE_UNCHECKED" not in visitors.screen(visitors.accepted())


def test_a_full_backlog_refuses_for_a_while(make, wait_until):
    """At the cap new comments get 503 and when to come back; with room again they are taken."""
    visitors = make(backlog_max=2)
    visitors.accepted()
    visitors.accepted()
    answer = wait_until(lambda: (found := visitors.post()).status_code == 503 and found)
    assert answer.json["type"] == "/problems/overloaded"
    assert int(answer.headers["Retry-After"]) >= 1
    assert visitors.read().status_code == 200
    assert visitors.form().status_code == 200
    visitors.rows("UPDATE comments SET state = 'held'")
    assert wait_until(lambda: visitors.post().status_code == 202)


def test_a_full_disk_refuses_too(settings, sqlite_url, redis_url):
    """With less free disk than asked for, nothing is taken into the embedded database."""
    chosen = settings(database_url=sqlite_url, redis_url=redis_url)
    services = wiring.build(replace(chosen, disk_free_min_mib=10**12))
    try:
        visitors = Visitors(services)
        answer = visitors.post()
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert visitors.read().status_code == 200
        assert visitors.stored() == 0
    finally:
        services.close()


def test_a_body_may_have_so_many_bytes(make):
    """16 KiB and 12 bytes a character that the site allows; one byte more is 413."""
    visitors = make()
    visitors.change("news", content_max_chars=100)
    cap = api.BODY_BASE_BYTES + api.BODY_BYTES_PER_CHARACTER * 100
    body = json.dumps(comment()).encode()
    assert visitors.post(body.ljust(cap)).status_code == 202
    answer = visitors.post(body.ljust(cap + 1))
    assert answer.status_code == 413
    assert answer.json["type"] == "/problems/body_too_large"
    form = b"content=" + b"x" * cap
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitors.post(form, headers=headers).status_code == 413
    visitors.change("news", content_max_chars=65_000)
    assert visitors.post(body.ljust(cap + 1)).status_code == 202
    longest = json.dumps(comment(content="\U0001f600" * 65_000))
    assert len(longest) > 12 * 65_000
    assert visitors.post(longest).status_code == 202


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain", "text/json", "application/xml", "application/jsonx", "", "json",
        "application/json; charset=utf-16", "application/json; charset=latin1",
        "application/x-www-form-urlencoded; charset=utf-7", "application/problem+json",
    ],
)  # fmt: skip
def test_other_kinds_of_content_are_refused(make, kind):
    """Only JSON and HTML forms, both in UTF-8, are read; all else is 415."""
    visitors = make()
    answer = visitors.post(headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert visitors.stored() == 0


def test_reading_is_not_rate_limited_by_posting(make):
    """A network that may not post any more still reads, and asks for forms."""
    visitors = make(rate_network_per_minute=1)
    visitors.accepted()
    assert visitors.post().status_code == 429
    assert visitors.read(STORY).status_code == 200
    assert visitors.form().status_code == 200
