"""Where a fault stands: pointers, lines and columns in the answer for a body that cannot be read."""

import pytest
from visitors import Visitors

from service.web.json_door import BadJSON, read_json


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"a":{"b":{}}}', "/a/b"),
        ('{"x":[1,"],["],"a":[0,1,[]]}', "/a/2"),
        ('{"x":1,"y\\"{":[[[]]]}', "/?/0"),
        ("[[[[", "/0/0"),
    ],
)
def test_nesting_too_deep_is_told_by_pointer(text, pointer):
    """The pointer leads to the first value that is too deep, past strings that hold brackets."""
    with pytest.raises(BadJSON) as caught:
        read_json(text.encode(), max_depth=2)
    assert caught.value.pointer == pointer


def test_any_brackets_have_a_pointer():
    """Text that is no JSON at all makes nothing fail."""
    for text in ("[" * 9_000, "{" * 9_000, '{"a":' * 9_000, "]" * 9 + "[" * 99, ":,{[" * 99):
        with pytest.raises(BadJSON) as caught:
            read_json(text.encode())
        assert caught.value.pointer is None or caught.value.pointer.count("/") < 20


def test_the_answer_says_where(services):
    """Line and column, the pointer, and how many bytes would have been fine, as members of their own."""
    visitors = Visitors(services)
    answer = visitors.post('{"a":1,\n "b" 2}')
    assert (answer.status_code, answer.json["line"], answer.json["column"]) == (400, 2, 6)
    assert "errors" not in answer.json
    answer = visitors.post('{"a":' + "[" * 20)
    assert (answer.json["line"], answer.json["column"]) == (1, 13)
    assert answer.json["errors"][0]["pointer"] == "/a" + "/0" * 7
    answer = visitors.post("x" * 200_000)
    assert (answer.status_code, answer.json["max_bytes"]) == (413, 16_384 + 12 * 10_000)
