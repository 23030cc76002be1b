"""The door for HTML forms."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import encode_multipart

from service.web.form_door import MAX_FORM_FIELDS, BadForm, is_form, read_form
from service.web.json_door import (
    MediaTypeRefused,
)

URLENCODED = "application/x-www-form-urlencoded"

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | storable,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(storable, inner, max_size=4),
    max_leaves=12,
)


# -- forms -----------------------------------------------------------------------------------------


@given(st.dictionaries(storable.filter(bool), storable, max_size=5))
def test_forms_come_through(fields):
    """Every storable form is read as it was sent."""
    assert read_form(urlencode(fields).encode(), URLENCODED) == fields


names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


@given(st.dictionaries(names, storable, max_size=5))
def test_multipart_forms_come_through(fields):
    """A form sent as multipart/form-data, by whatever theme, is read as well."""
    boundary, body = encode_multipart(fields)
    assert read_form(body, f"multipart/form-data; boundary={boundary}") == fields


@pytest.mark.parametrize(
    "body",
    [
        b"content=a&content=b",
        b"content=a%00b",
        b"con%00tent=a",
        b"content=%ff",
        b"%ed%a0%80=1",
        "&".join(f"f{number}=" for number in range(MAX_FORM_FIELDS + 1)).encode(),
        b"&" * 100_000,
    ],
)
def test_bad_forms_are_refused(body):
    """Duplicates, NUL, other encodings and floods of fields are refused."""
    with pytest.raises(BadForm):
        read_form(body, URLENCODED)


def part(head: str, value: bytes = b"x") -> bytes:
    return b"--B\r\n" + head.encode() + b"\r\n\r\n" + value + b"\r\n"


FIELD = 'Content-Disposition: form-data; name="content"'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--B",
        part(FIELD),
        part(FIELD) + part(FIELD) + b"--B--",
        part(FIELD + '; filename="a.txt"') + b"--B--",
        part(FIELD, b"\xff") + b"--B--",
        part(FIELD, b"a\0b") + b"--B--",
        part(FIELD + "\r\nContent-Type: text/plain; charset=utf-7") + b"--B--",
        part("Content-Disposition: form-data") + b"--B--",
        part("X: y") + b"--B--",
        b"".join(part(f'Content-Disposition: form-data; name="f{n}"') for n in range(60))
        + b"--B--",
    ],
)
def test_bad_multipart_is_refused(body):
    """Files, duplicates, other encodings, nameless parts and broken framing are refused."""
    with pytest.raises(BadForm):
        read_form(body, "multipart/form-data; boundary=B")


@given(st.binary())
def test_no_bytes_make_a_form_fail_otherwise(body):
    """Whatever comes in as a form, the answer is fields or a `BadForm`."""
    for content_type in (URLENCODED, "multipart/form-data; boundary=B"):
        for framed in (body, part(FIELD, body), b"--B\r\n" + body + b"\r\n--B--"):
            try:
                fields = read_form(framed, content_type)
            except BadForm:
                continue
            assert all(isinstance(value, str) for value in fields.values())


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", f"{URLENCODED}; charset=utf-7", "application/json"],
)
def test_other_media_types_are_refused(content_type):
    """What is no HTML form in UTF-8 is not guessed at."""
    with pytest.raises(MediaTypeRefused):
        read_form(b"a=b", content_type)


@pytest.mark.parametrize("boundary", ["", '""', '"' + "x" * 71 + '"', "é"])
def test_odd_boundaries_are_refused(boundary):
    """A boundary that RFC 2046 does not allow is no boundary."""
    with pytest.raises(BadForm):
        read_form(b"--B--", f"multipart/form-data; boundary={boundary}")


def test_forms_are_recognised():
    """Both ways in which HTML sends a form are known; JSON is none of them."""
    assert is_form(URLENCODED)
    assert is_form("multipart/form-data; boundary=x")
    assert not is_form("application/json")
