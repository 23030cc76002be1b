"""Events reach those who want them: signed, in order, at least once, and without an address."""

import json

import pytest
from standardwebhooks import WebhookVerificationError
from strangers import say, serving

from service.core.audit import BY_OPERATOR
from service.core.decisions import Action
from service.core.errors import NotFound
from service.core.events import EVENTS
from service.core.states import State
from service.core.webhooks import PAUSE_FAILURES, DeliveryState
from service.usecases.deliver import AT_ONCE
from tests.webhooks.conftest import ADDRESS, IP, by_turns, told, verified


def test_every_change_of_a_comment_is_told_in_order(teller, receiver):
    """Held, approved, spam, deleted, restored: each by its name, with who decided."""
    _, secret = teller.add(receiver)
    comment = teller.comment()
    for action in (Action.APPROVE, Action.SPAM, Action.DELETE, Action.RESTORE):
        teller.decide(comment, action)
    assert teller.deliver() == 5
    assert told(receiver) == [
        "comment.held", "comment.approved", "comment.spam", "comment.deleted", "comment.restored",
    ]  # fmt: skip
    payloads = [verified(secret, one) for one in receiver.seen]
    assert payloads[0]["data"]["decision"] == {"from": "pending", "to": "held", "by": "checks"}
    assert payloads[4]["data"]["decision"] == {"from": "deleted", "to": "spam", "by": "moderator"}
    assert {one["data"]["comment"]["id"] for one in payloads} == {comment}
    assert {one["data"]["site"] for one in payloads} == {"news"}


def test_a_signature_of_another_secret_is_none(teller, receiver):
    """The specification's own library accepts ours, and refuses it under another endpoint's."""
    _, first = teller.add(receiver)
    _, second = teller.add(receiver, "/other")
    teller.comment()
    teller.deliver()
    by_path = {one.path: one for one in receiver.seen}
    assert verified(first, by_path["/hook"])["type"] == "comment.held"
    with pytest.raises(WebhookVerificationError):
        verified(first, by_path["/other"])
    assert verified(second, by_path["/other"])
    assert by_path["/hook"].headers["content-type"] == "application/json"


def test_no_payload_holds_an_address_or_an_ip(teller, receiver):
    """Neither where it was given nor where it was typed; texts of approved comments by wish only."""
    teller.add(receiver, "/without")
    teller.add(receiver, "/with", with_text=True)
    teller.comment(f"Write to {ADDRESS} or Jane＠example.org, please.", state=State.APPROVED)
    teller.comment("Nobody has approved this.", state=State.HELD)
    teller.deliver()
    for one in receiver.seen:
        text = one.body.decode() + str(one.headers) + one.path
        assert "example.org" not in text
        assert IP not in text
        assert "Nobody has approved" not in text
    bodies = {(one.path, one.body) for one in receiver.seen if b"approved" in one.body}
    by_path = {path: json.loads(body)["data"]["comment"] for path, body in bodies}
    assert "content" not in by_path["/without"]
    assert by_path["/with"]["content"] == "Write to [address] or [address] please."
    assert by_path["/with"]["author_name"] == "Jane"


def test_what_is_not_approved_any_more_is_not_told_late(teller):
    """A payload is made when it is sent: a text taken back meanwhile stays here."""
    with serving(by_turns(say(500), say(200))) as server:
        teller.add(server, with_text=True)
        comment = teller.comment("A text.", state=State.APPROVED)
        teller.deliver()
        teller.decide(comment, Action.DELETE)
        teller.make_due()
        teller.deliver()
    first, again, _ = (json.loads(one.body) for one in server.seen)
    assert first["data"]["comment"]["content"] == "A text."
    assert again["type"] == "comment.approved"
    assert "content" not in again["data"]["comment"]


def test_an_endpoint_gets_the_events_it_asked_for_and_none_from_before(teller, receiver):
    """Neither other kinds nor what happened before it was added."""
    teller.comment()
    teller.add(receiver, events=("comment.approved",))
    teller.decide(teller.comment(), Action.APPROVE)
    teller.deliver()
    assert told(receiver) == ["comment.approved"]


