"""Readers report comments and authors appeal: once each, within limits, and never as a weapon."""

import pytest
from visitors import BLOG, NEWS, Visitors, everything, problems

from service.core.flags import FlagKind, FlagState, ReportReason
from service.core.states import State

TEXT = "She does not say that in the article."


@pytest.fixture
def visitors(services):
    return Visitors(services)


def report(visitors, comment_id, *, ip="203.0.113.5", site="news", headers=None, **body):
    return visitors.client.post(
        f"/v1/sites/{site}/comments/{comment_id}/reports",
        json={"reason": "insult", "text": TEXT} | body,
        headers={"Origin": NEWS} | (headers or {}),
        environ_base={"REMOTE_ADDR": ip},
    )


def appeal(visitors, comment_id, *, token=None, text="I only quoted it."):
    if token is None:
        token = visitors.services.signer.comment_token("status", visitors.news.id, comment_id)
    return visitors.client.post(
        f"/v1/sites/news/comments/{comment_id}/appeals",
        json={"text": text},
        headers={"Authorization": f"Bearer {token}", "Origin": NEWS},
    )


def flags(visitors, comment_id):
    with visitors.services.store.read() as tx:
        return tx.flags_of(visitors.news.id, comment_id)


def test_a_report_is_kept_with_its_reason_and_text(visitors):
    """It answers 202, and the comment stays where it is."""
    comment_id = visitors.shown()
    answer = report(visitors, comment_id)
    assert (answer.status_code, answer.json) == (202, {"id": comment_id, "reported": True})
    assert answer.headers["Access-Control-Allow-Origin"] == NEWS
    assert answer.headers["Cache-Control"] == "no-store"
    (flag,) = flags(visitors, comment_id)
    assert (flag.kind, flag.reason, flag.text) == (FlagKind.REPORT, ReportReason.INSULT, TEXT)
    assert visitors.state(comment_id) is State.APPROVED


def test_a_network_counts_once_whatever_it_sends(visitors):
    """A second report gets the same answer and leaves nothing; neighbours are one network."""
    comment_id = visitors.shown()
    for ip in ("203.0.113.5", "203.0.113.5", "203.0.113.77", "::ffff:203.0.113.9"):
        assert report(visitors, comment_id, ip=ip).status_code == 202
    for ip in ("2001:db8:7:1::5", "2001:db8:7:2::9"):
        assert report(visitors, comment_id, ip=ip).status_code == 202
    assert len(flags(visitors, comment_id)) == 2


def test_only_what_readers_see_can_be_reported(visitors):
    """Pending, held, refused, deleted, another site's and unknown ones: all the same 404."""
    pending = visitors.accepted()
    held = visitors.accepted()
    visitors.conclude(held, state=State.HELD)
    deleted = visitors.shown()
    visitors.decide(deleted, "delete")
    elsewhere = visitors.shown(site="blog", thread={"url": f"{BLOG}/story"})
    unknown = "0198f2a4-0000-7000-8000-000000000000"
    answers = [report(visitors, one) for one in (pending, held, deleted, elsewhere, unknown)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_a_foreign_page_cannot_report_in_its_readers_names(visitors):
    """Its origin is refused, and the preflight says no."""
    comment_id = visitors.shown()
    assert report(visitors, comment_id, headers={"Origin": BLOG}).status_code == 403
    path = f"/v1/sites/news/comments/{comment_id}/reports"
    assert visitors.client.options(path, headers={"Origin": BLOG}).status_code == 403
    assert visitors.client.options(path, headers={"Origin": NEWS}).status_code == 204
    assert flags(visitors, comment_id) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"reason": None}, ("/reason", "missing")),
        ({"reason": " "}, ("/reason", "missing")),
        ({"reason": 7}, ("/reason", "wrong_type")),
        ({"reason": "ugly"}, ("/reason", "unknown")),
        ({"text": "x" * 2_001}, ("/text", "too_long")),
        ({"text": ["x"]}, ("/text", "wrong_type")),
        ({"more": "marker-of-mine"}, ("/more", "unknown")),
    ],
)
def test_a_bad_report_is_refused_by_its_fields(visitors, body, expected):
    """Each is named, nothing is repeated, and nothing is stored."""
    comment_id = visitors.shown()
    answer = report(visitors, comment_id, **body)
    assert problems(answer) == {expected}
    assert "marker-of-mine" not in everything(answer).replace("/more", "")
    assert flags(visitors, comment_id) == []


def test_reports_hold_a_comment_again_where_the_site_says_so(visitors):
    """By default they hold nothing; else so many networks do it, and it is in the record why."""
    visitors.change("news", hold_at_reports=0)
    comment_id = visitors.shown()
    for number in range(5):
        report(visitors, comment_id, ip=f"198.51.{number}.1")
    assert visitors.state(comment_id) is State.APPROVED
    visitors.change("news", hold_at_reports=3)
    other = visitors.shown()
    for number in range(2):
        for _ in range(3):
            report(visitors, other, ip=f"198.51.{number}.1")
    assert visitors.state(other) is State.APPROVED
    report(visitors, other, ip="198.51.100.1")
    assert visitors.state(other) is State.HELD
    with visitors.services.store.read() as tx:
        last = tx.decisions(visitors.news.id, other)[-1]
    assert last.note == "Readers on 3 networks have reported it."


