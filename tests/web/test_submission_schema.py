"""The schema of submissions: what comes in from visitors."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from corpora import corpus
from hypothesis import given
from hypothesis import strategies as st

from service.core.comment import ThreadRef
from service.core.errors import InvalidSubmission
from service.core.form import HONEYPOT_FIELD, form_fields, is_reserved
from service.core.site import Site, SiteSettings
from service.web.schemas.submission import load_form, load_submission, submission_schema
from service.web.schemas.text import is_blank

PAGE = "https://news.example/a/story?id=1&utm_source=x#top"
PARENT = "01890000-0000-7000-8000-000000000001"


def a_site(**settings) -> Site:
    return Site("s", "news", "News", ("https://news.example",), SiteSettings(**settings), 1)


SITE = a_site()
OPEN_SITE = a_site(require_name=False, require_email=False, content_max_chars=5)


def a_post(**changes) -> dict:
    post = {
        "thread": {"url": PAGE},
        "author_name": "Ann",
        "author_email": "ann@example.org",
        "content": "Hello",
    }
    return {name: value for name, value in (post | changes).items() if value is not ...}


def faults(data, site=SITE) -> set[tuple[str, str]]:
    with pytest.raises(InvalidSubmission) as caught:
        load_submission(site, data)
    return {(problem.pointer, problem.code) for problem in caught.value.problems}


# -- submissions -----------------------------------------------------------------------------------


def test_a_whole_submission():
    """Every field arrives where it belongs, trimmed and normalised; the page's address as sent."""
    loaded = load_submission(
        SITE,
        a_post(
            thread={"url": PAGE, "id": " story-1 ", "title": " A\n story\u2028 "},
            parent_id=PARENT,
            author_name=" Ann Other ",
            author_email=" Ann@EXAMPLE.org ",
            author_url="ann.example/blog",
            content="One\r\ntwo\rthree ",
            token="t",
        ),
    )
    assert loaded.thread == ThreadRef(PAGE, "story-1", "A story")
    assert loaded.parent_id == PARENT
    assert loaded.author_name == "Ann Other"
    assert loaded.author_email == "Ann@example.org"
    assert loaded.author_url == "https://ann.example/blog"
    assert loaded.content == "One\ntwo\nthree "
    assert loaded.token == "t"
    assert loaded.honeypot_filled is False


def test_a_repr_shows_no_address():
    """A loaded submission can stand in a log line without giving anything away."""
    assert repr(load_submission(SITE, a_post())) == "<LoadedSubmission>"


@pytest.mark.parametrize("blank", [..., None, "", " \t", "\u200b"])
def test_optional_fields_may_be_absent_null_or_blank(blank):
    """Nothing, null and blank are one and the same for what is not required."""
    loaded = load_submission(
        OPEN_SITE,
        a_post(
            author_name=blank,
            author_email=blank,
            author_url=blank,
            parent_id=blank,
            token=blank,
            subject=blank,
            thread={"url": PAGE, "id": None, "title": ""},
        ),
    )
    assert loaded.author_name == ""
    assert loaded.author_email is None
    assert loaded.author_url is None
    assert loaded.parent_id is None
    assert loaded.token is None
    assert loaded.honeypot_filled is False
    assert loaded.thread == ThreadRef(PAGE)


@pytest.mark.parametrize("blank", [..., None, "", " \t", "\u200b\u3164\u2800", "\ufe0f"])
def test_required_fields_are_all_named_at_once(blank):
    """Absent, null, blank and invisible all count as missing, and none hides another."""
    assert faults(a_post(author_name=blank, author_email=blank, content=blank, thread=...)) == {
        ("/author_name", "missing"),
        ("/author_email", "missing"),
        ("/content", "missing"),
        ("/thread", "missing"),
    }


def test_the_form_is_the_source_of_fields_and_limits():
    """The schema requires and limits exactly what the form says, on either kind of site."""
    for site in (SITE, OPEN_SITE):
        schema = submission_schema(site)
        for field in form_fields(site.settings):
            assert schema.fields[field.name].required is field.required
            assert schema.fields[field.name].max_chars == field.max_length