def test_a_failure_is_tried_again_under_the_same_id(teller):
    """With a new time, and a signature that fits it; then it is settled."""
    with serving(by_turns(say(500), say(302, headers={"Location": "/x"}), say(200))) as server:
        endpoint, secret = teller.add(server)
        teller.comment()
        for _ in range(4):
            teller.deliver()
            teller.make_due()
    assert len(server.seen) == 3
    assert len({one.headers["webhook-id"] for one in server.seen}) == 1
    for one in server.seen:
        verified(secret, one)
    assert teller.log(endpoint) == [("comment.held", "delivered", [500, 302, 200])]


def test_a_later_event_of_a_comment_waits_for_the_earlier_one(teller):
    """Another comment's does not: the order holds within each comment."""
    with serving(by_turns(say(500), say(200))) as server:
        teller.add(server)
        first = teller.comment()
        teller.decide(first, Action.APPROVE)
        other = teller.comment()
        teller.deliver()
        seen = [json.loads(one.body) for one in server.seen]
        assert [one["data"]["comment"]["id"] for one in seen] == [first, other]
        teller.make_due()
        teller.deliver()
        assert told(server)[2:] == ["comment.held", "comment.approved"]


def test_after_three_days_a_delivery_is_dead_and_can_be_replayed(teller):
    """All attempts stand in its log; a replay begins them anew, under the same id."""
    with serving(by_turns(*[say(503)] * 11, say(200))) as server:
        endpoint, _ = teller.add(server)
        teller.comment()
        for _ in range(15):
            teller.deliver()
            teller.make_due()
        assert teller.log(endpoint) == [("comment.held", "dead", [503] * 11)]
        webhooks = teller.services.delivering.webhooks
        assert webhooks.replay(teller.site.id, endpoint, None, by=BY_OPERATOR) == 1
        teller.deliver()
        assert webhooks.replay(teller.site.id, endpoint, None, by=BY_OPERATOR) == 0
    assert teller.log(endpoint) == [("comment.held", "delivered", [503] * 11 + [200])]
    assert len({one.headers["webhook-id"] for one in server.seen}) == 1


def test_an_endpoint_that_is_gone_is_told_nothing_more(teller):
    """410 ends it at once: what waits is dead, and can be replayed once it is resumed."""
    with serving(by_turns(say(410), say(200))) as server:
        endpoint, _ = teller.add(server)
        teller.comment()
        second = teller.comment()
        deliver = teller.services.delivering.deliver
        deliver.spread()
        ((target, delivery), *_) = deliver.take({}, places=2)
        deliver.send(target, delivery)
        assert teller.endpoint(endpoint).disabled == "gone"
        assert {state for _, state, _ in teller.log(endpoint)} == {"dead"}
        teller.decide(second, Action.APPROVE)
        assert teller.deliver() == 0
        webhooks = teller.services.delivering.webhooks
        webhooks.resume(teller.site.id, endpoint, by=BY_OPERATOR)
        assert webhooks.replay(teller.site.id, endpoint, None, by=BY_OPERATOR) == 2
        assert teller.deliver() == 2


def test_an_endpoint_that_fails_again_and_again_is_left_alone_for_a_while(teller):
    """Three failures, and further events wait without an attempt; one success ends it."""
    down = [True]

    def answer(handler):
        say(500 if down else 200)(handler)

    with serving(answer) as server:
        endpoint, _ = teller.add(server)
        for _ in range(10):
            teller.comment()
        teller.deliver()
        assert len(server.seen) <= PAUSE_FAILURES + AT_ONCE  # those that had begun by then
        teller.make_due()
        teller.deliver()
        down.clear()
        teller.make_due()
        teller.deliver()
        assert teller.endpoint(endpoint).failures == 0
        teller.make_due()
        teller.deliver()
    assert {state for _, state, _ in teller.log(endpoint)} == {"delivered"}


def test_retry_after_is_heeded(teller):
    """A receiver that asks for an hour is not asked again before."""
    with serving(say(429, headers={"Retry-After": "3600"})) as server:
        endpoint, _ = teller.add(server)
        teller.comment()
        teller.deliver()
    found = teller.endpoint(endpoint)
    assert (found.retry_at - teller.services.clock()).total_seconds() > 3500


def test_a_network_inside_is_never_told(teller, settings, database_url, redis_url):
    """Without the operator's word no request leaves for a private address, and the log says so."""
    from service import wiring
    from tests.webhooks.conftest import Teller

    built = wiring.build(settings(database_url=database_url, redis_url=redis_url))
    inner = Teller(built, teller.site)
    with serving(say(200)) as server:
        endpoint, _ = inner.add(server)
        attempt = built.delivering.webhooks.test(inner.site.id, endpoint)
        assert "port" in attempt.error or "public internet" in attempt.error
        assert not server.seen
    built.close()