def test_reports_never_move_what_a_moderator_has_approved(visitors):
    """They wait for somebody to look again; the crowd does not overrule a person."""
    visitors.change("news", hold_at_reports=2)
    comment_id = visitors.accepted()
    visitors.conclude(comment_id, state=State.HELD)
    visitors.decide(comment_id, "approve")
    for number in range(5):
        assert report(visitors, comment_id, ip=f"198.51.{number}.1").status_code == 202
    assert visitors.state(comment_id) is State.APPROVED
    assert len(flags(visitors, comment_id)) == 5


def test_who_mostly_reports_wrongly_counts_no_more(visitors):
    """After three dismissals and nothing upheld its reports wait, but hold nothing."""
    visitors.change("news", hold_at_reports=2)
    for _ in range(3):
        comment_id = visitors.shown()
        report(visitors, comment_id, ip="198.51.1.1")
        visitors.decide(comment_id, "reject")
        visitors.decide(comment_id, "approve")
        # The rejection upheld the report; a moderator's later word does not change what was settled.
        assert [one.state for one in flags(visitors, comment_id)] == [FlagState.UPHELD]
    for _ in range(4):
        comment_id = visitors.shown()
        report(visitors, comment_id, ip="198.51.2.1")
        moderator = visitors._moderator
        up_to = flags(visitors, comment_id)[-1].id
        settle = visitors.services.flags.settle
        where = (visitors.news.id, comment_id)
        assert settle(where, FlagKind.REPORT, moderator, up_to=up_to) == 1
        assert settle(where, FlagKind.REPORT, moderator, up_to=up_to) == 0
    target = visitors.shown()
    report(visitors, target, ip="198.51.2.1")
    report(visitors, target, ip="198.51.1.1")
    assert visitors.state(target) is State.APPROVED
    assert [one.counts for one in flags(visitors, target)] == [False, True]
    report(visitors, target, ip="198.51.3.1")
    assert visitors.state(target) is State.HELD


def test_an_author_appeals_once_and_only_against_a_decision(visitors):
    """Not while it waits or is shown, not against their own withdrawal, and not twice."""
    comment_id = visitors.accepted()
    assert appeal(visitors, comment_id).status_code == 409
    visitors.conclude(comment_id, state=State.REJECTED)
    answer = appeal(visitors, comment_id)
    assert (answer.status_code, answer.json) == (202, {"id": comment_id, "appealed": True})
    again = appeal(visitors, comment_id)
    assert (again.status_code, again.json["type"]) == (409, "/problems/appeal_refused")
    shown = visitors.shown()
    assert appeal(visitors, shown).status_code == 409
    token = visitors.services.signer.comment_token("edit", visitors.news.id, shown)
    visitors.client.delete(
        f"/v1/sites/news/comments/{shown}", headers={"Authorization": f"Bearer {token}"}
    )
    assert appeal(visitors, shown).status_code == 409


def test_only_the_status_token_opens_an_appeal(visitors):
    """The edit token, another comment's and none find no comment."""
    comment_id, other = visitors.accepted(), visitors.accepted()
    visitors.conclude(comment_id, state=State.REJECTED)
    sign = visitors.services.signer.comment_token
    for token in (
        sign("edit", visitors.news.id, comment_id),
        sign("status", visitors.news.id, other),
        "",
        "x",
    ):
        assert appeal(visitors, comment_id, token=token).status_code == 404
    assert problems(appeal(visitors, comment_id, text=" ")) == {("/text", "missing")}
    assert flags(visitors, comment_id) == []


def test_a_moderators_decision_settles_what_is_open(visitors):
    """Showing it grants the appeal and dismisses reports; taking it away upholds them."""
    rejected = visitors.accepted()
    visitors.conclude(rejected, state=State.REJECTED)
    appeal(visitors, rejected)
    visitors.decide(rejected, "approve")
    assert [one.state for one in flags(visitors, rejected)] == [FlagState.UPHELD]
    reported = visitors.shown()
    report(visitors, reported)
    visitors.decide(reported, "spam")
    assert [one.state for one in flags(visitors, reported)] == [FlagState.UPHELD]
    contested = visitors.accepted()
    visitors.conclude(contested, state=State.SPAM)
    appeal(visitors, contested)
    visitors.decide(contested, "reject")
    assert [one.state for one in flags(visitors, contested)] == [FlagState.DISMISSED]
    withdrawn = visitors.shown()
    report(visitors, withdrawn)
    token = visitors.services.signer.comment_token("edit", visitors.news.id, withdrawn)
    visitors.client.delete(
        f"/v1/sites/news/comments/{withdrawn}", headers={"Authorization": f"Bearer {token}"}
    )
    assert [one.state for one in flags(visitors, withdrawn)] == [FlagState.MOOT]


def test_one_network_has_a_limit_a_minute(visitors):
    """The eleventh within a minute is refused with the time to wait; other networks are not."""
    comment_ids = [visitors.shown() for _ in range(3)]
    codes = [report(visitors, comment_ids[number % 3]).status_code for number in range(11)]
    assert codes == [202] * 10 + [429]
    assert report(visitors, comment_ids[0], ip="198.51.9.1").status_code == 202
