"""Remote checks against servers of this machine: what they are told, and what is made of answers."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from strangers import Server, say, serving

from service.core.errors import OutboundFailed
from service.core.lookups import Opinion, Question
from service.core.signing import key_of, signed
from service.outbound import GuardedClient, Reach
from service.remotes.akismet import Akismet
from service.remotes.answers import plain
from service.remotes.external_check import ExternalCheck
from service.remotes.stop_forum_spam import StopForumSpam

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUESTION = Question(
    comment_id="0195b0f0-0000-7000-8000-000000000001",
    site="news",
    site_origin="https://news.example",
    thread_url="https://news.example/bread",
    author_name="J\u00f6rg & S\u00f6hne",
    author_url="https://bakery.example/",
    content="Half a surrogate \ud800, and 50 % rye?",
    created_at=NOW,
    ip="198.51.100.23",
)

Make = Callable[[Server], object]


def outbound(server: Server) -> GuardedClient:
    return GuardedClient(Reach((ip_network("127.0.0.0/8"),), frozenset({server.port})))


def akismet(server: Server) -> Akismet:
    return Akismet(outbound(server), "key-123", url=server.url, timeout_seconds=2)


def stop_forum_spam(server: Server) -> StopForumSpam:
    return StopForumSpam(outbound(server), url=f"{server.url}/api", timeout_seconds=2)


def external(server: Server) -> ExternalCheck:
    return ExternalCheck(
        outbound(server), f"{server.url}/check", SECRET, timeout_seconds=2, clock=lambda: NOW
    )


def test_akismet_is_told_what_it_needs_and_no_address() -> None:
    """The fields of its check, in its form; a question without an IP address is not asked."""
    with serving(say(body=b"false")) as server:
        assert akismet(server).ask(QUESTION) == Opinion()
        assert akismet(server).ask(replace(QUESTION, ip=None)) is None
    [seen] = server.seen
    assert (seen.method, seen.path) == ("POST", "/1.1/comment-check")
    fields = parse_qs(seen.body.decode(), keep_blank_values=True)
    assert fields["blog"] == ["https://news.example"]
    assert fields["user_ip"] == ["198.51.100.23"]
    assert fields["comment_author"] == ["J\u00f6rg & S\u00f6hne"]
    assert "comment_author_email" not in fields


@pytest.mark.parametrize(
    ("answer", "opinion"),
    [
        (say(body=b"true"), Opinion(spam=0.8)),
        (say(body=b"true\n", headers={"X-akismet-pro-tip": "discard"}), Opinion(spam=1.0)),
        (say(body=b"invalid"), None),
        (say(500, body=b"true"), None),
        (say(body=b"<html>"), None),
    ],
)
def test_akismet_answers_in_one_word(answer, opinion) -> None:
    """True, false, or else it has not answered."""
    with serving(answer) as server:
        if opinion is not None:
            assert akismet(server).ask(QUESTION) == opinion
        else:
            with pytest.raises(OutboundFailed):
                akismet(server).ask(QUESTION)


@pytest.mark.parametrize(
    ("body", "opinion"),
    [
        (
            b'{"success":1,"ip":{"appears":1,"confidence":75}}',
            Opinion(0.75, 0, "confidence 75%"),
        ),
        (b'{"success":1,"ip":{"appears":1,"confidence":3}}', Opinion()),
        (b'{"success":1,"ip":{"appears":0,"frequency":0}}', Opinion()),
        (b'{"success":1,"ip":{"appears":1,"confidence":"x"}}', Opinion()),
        (b'{"success":1,"ip":{"appears":1,"confidence":NaN}}', Opinion()),
        (
            b'{"success":1,"ip":{"appears":1,"confidence":1' + b"0" * 400 + b"}}",
            Opinion(1.0, 0, "confidence 100%"),
        ),
        (b'{"success":0}', None),
        (b"[" * 8_000, None),
    ],
)
def test_stop_forum_spam_is_asked_for_the_ip_alone(body, opinion) -> None:
    """An old or single listing says nothing, since addresses change hands."""
    with serving(say(body=body)) as server:
        if opinion is not None:
            assert stop_forum_spam(server).ask(QUESTION) == opinion
        else:
            with pytest.raises(OutboundFailed):
                stop_forum_spam(server).ask(QUESTION)
        assert stop_forum_spam(server).ask(replace(QUESTION, ip=None)) is None
    [seen] = server.seen
    assert set(parse_qs(urlsplit(seen.path).query)) == {"ip", "json", "confidence"}


def test_the_external_check_gets_a_signed_question() -> None:
    """Whoever has the secret can tell that it is ours, and which comment it is about."""
    with serving(say(body=b'{"spam": 0.25, "abuse": 1, "reason": "a \\n reason"}')) as server:
        assert external(server).ask(QUESTION) == Opinion(0.25, 1.0, "a reason")
    [seen] = server.seen
    assert json.loads(seen.body)["content"] == QUESTION.content
    assert seen.headers["webhook-id"] == QUESTION.comment_id
    content = f"{QUESTION.comment_id}.{int(NOW.timestamp())}.".encode() + seen.body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, content, sha256)).decode()
    assert seen.headers["webhook-signature"] == f"v1,{expected}"
    assert seen.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert "email" not in seen.body.decode()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b'{"spam": "1"}', b'{"spam": true}', b'{"spam": 1.5}',
        b'{"abuse": -0.1}', b'{"spam": NaN}', b'{"spam": 1e999}', b'{"a":' * 3_000, b"\xff\xfe",
        b'{"spam": 1' + b"0" * 400 + b"}",
    ],
)  # fmt: skip
def test_a_bad_answer_of_the_external_check_is_none(body: bytes) -> None:
    """What cannot be read holds nothing and clears nothing: it was silent."""
    with serving(say(body=body)) as server, pytest.raises(OutboundFailed):
        external(server).ask(QUESTION)


def test_a_reason_is_one_short_plain_line() -> None:
    """Whatever is sent, a moderator reads a line of text."""
    assert plain("a\n\u202e b\x00") == "a b"
    assert len(plain("x" * 10_000)) == 120
    assert plain(None) == plain(5) == plain({}) == ""


def test_signatures_are_those_of_the_specification(shared: Path) -> None:
    """The vectors of Standard Webhooks."""
    path = shared / "corpora" / "standard-webhooks" / "vectors.json"
    vectors = json.loads(path.read_text("utf-8"))["positive"]
    assert vectors
    for one in vectors:
        headers = signed(
            one["id"], one["timestamp"], one["payload"].encode(), key=key_of(one["secret"])
        )
        assert headers["webhook-signature"] == one["signature"]


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "whsec_QUJD", "plain text secret"])
def test_a_secret_has_its_form(secret: str) -> None:
    """Too short a key, or none in base64, is a mistake to be told of at the start."""
    with pytest.raises(ValueError, match="whsec_"):
        key_of(secret)