def test_during_a_rotation_both_secrets_sign(teller, receiver):
    """For a day; afterwards the new one alone."""
    endpoint, old = teller.add(receiver)
    webhooks = teller.services.delivering.webhooks
    new = webhooks.rotate(teller.site.id, endpoint, by=BY_OPERATOR).secret
    teller.comment()
    teller.deliver()
    (seen,) = receiver.seen
    assert verified(old, seen) == verified(new, seen)
    assert len(seen.headers["webhook-signature"].split(" ")) == 2
    found = teller.endpoint(endpoint)
    assert len(found.secrets_at(found.former_until)) == 1
    assert old.encode() not in found.secret_sealed


def test_a_test_says_at_once_what_came_of_it(teller):
    """It is signed and logged like any other, and another site's endpoint is not there."""
    with serving(by_turns(say(200), say(500))) as server:
        endpoint, secret = teller.add(server, events=("comment.approved",))
        webhooks = teller.services.delivering.webhooks
        assert webhooks.test(teller.site.id, endpoint).succeeded
        assert verified(secret, server.seen[0])["type"] == "webhook.test"
        attempt = webhooks.test(teller.site.id, endpoint)
        assert (attempt.status, attempt.error) == (500, "It answered 500.")
        with pytest.raises(NotFound):
            webhooks.test(teller.services.new_id(), endpoint)


def test_what_is_old_is_given_up_and_then_forgotten(teller, receiver):
    """A delivery that nobody could attempt for three days is dead; after a month it is gone."""
    endpoint, _ = teller.add(receiver)
    teller.comment()
    deliver = teller.services.delivering.deliver
    deliver.spread()
    from datetime import timedelta

    now = teller.services.clock()
    with teller.services.store.write() as tx:
        tx.prune_deliveries(now=now + timedelta(days=3))
    assert [state for _, state, _ in teller.log(endpoint)] == ["waiting"]
    with teller.services.store.write() as tx:
        tx.prune_deliveries(now=now + timedelta(days=4))
    assert [state for _, state, _ in teller.log(endpoint)] == [DeliveryState.DEAD]
    with teller.services.store.write() as tx:
        tx.prune_deliveries(now=now + timedelta(days=31))
    assert teller.log(endpoint) == []


def test_removing_an_endpoint_takes_what_was_on_its_way(teller, receiver):
    """Nothing is sent to it, and what was done is in the record, without the address's path."""
    endpoint, _ = teller.add(receiver, "/token-in-path")
    teller.comment()
    teller.services.delivering.deliver.spread()
    teller.services.delivering.webhooks.remove(teller.site.id, endpoint, by=BY_OPERATOR)
    assert teller.deliver() == 0
    links = list(teller.services.audit.chain(teller.site.id))
    assert [one.event for one in links][-2:] == ["webhook.changed"] * 2
    assert "token-in-path" not in str(links)


def test_only_events_that_are_documented_leave(teller, receiver):
    """An event that has no name in the list stays inside."""
    from service.core.events import Event

    teller.add(receiver)
    services = teller.services
    with services.store.write() as tx:
        now = services.clock()
        for name in ("comment.secret", "site.surge_started"):
            tx.tell([Event(services.new_id(), teller.site.id, name, None, now)])
    teller.deliver()
    assert told(receiver) == ["site.surge_started"]
    assert "comment.secret" not in EVENTS


def test_a_report_is_told_with_its_reason_and_without_its_text(teller, receiver):
    """What a reader wrote about a comment stays at the desk."""
    from service.core.flags import Flag, FlagKind, ReportReason

    _, secret = teller.add(receiver)
    comment = teller.comment(state=State.APPROVED)
    services = teller.services
    with services.store.write() as tx:
        tx.add_flag(
            Flag(
                id=services.new_id(),
                site_id=teller.site.id,
                comment_id=comment,
                kind=FlagKind.REPORT,
                text="They wrote to me at home.",
                created_at=services.clock(),
                reason=ReportReason.SPAM,
                network_hash=b"n" * 16,
            )
        )
    teller.deliver()
    payload = verified(secret, receiver.seen[1])
    assert payload["type"] == "comment.reported"
    assert payload["data"]["report"] == {"reason": "spam"}
    assert b"at home" not in receiver.seen[1].body
