"""Redaction at the desk: mark, see what will be left, and do it for good."""

import re

import pytest
from desks import Desk, get, post, token_of

from service.core.policy import Contribution
from service.core.redaction import MARK
from service.core.rules import Family
from service.core.signals import Signal

PHONE = "+44 20 7946 0018"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def personal(body):
    at = body.index(PHONE)
    signal = Signal("PERSONAL_PHONE", 1.0, detail="a number", spans=((at, at + len(PHONE)),))
    return [Contribution(signal, 1.0, "It has a telephone number.", Family.ABUSE)]


def test_found_and_typed_words_are_shown_and_then_removed(desk):
    """Nothing is removed by the preview; then the record says that something was."""
    body = f"Write to <b>Zoe</b> at {PHONE} now."
    path = desk.comment(body, parts=personal(body))
    ada = desk.signed_in()
    assert f'href="{path}/redact"' in get(ada, "/desk/").text
    page = get(ada, f"{path}/redact").text
    (name,) = re.findall(r'name="(found\.[0-9.]+)"', page)
    fields = {"csrf": token_of(ada), name: "1", "words": "Zoe\n\nZoe\n"}
    preview = post(ada, f"{path}/redact", fields).text
    left = f"Write to &lt;b&gt;<ins>{MARK}</ins>&lt;/b&gt; at <ins>{MARK}</ins> now."
    assert left in preview
    assert PHONE in get(ada, path).text
    version = re.search(r'name="version"\s+value="(\d+)"', preview)[1]
    done = post(ada, f"{path}/redact", fields | {"confirm": "1", "version": version})
    assert done.status_code == 303
    record = get(ada, path).text
    assert PHONE not in record
    assert f"at {MARK} now." in record
    assert "redacted a comment" in get(ada, "/desk/audit").text
    again = post(ada, f"{path}/redact", fields | {"confirm": "1", "version": version})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 409), ({"words": "a"}, 409), ({"words": "not there", "confirm": "1", "version": "2"}, 409),
        ({"words": "Hello", "confirm": "1", "version": "9"}, 409), ({"found.99.999": "1"}, 409),
        ({"words": "Hello", "confirm": "1"}, 400), ({"words": "x" * 9_000}, 413),
        ({"words": "\n".join(f"word {one}" for one in range(40))}, 409),
    ],
)  # fmt: skip
def test_odd_forms_are_answered_plainly(desk, fields, status):
    """Nothing chosen, nothing found, an old page, too much: said so, and nothing is removed."""
    path = desk.comment("Hello there.")
    ada = desk.signed_in()
    answer = post(ada, f"{path}/redact", {"csrf": token_of(ada), **fields})
    assert answer.status_code == status
    assert "Hello there." in get(ada, path).text


def test_who_may_not_decide_may_not_redact(desk):
    """Vera sees no link and gets nowhere; the news are not there for Bob."""
    path = desk.comment()
    vera, bob = desk.signed_in("vera"), desk.signed_in("bob")
    assert "/redact" not in get(vera, path).text
    data = {"words": "Hello", "confirm": "1", "version": "2"}
    assert post(vera, f"{path}/redact", {"csrf": token_of(vera), **data}).status_code == 403
    assert post(bob, f"{path}/redact", {"csrf": token_of(bob), **data}).status_code == 404