def test_sites_that_ask_the_same_share_a_schema():
    """Schemas are made once, and a changed setting is seen at once."""
    assert submission_schema(SITE) is submission_schema(replace(SITE, id="other"))
    assert submission_schema(SITE) is not submission_schema(a_site(require_email=False))


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"author_name": "x" * 101}, "/author_name", "too_long"),
        ({"author_name": "a\nb"}, "/author_name", "control_characters"),
        ({"author_name": "a\x1b[31m"}, "/author_name", "control_characters"),
        ({"author_name": "a\u2028b"}, "/author_name", "control_characters"),
        ({"author_name": 12}, "/author_name", "wrong_type"),
        ({"author_name": True}, "/author_name", "wrong_type"),
        ({"author_name": ["Ann"]}, "/author_name", "wrong_type"),
        ({"author_email": "ann"}, "/author_email", "invalid_email"),
        ({"author_email": "ann@localhost"}, "/author_email", "invalid_email"),
        ({"author_email": "Ann <ann@example.org>"}, "/author_email", "invalid_email"),
        ({"author_email": "a" * 65 + "@example.org"}, "/author_email", "invalid_email"),
        ({"author_email": "a@" + "b" * 250 + ".org"}, "/author_email", "too_long"),
        ({"author_email": "ann@example.org\nBcc: x"}, "/author_email", "control_characters"),
        ({"author_email": {}}, "/author_email", "wrong_type"),
        ({"author_url": "javascript:alert(1)"}, "/author_url", "invalid_url"),
        ({"author_url": "https://user:pw@a.example"}, "/author_url", "invalid_url"),
        ({"author_url": "nowhere"}, "/author_url", "invalid_url"),
        ({"author_url": "https://a.example/\u202e"}, "/author_url", "invalid_url"),
        ({"author_url": "https://a.example/" + "x" * 2_000}, "/author_url", "too_long"),
        ({"content": "x" * 10_001}, "/content", "too_long"),
        ({"content": 1.5}, "/content", "wrong_type"),
        ({"parent_id": "1"}, "/parent_id", "invalid_id"),
        ({"parent_id": PARENT.upper().replace("0", "A")}, "/parent_id", "invalid_id"),
        ({"parent_id": "{" + PARENT + "}"}, "/parent_id", "too_long"),
        ({"parent_id": 1}, "/parent_id", "wrong_type"),
        ({"parent_id": True}, "/parent_id", "wrong_type"),
        ({"token": 5}, "/token", "wrong_type"),
        ({"subject": 5}, "/subject", "wrong_type"),
        ({"thread": PAGE}, "/thread", "wrong_type"),
        ({"thread": [PAGE]}, "/thread", "wrong_type"),
        ({"thread": {}}, "/thread/url", "missing"),
        ({"thread": {"url": "/a"}}, "/thread/url", "invalid_url"),
        ({"thread": {"url": "file:///etc/passwd"}}, "/thread/url", "invalid_url"),
        ({"thread": {"url": PAGE, "id": "x" * 201}}, "/thread/id", "too_long"),
        ({"thread": {"url": PAGE, "x": 1}}, "/thread/x", "unknown"),
        ({"extra": 1}, "/extra", "unknown"),
        ({"state": "approved"}, "/state", "unknown"),
        ({"<script>": 1}, "/?", "unknown"),
        ({"_schema": 1}, "", "unknown"),
    ],
)
def test_bad_fields_are_named_by_code_and_place(changes, pointer, code):
    """One bad field gives one problem with a stable code, without what was sent."""
    assert faults(a_post(**changes)) == {(pointer, code)}


def test_problems_never_echo():
    """No message holds a piece of what was sent."""
    bad = a_post(
        author_name="zzz\n" * 50,
        author_email="zzz@zzz",
        author_url="zzz://zzz",
        thread={"url": "zzz", "<zzz>": 1},
        parent_id="zzz",
        **{"<zzz>": "zzz"},
    )
    with pytest.raises(InvalidSubmission) as caught:
        load_submission(SITE, bad)
    assert len(caught.value.problems) == 7
    assert "zzz" not in repr(caught.value.problems) + str(caught.value)


def test_a_flood_of_unknown_fields_has_a_short_answer():
    """Thousands of unknown keys do not make thousands of problems."""
    with pytest.raises(InvalidSubmission) as caught:
        load_submission(SITE, a_post(**{f"k{number}": 1 for number in range(3_000)}))
    assert len(caught.value.problems) == 50


def test_content_is_counted_in_code_points_after_newlines():
    """An emoji counts as one, CRLF as one: what the widget counts too."""
    assert load_submission(OPEN_SITE, a_post(content="😀\r\n😀\r\n😀")).content == "😀\n😀\n😀"
    assert faults(a_post(content="😀\r\n😀\r\n😀!"), OPEN_SITE) == {("/content", "too_long")}


def test_a_long_title_is_cut():
    """Who comments cannot mend the page's title, so it never refuses a comment."""
    loaded = load_submission(SITE, a_post(thread={"url": PAGE, "title": "t" * 400}))
    assert loaded.thread.title == "t" * 300


def test_the_honeypot_reports_what_filled_it():
    """Anything visible in the field that people never see is reported, nothing is refused."""
    assert load_submission(SITE, a_post(**{HONEYPOT_FIELD: "x" * 10_000})).honeypot_filled
    assert not load_submission(SITE, a_post(**{HONEYPOT_FIELD: " "})).honeypot_filled


