"""The schema of a site's settings, and what readers get of a comment."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.comment import Page, PublicComment
from service.core.errors import InvalidSubmission
from service.core.site import SiteSettings
from service.web.schemas.public import public_comment, public_page, rfc3339
from service.web.schemas.site import load_origins, load_settings, settings_to_json

# -- sites -----------------------------------------------------------------------------------------

words = st.text(st.characters(categories=["L"]), min_size=1, max_size=20)
lists = st.lists(words, unique=True, max_size=4).map(tuple)
some_settings = st.builds(
    SiteSettings,
    require_name=st.booleans(),
    require_email=st.booleans(),
    content_max_chars=st.integers(1, 65_000),
    closed=st.booleans(),
    hold_all=st.booleans(),
    hold_first=st.booleans(),
    proof_of_work=st.sampled_from(["off", "surge", "always"]),
    proof_max_number=st.integers(1_000, 10_000_000),
    hold_at_reports=st.sampled_from([0, 2, 3, 1_000]),
    reserved_names=lists,
)


def setting_faults(data) -> set[tuple[str, str]]:
    with pytest.raises(InvalidSubmission) as caught:
        load_settings(data)
    return {(problem.pointer, problem.code) for problem in caught.value.problems}


@given(some_settings)
def test_settings_come_through_json(settings):
    """Every valid set of settings survives the way to JSON and back."""
    text = json.dumps(settings_to_json(settings))
    assert load_settings(json.loads(text)) == settings


def test_every_setting_can_be_set():
    """The schema has each field of `SiteSettings` and no other, and each one has its help."""
    assert set(settings_to_json(SiteSettings())) == {one.name for one in fields(SiteSettings)}
    assert load_settings(settings_to_json(SiteSettings())) == SiteSettings()
    assert all(one.metadata["help"] for one in fields(SiteSettings))


def test_settings_change_only_what_is_named():
    """What a change does not mention stays as it was."""
    base = SiteSettings(closed=True, reserved_names=("x",))
    changed = load_settings({"reserved_names": [" two words ", "two words"]}, base)
    assert changed == replace(base, reserved_names=("two words",))


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        ([], "", "wrong_type"),
        ({"x": 1}, "/x", "unknown"),
        ({"closed": "true"}, "/closed", "wrong_type"),
        ({"closed": 1}, "/closed", "wrong_type"),
        ({"closed": None}, "/closed", "invalid"),
        ({"content_max_chars": "12"}, "/content_max_chars", "wrong_type"),
        ({"content_max_chars": 1.0}, "/content_max_chars", "wrong_type"),
        ({"content_max_chars": True}, "/content_max_chars", "wrong_type"),
        ({"content_max_chars": 0}, "/content_max_chars", "out_of_range"),
        ({"content_max_chars": 65_001}, "/content_max_chars", "out_of_range"),
        ({"reserved_names": "word"}, "/reserved_names", "wrong_type"),
        ({"reserved_names": ["a", 1]}, "/reserved_names/1", "wrong_type"),
        ({"reserved_names": [" "]}, "/reserved_names/0", "missing"),
        ({"reserved_names": [None]}, "/reserved_names/0", "missing"),
        ({"reserved_names": ["x" * 101]}, "/reserved_names/0", "too_long"),
        ({"reserved_names": ["w"] * 1_001}, "/reserved_names", "too_many"),
        ({"reserved_names": ["a\nb"]}, "/reserved_names/0", "control_characters"),
    ],
)
def test_bad_settings_are_named(data, pointer, code):
    """Settings have strict types and bounds."""
    assert setting_faults(data) == {(pointer, code)}


def test_origins_are_normalised():
    """Origins come out in one spelling, each once."""
    assert load_origins(
        ["HTTPS://News.Example:443/", "https://news.example", "http://[::1]:80"]
    ) == (
        "https://news.example",
        "http://[::1]",
    )


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("https://news.example/blog", "not_an_origin"),
        ("https://news.example/?x", "not_an_origin"),
        ("news.example", "invalid_url"),
        ("null", "invalid_url"),
        ("*", "invalid_url"),
        ("https://*.example", "invalid_url"),
        (None, "wrong_type"),
    ],
)
def test_bad_origins_are_named(origin, code):
    """What is not exactly one origin is refused with its place in the list."""
    with pytest.raises(InvalidSubmission) as caught:
        load_origins(["https://ok.example", origin])
    assert [(one.pointer, one.code) for one in caught.value.problems] == [("/1", code)]
    with pytest.raises(InvalidSubmission):
        load_origins([])
    with pytest.raises(InvalidSubmission):
        load_origins(["https://ok.example"] * 51)


# -- what readers get ------------------------------------------------------------------------------

COMMENT = PublicComment(
    id="c",
    parent_id=None,
    depth=0,
    author_name="<Ann>",
    author_url="https://ann.example",
    avatar_id="av",
    content="Hi <b>",
    created_at=datetime(2026, 5, 4, 12, 30, 0, 123_999, tzinfo=UTC),
    edited_at=None,
    removed=False,
)


def test_a_public_comment_has_exactly_these_keys():
    """The allow-list in full; texts are plain, only `content_html` is HTML."""
    assert public_comment(COMMENT) == {
        "id": "c",
        "parent_id": None,
        "depth": 0,
        "author_name": "<Ann>",
        "author_url": "https://ann.example",
        "avatar": "av",
        "content_html": '<p dir="auto">Hi &lt;b&gt;</p>',
        "created_at": "2026-05-04T12:30:00.123Z",
        "edited_at": None,
        "removed": False,
        "staff": False,
    }


def test_a_removed_comment_says_nothing():
    """A tombstone gives neither name nor link nor text, whatever the row still holds."""
    shown = public_comment(replace(COMMENT, removed=True))
    assert (shown["author_name"], shown["author_url"], shown["content_html"]) == ("", None, "")
    assert shown["removed"] is True


def test_an_unsafe_link_in_the_store_is_not_shown():
    """The link is checked again on its way out, in case an import let something in."""
    assert public_comment(replace(COMMENT, author_url="javascript:x"))["author_url"] is None


def test_a_page_of_comments():
    """A page is its comments, where to go on, and how many there are."""
    assert public_page(Page((COMMENT,), "cur", 7)) == {
        "comments": [public_comment(COMMENT)],
        "next": "cur",
        "total": 7,
    }


def test_times_are_utc():
    """Times of other zones are shown in UTC with a Z (RFC 3339)."""
    moment = datetime(2026, 5, 4, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert rfc3339(moment) == "2026-05-03T23:00:00.000Z"
