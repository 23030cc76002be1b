"""The door for request bodies: bounded reading, strict JSON."""

import io
import json

import pytest
from corpora import corpus
from hypothesis import example, given
from hypothesis import strategies as st

from service.web.json_door import (
    BadBody,
    BadJSON,
    BodyTooLarge,
    is_json,
    read_body,
    read_json,
)

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | storable,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(storable, inner, max_size=4),
    max_leaves=12,
)


def refusal(body: bytes | str, **options) -> BadJSON:
    with pytest.raises(BadJSON) as caught:
        read_json(body if isinstance(body, bytes) else body.encode(), **options)
    return caught.value


# -- JSON ------------------------------------------------------------------------------------------


@given(st.dictionaries(storable, values, max_size=4), st.booleans())
def test_what_was_written_is_read(value, ascii_only):
    """Every storable object comes through unchanged, escaped or as UTF-8."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert read_json(text.encode(), max_depth=100) == value


@given(st.binary())
@example(b"\xed\xa0\x80")
@example(b'{"a":"\\ud800')
@example(b'"\\')
def test_no_bytes_make_it_fail_otherwise(body):
    """Whatever comes in, the answer is an object or a `BadJSON`."""
    try:
        read_json(body)
    except BadJSON as error:
        assert str(error)


@given(st.text('{}[]":,\\u0d8aeE+-.\n tfn1', max_size=60))
def test_almost_json_does_not_either(text):
    """The same for texts made of JSON's own characters, against the standard library's verdict."""
    try:
        loaded = read_json(text.encode())
    except BadJSON:
        return
    assert loaded == json.loads(text)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"a":1,"a":2}', "/a"),
        ('{"a":[0,{"b":1,"b":2}]}', "/a/1/b"),
        ('{"a":NaN}', "/a"),
        ('{"a":[Infinity]}', "/a/0"),
        ('{"a":-Infinity}', "/a"),
        ('{"a":1e400}', "/a"),
        ('{"a":-1e400}', "/a"),
        ('{"a":9223372036854775808}', "/a"),
        ('{"a":' + "9" * 5_000 + "}", "/a"),
        ('{"a":"x\\u0000"}', "/a"),
        ('{"a":"\\ud800"}', "/a"),
        ('{"a":["\\udc00\\ud800"]}', "/a/0"),
        ('{"thread":{"\\ud800":1}}', "/thread/?"),
        ('{"\\u0000":1}', "/?"),
        ('{"<script>":NaN}', "/?"),
        ('{"' + "k" * 41 + '":NaN}', "/?"),
        ("[]", ""),
        ("null", ""),
        ('"x"', ""),
        ("NaN", ""),
    ],
)
def test_faults_are_pointed_at(body, pointer):
    """Where the structure is known the error leads there, without repeating odd keys."""
    error = refusal(body)
    assert error.pointer == pointer
    assert error.line is None


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        ('{"a":1}{}', 1, 8),
        ("{/*x*/}", 1, 2),
        ('{"a":\n  secret}', 2, 3),
        ('{"a":"\n"}', 1, 7),
        ("\ufeff{}", 1, 1),
        ('{"a":"\\q"}', 1, 7),
    ],
)
def test_syntax_faults_have_line_and_column(body, line, column):
    """A syntax error says where it is and repeats nothing of the text."""
    error = refusal(body)
    assert (error.line, error.column, error.pointer) == (line, column, None)
    assert "secret" not in str(error)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_only_utf8_is_taken(encoding):
    """Other encodings are refused, with or without a byte order mark."""
    refusal('{"a":"é"}'.encode(encoding))


@pytest.mark.parametrize("empty", [b"", b" ", b"\r\n\t"])
def test_an_empty_body_is_called_empty(empty):
    """An empty body has an error of its own wording."""
    assert "empty" in str(refusal(empty))


@pytest.mark.parametrize("unit", ["[", '{"a":', '[{"a":', '{"a":"\\"[","b":['])
def test_depth_never_recurses(unit):
    """100,000 levels end in a plain refusal with the place of the first one too many."""
    error = refusal('{"a":' + unit * 100_000)
    assert "nested" in str(error)
    assert error.line == 1


def test_depth_is_counted_exactly():
    """The cap itself is taken, one more is not; brackets within strings do not count."""
    assert read_json(b'{"a":[[[1]]]}', max_depth=4)
    assert refusal(b'{"a":\n[[[[1]]]]}', max_depth=4).line == 2
    text = "[{" * 5_000 + '\\" ]'
    assert read_json(json.dumps({"a": text}).encode(), max_depth=1) == {"a": text}


@pytest.mark.parametrize(
    "body", ['{"a":"' + '\\"' * 50_000, "[" + '"[' * 50_000, "{" * 9 + "\\" * 99_999]
)
def test_scanning_is_linear(body):
    """Open strings full of quotes and brackets are refused at once (quadratic would take minutes)."""
    refusal(body)


def test_json_test_suite():
    """Of nst/JSONTestSuite no invalid text is taken, and of the valid ones every object but those
    that hold a duplicate key or an escaped NUL."""
    ours = {
        "y_object_duplicated_key.json",
        "y_object_duplicated_key_and_value.json",
        "y_object_escaped_null_in_key.json",
    }
    seen = {"y": 0, "n": 0, "i": 0}
    for path in sorted(corpus("jsontestsuite/test_parsing").glob("*.json")):
        body = path.read_bytes()
        kind = path.name[0]
        seen[kind] += 1
        try:
            loaded = read_json(body)
        except BadJSON:
            if kind == "y" and path.name not in ours:
                assert not isinstance(json.loads(body), dict), path.name
        else:
            assert kind == "y" and path.name not in ours, path.name
            assert loaded == json.loads(body)
    assert min(seen.values()) > 30


def test_json_test_suite_values_within_an_object():
    """Wrapped into an object, so that the top level is not what refuses them, the verdicts hold."""
    null_texts = {"y_string_null_escape.json"}
    for path in sorted(corpus("jsontestsuite/test_parsing").glob("*.json")):
        body = b'{"a":' + path.read_bytes() + b"}"
        kind = path.name[0]
        try:
            read_json(body)
        except BadJSON:
            if kind == "y" and path.name not in null_texts and "object" not in path.name:
                raise AssertionError(path.name) from None
        else:
            # Closing the object completes nothing but one: a text that was cut before its brace.
            assert kind != "n" or _valid(body), path.name


def _valid(body: bytes) -> bool:
    try:
        json.loads(body, parse_constant=lambda text: 1 / 0)
    except (ValueError, ZeroDivisionError):
        return False
    return True


def test_json_transform_suite():
    """The texts that parsers read differently come out exactly as written, or not at all."""
    for path in sorted(corpus("jsontestsuite/test_transform").glob("*.json")):
        try:
            loaded = read_json(b'{"a":' + path.read_bytes() + b"}")
        except BadJSON:
            continue
        assert "�" not in json.dumps(loaded, ensure_ascii=False) or "invalid" in path.name
        assert loaded == json.loads(b'{"a":' + path.read_bytes() + b"}")


def test_json_attacks():
    """Each attack of the collection is refused, but those that are plain data to us."""
    cases = json.loads(corpus("json-attacks/cases.json").read_text("utf-8"))
    harmless = {"proto", "class", "true_as_int", "float_as_int", "str_as_int"}
    generated = {"utf16", "utf7_charset", "many_keys", "hash_collide", "deep_list_100k"}
    for name, text in cases.items():
        if name in harmless:
            assert read_json(text.encode()) == json.loads(text)
        elif name not in generated:
            refusal(text)
    refusal('["" ' + "[" * 100_000)
    many = {f"key{number}": number for number in range(200_000)}
    assert len(read_json(json.dumps(many).encode())) == 200_000


def test_naughty_strings_come_through():
    """Each naughty string is read as it was written, save those that hold a NUL."""
    for text in json.loads(corpus("blns/blns.json").read_text("utf-8")):
        body = json.dumps({"content": text}).encode()
        if "\0" in text:
            refusal(body)
        else:
            assert read_json(body) == {"content": text}


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("application/json", True),
        ("application/json; charset=UTF-8", True),
        ("application/json; charset=utf-7", False),
        ("application/json; charset=utf-16", False),
        ("text/json", False),
        ("text/plain", False),
        ("", False),
        (None, False),
    ],
)
def test_json_is_announced(content_type, accepted):
    """JSON comes as application/json, which a foreign page cannot send without being asked."""
    assert is_json(content_type) is accepted


# -- reading ---------------------------------------------------------------------------------------


class Trickle(io.RawIOBase):
    """A stream that hands out a few bytes at a time, as a socket may, and counts them."""

    def __init__(self, body: bytes, most: int) -> None:
        self._body = io.BytesIO(body)
        self._most = most
        self.handed_out = 0

    def read(self, size=-1):
        part = self._body.read(min(size, self._most))
        self.handed_out += len(part)
        return part


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(1, 50), st.booleans())
def test_a_body_is_read_whole_or_refused(body, cap, most, declares):
    """However the bytes trickle in, all of them arrive, or the cap is reported."""
    declared = len(body) if declares else None
    stream = Trickle(body, most)
    if len(body) > cap:
        with pytest.raises(BodyTooLarge):
            read_body(stream, cap, declared=declared)
        assert stream.handed_out <= cap + 1
    else:
        assert read_body(stream, cap, declared=declared) == body


def test_nothing_is_read_behind_the_declared_length():
    """Some servers wait for ever there; what comes behind belongs to the next request."""
    stream = Trickle(b"12345next request", 100)
    assert read_body(stream, 10, declared=5) == b"12345"
    assert stream.handed_out == 5


def test_a_cut_body_is_refused():
    """A body shorter than announced was cut on its way, and is not taken for the whole."""
    with pytest.raises(BadBody, match="ended"):
        read_body(io.BytesIO(b"1234"), 10, declared=5)