def test_an_html_form_ends_in_the_same_structure():
    """Flat names stand for the nested ones, with the same result and the same pointers."""
    form = {
        "thread_url": PAGE,
        "thread_id": "1",
        "thread_title": "T",
        "parent_id": "",
        "author_name": "Ann",
        "author_email": "ann@example.org",
        "author_url": "",
        "content": "Hello",
        "token": "",
        "subject": "",
    }
    assert load_form(SITE, form) == load_submission(
        SITE, a_post(thread={"url": PAGE, "id": "1", "title": "T"})
    )
    with pytest.raises(InvalidSubmission) as caught:
        load_form(SITE, {"content": "x", "thread": "y", "url": "z"})
    assert {(one.pointer, one.code) for one in caught.value.problems} == {
        ("/thread", "wrong_type"),
        ("/url", "unknown"),
        ("/author_name", "missing"),
        ("/author_email", "missing"),
    }


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = ["thread", "author_name", "author_email", "author_url", "content", "parent_id", "token"]


@given(st.dictionaries(st.sampled_from([*KEYS, "subject", "x"]), anything))
def test_nothing_makes_a_schema_fail_otherwise(data):
    """Whatever the JSON holds, the answer is a submission or problems."""
    try:
        load_submission(OPEN_SITE, data | {"thread": {"url": data.get("thread")}})
        load_submission(OPEN_SITE, data)
    except InvalidSubmission as error:
        assert error.problems


@given(
    st.text(st.characters(categories=["L", "N", "Zs", "So"]), min_size=1, max_size=90).filter(
        lambda text: not is_blank(text) and not is_reserved(text, ())
    ),
    st.text(min_size=1, max_size=200).filter(lambda text: "\r" not in text and not is_blank(text)),
)
def test_names_and_texts_come_through(name, content):
    """Readable names are only trimmed, contents are kept to the letter."""
    loaded = load_submission(SITE, a_post(author_name=name, content=content))
    assert loaded.author_name == name.strip(" \t\u00a0\u3000")
    assert loaded.content == content


def test_naughty_strings_in_every_field():
    """Each naughty string in each field is taken or refused, and a taken comment is unchanged."""
    for text in json.loads(corpus("blns/blns.json").read_text("utf-8")):
        data = a_post(content=text, author_name=text, author_email=text, author_url=text)
        data |= {"parent_id": text, "thread": {"url": text, "id": text, "title": text}}
        faults(data, OPEN_SITE)
        if not is_blank(text):
            assert load_submission(SITE, a_post(content=text)).content == text


def test_unicode_attacks_count_as_blank_only_where_nothing_shows():
    """Emoji and right-to-left text are never blank; fillers and zero-width characters alone are."""
    strings = json.loads(corpus("unicode-attacks/strings.json").read_text("utf-8"))
    assert not any(is_blank(text) for text in strings["emoji"] + strings["rtl_ok"])
    alone = [text for text in strings["zero_width"] if len(text) == 1]
    assert alone
    assert all(is_blank(text) for text in alone)


# -- e-mail corpora --------------------------------------------------------------------------------


def is_taken(address: str) -> bool:
    try:
        load_submission(SITE, a_post(author_email=address))
    except InvalidSubmission:
        return False
    return True


def test_email_validator_corpus():
    """Our verdicts are the library's strict ones; quoted local parts and display names, which it
    can be asked to take, are refused."""
    cases = json.loads(corpus("email-validator/addresses.json").read_text("utf-8"))
    for name in ("test_email_valid", "test_email_valid_intl_local_part"):
        for address, _ in cases[name]:
            assert is_taken(address) is not ('"' in address or "<" in address), ascii(address)
    for name in (
        "test_email_valid_only_if_quoted_local_part",
        "test_email_invalid_syntax",
        "test_email_invalid_syntax_strict",
        "test_email_invalid_syntax_display_name",
        "test_email_invalid_reserved_domain",
        "test_email_unsafe_character",
    ):
        assert not [ascii(address) for address, _ in cases[name] if is_taken(address)], name


def test_isemail_corpus():
    """Plainly valid addresses are taken, all else is refused. Ours differ in two ways: a domain
    needs a dot (`test@io`), and spaces around an address are trimmed instead of refused."""
    for case in ET.parse(corpus("isemail/tests.xml")).getroot().iter("test"):
        # The corpus writes control characters as their pictures, from U+2400 on.
        address = "".join(
            chr(ord(one) - 0x2400) if "\u2400" <= one <= "\u2421" else one
            for one in case.findtext("address") or ""
        )
        valid = case.findtext("category") in {"ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN"}
        expected = (valid and "." in address.partition("@")[2]) or address.strip(" ") == (
            "test@iana.org"
        )
        assert is_taken(address) is expected, case.get("id")
