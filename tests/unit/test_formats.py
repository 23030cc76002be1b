"""What each system's export is read as: pages, parents, states, times; and files that are damaged."""

import gzip
import io
import json
import sqlite3
from datetime import UTC, datetime

import pytest

from service.core.errors import BadFile
from service.core.moved import Moved
from service.core.states import State
from service.formats import READERS
from service.formats.html_text import plain_text

AT = datetime(2020, 5, 4, 10, 30, tzinfo=UTC)


def read(form, content):
    return list(READERS[form](io.BytesIO(content)))


def told(rows):
    return {
        one.source_id: (one.parent_id, one.state, one.page_url, one.author_email, one.content)
        for one in rows
        if isinstance(one, Moved)
    }


def isso(tmp_path, *comments):
    path = tmp_path / "isso.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript(
            """CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR, title VARCHAR);
            CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT,
                modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR,
                email VARCHAR, website VARCHAR, likes INTEGER, dislikes INTEGER, voters BLOB,
                notification INTEGER);
            INSERT INTO threads VALUES (1, '/story/', 'A story')"""
        )
        database.executemany(
            "INSERT INTO comments (tid, id, parent, created, modified, mode, text, email)"
            " VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
            comments,
        )
    database.close()
    return path.read_bytes()


def test_isso(tmp_path):
    """Modes are states, seconds are UTC, and a mode that nobody knows is named."""
    at = AT.timestamp()
    content = isso(
        tmp_path,
        (1, None, at, at + 60, 1, "First", "a@example.org"),
        (2, 1, at, None, 2, "Reply", None),
        (3, 1, at, None, 4, "", None),
        (4, None, at, None, 9, "Odd", None),
        (5, None, "never", None, 1, "Odd", None),
    )
    rows = read("isso", content)
    assert told(rows) == {
        "1": (None, State.APPROVED, "/story/", "a@example.org", "First"),
        "2": ("1", State.HELD, "/story/", None, "Reply"),
        "3": ("1", State.DELETED, "/story/", None, ""),
    }
    assert rows[0].created_at == AT
    assert [one.reason for one in rows[3:]] == ["Its state is not known.", "It has no time."]


DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="1"><title>General</title></category>
<thread dsq:id="10"><id>x</id><link>https://news.example/story</link><title>A story</title>
<author><name>Editor</name></author></thread>
<post dsq:id="20"><id>wp_id=1</id><message><![CDATA[<p>First &amp; last</p>]]></message>
<createdAt>2020-05-04T10:30:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
<author><email>a@example.org</email><name>Ann</name></author><ipAddress>192.0.2.1</ipAddress>
<thread dsq:id="10" /></post>
<post dsq:id="21"><message>Spam</message><createdAt>2020-05-04T10:30:00Z</createdAt>
<isDeleted>true</isDeleted><isSpam>true</isSpam><author><username>bob</username></author>
<thread dsq:id="10" /><parent dsq:id="20" /></post>
<post dsq:id="22"><message>Gone</message><createdAt>2020-05-04T10:30:00Z</createdAt>
<isDeleted>true</isDeleted><isSpam>false</isSpam><thread dsq:id="10" /></post>
<post dsq:id="23"><message>Lost</message><createdAt>2020-05-04T10:30:00Z</createdAt>
<thread dsq:id="99" /></post></disqus>"""


@pytest.mark.parametrize("packed", [False, True])
def test_disqus(packed):
    """Posts find their thread and parent by Disqus' own ids; packed files are read as they are."""
    content = gzip.compress(DISQUS.encode()) if packed else DISQUS.encode()
    rows = read("disqus", content)
    page = "https://news.example/story"
    assert told(rows) == {
        "20": (None, State.APPROVED, page, "a@example.org", "First & last"),
        "21": ("20", State.SPAM, page, None, "Spam"),
        "22": (None, State.DELETED, page, None, "Gone"),
    }
    assert (rows[0].created_at, rows[0].ip, rows[1].author_name) == (AT, "192.0.2.1", "bob")
    assert rows[3].reason == "Its thread is not in the file."


