"""Proofs of work: asked for when a site says so, each good for one comment, never in the way alone."""

import base64
import json
from contextlib import contextmanager

import altcha
import pytest
from redis import Redis
from visitors import NEWS, Visitors, problems

from service import wiring


@pytest.fixture
def visitors(services):
    made = Visitors(services)
    for slug in ("news", "blog"):
        made.change(slug, proof_of_work="always", proof_max_number=1_000)
    return made


def task(visitors, site="news"):
    origin = NEWS if site == "news" else "https://blog.example"
    answer = visitors.client.get(f"/v1/sites/{site}/challenge", headers={"Origin": origin})
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json


def solved(task, **changes):
    """What ALTCHA's own library makes of a task, as its widget sends it."""
    found = altcha.v1.solve_challenge(task["challenge"], task["salt"], "SHA-256", 1_000)
    proof = {name: task[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(
        json.dumps(proof | {"number": found.number} | changes).encode()
    ).decode()


def code(answer):
    return answer.json.get("type", "").rpartition("/")[2]


def test_the_form_brings_a_task_only_where_one_is_asked_for(visitors):
    """By default there is none, and a proof that comes anyway is nobody's concern."""
    assert visitors.form().json["challenge"]["maxnumber"] == 1_000
    visitors.change("news", proof_of_work="off")
    assert visitors.form().json["challenge"] is None
    assert visitors.post(altcha="nonsense").status_code == 202


def test_our_tasks_are_altchas(visitors):
    """Its library takes a solution of ours for one of its own."""
    made = task(visitors)
    (key, *_) = wiring.Keyring(visitors.services.settings.required_secret()).keys
    assert altcha.v1.verify_solution(solved(made), key.proving, check_expires=False)[0]


def test_a_comment_needs_a_proof_and_each_proof_is_good_for_one(visitors):
    """Without one it is 403 and nothing is stored; the next comment needs a new one."""
    answer = visitors.post()
    assert (answer.status_code, code(answer)) == (403, "proof_required")
    proof = solved(task(visitors))
    assert visitors.post(altcha=proof).status_code == 202
    assert code(visitors.post(altcha=proof, content="Another one.")) == "proof_required"
    assert visitors.stored() == 1
    assert visitors.post(altcha=solved(visitors.form().json["challenge"])).status_code == 202


def test_a_retry_with_a_spent_proof_is_still_a_retry(visitors):
    """Whoever lost the answer gets it, though the proof was handed in with the first try."""
    proof, headers = solved(task(visitors)), {"Idempotency-Key": "one"}
    first = visitors.post(altcha=proof, headers=headers)
    again = visitors.post(altcha=proof, headers=headers)
    assert first.status_code == again.status_code == 202
    assert first.json["id"] == again.json["id"]


def test_a_site_that_is_changed_meanwhile_asks_for_no_second_proof(visitors):
    """The first comment after a change is judged by the new settings, with the proof it came with."""
    first, second = solved(task(visitors)), solved(task(visitors))
    assert visitors.post(altcha=first).status_code == 202
    visitors.change("news", hold_first=True)
    assert visitors.post(altcha=second, content="Next.").status_code == 202


def test_what_is_not_a_solution_of_ours_is_none(visitors):
    """Another number, hash, site, signature or salt, and whatever else may come."""
    made = task(visitors)
    other = task(visitors, "blog")
    salt = made["salt"]
    wrong = [
        solved(made, number=-1),
        solved(made, number=True),
        solved(made, number="1"),
        solved(made, number=10**30),
        solved(made, number=1.5),
        solved(made, salt=salt.replace("expires=1", "expires=2")),
        solved(made, salt=salt.replace("&site=", "&expires=9999999999&site=")),
        solved(made, salt=[salt]),
        solved(made, signature="é"),
        solved(made, signature=None),
        solved(other),
        "!",
        "AAAA",
        base64.b64encode(b"[" * 1_400).decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"7").decode(),
    ]
    for proof in wrong:
        assert code(visitors.post(altcha=proof)) == "proof_required", proof
    assert problems(visitors.post(altcha="A" * 2_001)) == {("/altcha", "too_long")}
    assert problems(visitors.post(altcha=7)) == {("/altcha", "wrong_type")}
    assert visitors.stored() == 0
    assert visitors.post(altcha=solved(made)).status_code == 202


def test_a_redis_that_was_emptied_lets_no_proof_in_twice(visitors, redis_url):
    """Its marks are gone, and with them the epoch in which they counted."""
    proof, unspent = solved(task(visitors)), solved(task(visitors))
    assert visitors.post(altcha=proof).status_code == 202
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    for one in (proof, unspent):
        assert code(visitors.post(altcha=one)) == "proof_required"
    assert visitors.post(altcha=solved(task(visitors))).status_code == 202


def test_an_old_task_counts_no_more(services, visitors, clock):
    """After an hour another one is needed."""
    proofs = services.proofs
    epoch = proofs.spent.epoch()
    made = proofs.challenges.make(visitors.news.id, epoch, max_number=1_000, now=clock())
    proof = solved(made.as_json())
    check = proofs.challenges.solved
    assert check(proof, visitors.news.id, epoch, now=clock.advance(minutes=60))
    assert check(proof, visitors.news.id, epoch, now=clock.advance(seconds=1)) is None


def test_in_a_surge_a_site_may_ask_and_then_no_more(visitors):
    """With the setting `surge` nothing is asked while nothing is wrong."""
    visitors.change("news", proof_of_work="surge")
    services = visitors.services
    assert visitors.post().status_code == 202
    assert visitors.form().json["challenge"] is None
    with services.store.write() as tx:
        tx.start_surge(visitors.news.id, now=services.clock(), event_id=services.new_id())
    assert code(visitors.post()) == "proof_required"
    assert visitors.post(altcha=solved(visitors.form().json["challenge"])).status_code == 202
    with services.store.write() as tx:
        tx.end_surge(visitors.news.id, now=services.clock(), event_id=services.new_id())
    assert visitors.post().status_code == 202


@contextmanager
def without_redis(settings, database_url):
    built = wiring.build(settings(database_url=database_url, redis_url="redis://127.0.0.1:1"))
    try:
        yield Visitors(built)
    finally:
        built.close()


def test_without_redis_no_proof_is_asked_for_and_that_is_marked(settings, sqlite_url):
    """What cannot be remembered cannot be asked for; the comment says so to moderators."""
    with without_redis(settings, sqlite_url) as visitors:
        visitors.change("news", proof_of_work="always")
        assert visitors.form().json["challenge"] is None
        assert visitors.client.get("/v1/sites/news/challenge").status_code == 503
        comment_id = visitors.accepted()
        assert {"PROOF_UNCHECKED", "RATE_UNCHECKED"} <= visitors.screen(comment_id)


def test_a_form_without_scripts_is_told_why_it_cannot_be_taken(visitors):
    """The page says what is missing and that nothing was stored."""
    answer = visitors.send_form(
        thread_url=f"{NEWS}/story", author_name="Jane", author_email="j@example.org", content="Hi."
    )
    assert answer.status_code == 403
    assert "small task" in answer.text
    assert visitors.stored() == 0