def test_remark42():
    """The header is no comment; text is what was typed, times with their offset are UTC."""
    lines = [
        {"version": 1, "users": [], "posts": []},
        {
            "id": "a", "pid": "", "text": "<p>First</p>", "orig": "First", "user": {"name": "Ann"},
            "locator": {"site": "s", "url": "https://news.example/story"},
            "time": "2020-05-04T12:30:00.000000001+02:00", "title": "A story",
        },
        {
            "id": "b", "pid": "a", "text": "<p>Re<br>ply</p>", "user": {"name": "Bob"},
            "locator": {"url": "https://news.example/story"}, "time": "2020-05-04T10:30:00Z",
            "delete": True, "edit": {"time": "2020-05-04T10:31:00Z"},
        },
        {"pid": "a"},
        {"id": "c", "time": "yesterday"},
    ]  # fmt: skip
    rows = read("remark42", gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    page = "https://news.example/story"
    assert told(rows) == {
        "a": (None, State.APPROVED, page, None, "First"),
        "b": ("a", State.DELETED, page, None, "Re\nply"),
    }
    assert rows[0].created_at == AT
    assert [one.reason for one in rows[2:]] == ["It has no id.", "It has no time."]


def test_commento():
    """Version 1: commenters by their hex, pages by host and path, states by their names."""
    content = {
        "version": 1,
        "comments": [
            {
                "commentHex": f"c{number}", "commenterHex": "p1", "host": "news.example",
                "path": "/story", "markdown": "First", "html": "<p>First</p>",
                "parentHex": parent, "state": state, "deleted": deleted,
                "creationDate": "2020-05-04T10:30:00Z", "score": 0, "direction": 0,
            }
            for number, parent, state, deleted in (
                (1, "root", "approved", False), (2, "c1", "unapproved", False),
                (3, "c1", "flagged", False), (4, "c1", "approved", True), (5, "root", "new", False),
            )
        ],
        "commenters": [
            {"commenterHex": "p1", "email": "a@example.org", "name": "Ann",
             "websiteUrl": "https://ann.example"}
        ],
    }  # fmt: skip
    rows = read("commento", json.dumps(content).encode())
    assert [(one.source_id, one.parent_id, one.state) for one in rows] == [
        ("c1", None, State.APPROVED), ("c2", "c1", State.HELD), ("c3", "c1", State.SPAM),
        ("c4", "c1", State.DELETED), ("c5", None, State.HELD),
    ]  # fmt: skip
    assert {one.page_url for one in rows} == {"https://news.example/story"}
    assert {(one.author_name, one.author_email) for one in rows} == {("Ann", "a@example.org")}
    assert rows[0].created_at == AT


def test_comentario():
    """Version 3, packed, with its lists in any order and pages that are paths."""
    content = {
        "comments": [
            {"id": "1", "pageId": "x", "userCreated": "u", "markdown": "First", "isApproved": True,
             "isPending": False, "isDeleted": False, "createdTime": "2020-05-04T10:30:00Z"},
            {"id": "2", "parentId": "1", "pageId": "x", "html": "<p>Reply</p>", "isApproved": False,
             "isPending": True, "createdTime": "2020-05-04T10:30:00Z", "authorName": "Bob"},
            {"id": "3", "pageId": "x", "markdown": "No", "isApproved": False, "isPending": False,
             "createdTime": "2020-05-04T10:30:00Z"},
        ],
        "pages": [{"id": "x", "path": "/story", "title": "A story"}],
        "commenters": [{"id": "u", "email": "a@example.org", "name": "Ann"}],
        "version": 3,
    }  # fmt: skip
    rows = read("commento", gzip.compress(json.dumps(content).encode()))
    assert told(rows) == {
        "1": (None, State.APPROVED, "/story", "a@example.org", "First"),
        "2": ("1", State.HELD, "/story", None, "Reply"),
        "3": (None, State.REJECTED, "/story", None, "No"),
    }


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("isso", b""), ("isso", b"SQLite format 3\0 and no more"), ("isso", b"<xml/>"),
        ("disqus", DISQUS[:-200].encode()), ("disqus", b"<rss/>"), ("disqus", b""),
        ("disqus", gzip.compress(DISQUS.encode())[:-40]), ("disqus", b"\x1f\x8bnothing"),
        ("disqus", b'<!DOCTYPE d [<!ENTITY a "b">]><disqus/>'),
        ("remark42", b""), ("remark42", b'{"id": "a"}\n'), ("remark42", b"\x1f\x8b"),
        ("remark42", b'{"version": 1}\n{"id": "a", '), ("remark42", b'{"version": 1}\n[]'),
        ("remark42", b'{"version": 1}\n' + b"x" * 1_000_100),
        ("commento", b""), ("commento", b"[]"), ("commento", b'{"version": 1, "comments": [{'),
        ("commento", b'{"version": 2, "comments": []}'), ("commento", b'{"comments": []}'),
        ("commento", b'{"version": 1, "comments": [' + b"[" * 100_000),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused(form, content):
    """Cut off, wrongly packed, or something else altogether: one error that says so."""
    with pytest.raises(BadFile):
        read(form, content)


def test_html_becomes_the_text_that_a_reader_sees():
    """Paragraphs and lines stay, links are written out, scripts go, and what is no markup stays."""
    html = (
        "<p>One &amp; two<br>three</p><script>alert(1)</script><ul><li>a</li><li>b</li></ul>"
        '<p><a href="https://example.org/x">here</a> <a href="https://example.org">https://example.org</a></p>'
    )
    assert plain_text(html) == (
        "One & two\nthree\n\n- a\n- b\n\nhere (https://example.org/x) https://example.org"
    )
    assert plain_text("1 < 2 and a<b") == "1 < 2 and a<b"
    for hostile in ("<" * 100_000, "<a" * 50_000, "<!--" * 40_000, "&#" * 50_000, "<b>" * 50_000):
        plain_text(hostile)
