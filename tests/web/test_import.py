"""`vestibule import`: what moves in, from which files, and what is said of the rest."""

import json

import pytest
from click.testing import CliRunner
from visitors import NEWS, STORY, Visitors

from service.cli import main
from service.core.audit import BY_OPERATOR
from service.core.states import State

EMAIL = "moved.person@example.org"


@pytest.fixture
def visitors(services):
    return Visitors(services)


@pytest.fixture
def run(visitors, tmp_path):
    """Runs the command on a text or bytes; gives back what it said and the skipped rows."""
    settings = visitors.services.settings
    environment = {
        "VESTIBULE_DATABASE_URL": settings.database_url,
        "VESTIBULE_SECRET_KEY": settings.secret_key,
        "VESTIBULE_DATA_DIR": str(settings.data_dir),
    }

    def go(form, content, *arguments, status=0, site="news"):
        file = tmp_path / "file"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        skipped = tmp_path / "skipped.jsonl"
        command = ["import", form, str(file), "--site", site, "--skipped", str(skipped), *arguments]
        done = CliRunner().invoke(main, command, env=environment)
        assert done.exit_code == status, done.output
        lines = skipped.read_text().splitlines() if skipped.exists() else []
        return done.output, [json.loads(one) for one in lines]

    return go


def wxr(*comments, link=STORY, title="A story", head=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"
     xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Blog</title>
<link>{NEWS}</link><wp:wxr_version>1.2</wp:wxr_version>
<item><title>{title}</title><link>{link}</link><content:encoded><![CDATA[<p>x</p>]]></content:encoded>
<wp:post_id>7</wp:post_id>{"".join(comments)}</item></channel></rss>"""


def wp(number, text="Hello", *, parent=0, approved="1", kind="comment", email=EMAIL, **more):
    told = {
        "id": number, "author": "<![CDATA[Moved Person]]>", "author_email": email,
        "author_url": "https://person.example", "author_IP": "203.0.113.9",
        "date": "2019-03-01 14:00:00", "date_gmt": "2019-03-01 12:00:00",
        "content": f"<![CDATA[{text}]]>", "approved": approved, "type": kind, "parent": parent,
    } | more  # fmt: skip
    inside = "".join(f"<wp:comment_{key}>{value}</wp:comment_{key}>" for key, value in told.items())
    return f"<wp:comment>{inside}<wp:commentmeta><wp:meta_key>a</wp:meta_key></wp:commentmeta></wp:comment>"


def line(number, content="Hello", **changes):
    return json.dumps(
        {
            "id": str(number), "page": {"url": STORY, "title": "A story"}, "content": content,
            "created_at": "2020-01-01T10:00:00+02:00", "author_name": "Jane",
        }
        | changes
    )  # fmt: skip


def stored(visitors):
    rows = visitors.rows("SELECT content, state FROM comments ORDER BY content")
    return [(row[0], row[1]) for row in rows]


def test_wordpress_moves_in_whole(visitors, run):
    """States, times in UTC, threads and parents are kept, HTML is text, pingbacks are named."""
    file = wxr(
        wp(1, '<p>One &amp; <b>only</b></p><p>See <a href="https://example.org/a">this</a></p>'),
        wp(2, "A reply", parent=1),
        wp(3, "Waiting", approved="0"),
        wp(4, "Spam", approved="spam"),
        wp(5, "Trash", approved="trash"),
        wp(6, "Ping", kind="pingback"),
        wp(7, "A reply to a ping", parent=6),
        wp(8, f"Write to {EMAIL}"),
        wp(9, "   "),
    )
    said, skipped = run("wxr", file, "--dry-run")
    assert "9 read, 7 to import, 0 there already, 2 skipped" in said
    assert stored(visitors) == []
    said, skipped = run("wxr", file)
    assert "9 read, 7 imported, 0 there already, 2 skipped" in said
    assert "1 answer comments that are not there" in said
    assert "1 show their author's address, and are held" in said
    assert skipped == [
        {"id": "6", "reason": "It is a pingback."},
        {"id": "9", "reason": "It has no text."},
    ]
    page = visitors.read().json
    assert [(one["content_html"][:22], one["depth"]) for one in page["comments"]] == [
        ('<p dir="auto">One &amp', 0), ('<p dir="auto">A reply<', 1), ('<p dir="auto">A reply ', 0)
    ]  # fmt: skip
    assert "https://example.org/a" in page["comments"][0]["content_html"]
    assert page["total"] == 3
    assert {one["created_at"] for one in page["comments"]} == {"2019-03-01T12:00:00.000Z"}
    states = dict(stored(visitors))
    assert states["Waiting"] == states[f"Write to {EMAIL}"] == State.HELD
    assert (states["Spam"], states["Trash"]) == (State.SPAM, State.DELETED)
    assert visitors.rows("SELECT count(*) FROM contacts")[0][0] == 1
    assert visitors.rows("SELECT count(*) FROM outbox")[0][0] == 0
    said, _ = run("wxr", file)
    assert "9 read, 0 imported, 7 there already, 2 skipped" in said
    assert len(stored(visitors)) == 7
    assert visitors.services.audit.verify(visitors.news.id).fault is None


def test_what_was_imported_is_a_comment_like_others(visitors, run):
    """It can be answered and decided about, is found by its author, and a second run keeps that."""
    run("wxr", wxr(wp(1, "Old words"), wp(2, "Waiting", approved="0")))
    old = visitors.read().json["comments"][0]["id"]
    visitors.shown(parent_id=old, content="A new reply")
    assert [one["depth"] for one in visitors.read().json["comments"]] == [0, 1]
    visitors.decide(old, "spam")
    run("wxr", wxr(wp(1, "Old words"), wp(2, "Waiting", approved="0")))
    assert visitors.state(old) is State.SPAM
    assert len(visitors.services.find_author(EMAIL, [visitors.news.id])) == 1


def test_what_was_erased_does_not_come_back(visitors, run):
    """After an erasure the same file imports nothing of that address."""
    file = wxr(wp(1, "Old words"), wp(2, "Others", email="other@example.org"))
    run("wxr", file)
    services = visitors.services
    receipt = services.erase(EMAIL, [visitors.news], BY_OPERATOR)
    assert receipt.counts()["comments"] == 1
    said, _ = run("wxr", file)
    assert "0 imported, 2 there already" in said
    assert stored(visitors) == [("", "erased"), ("Others", "approved")]
    assert not services.find_author(EMAIL, [visitors.news.id])


def test_json_lines_move_in(visitors, run):
    """Children before their parents, names that the site maps, and rows that are odd by themselves."""
    file = "\n".join(
        [
            line(3, "Third", parent_id="2"),
            line(2, "Second", parent_id="1"),
            line(1, "First", page={"url": "http://old.example/story?utm_source=x"}),
            line(4, "Elsewhere", page={"url": "https://other.example/"}),
            line(5, "No offset", created_at="2020-01-01T10:00:00"),
            line(6, "Future", created_at="2999-01-01T10:00:00Z"),
            line(7, "Odd key", colour="red"),
            line(8, "Odd state", state="fine"),
            line(9, "Pending", state="pending"),
            line(10, "Nul \u0000 and surrogate \ud800 go"),
            "{broken",
            "[]",
        ]
    )
    said, skipped = run("jsonl", file, "--map", f"http://old.example/={NEWS}/")
    assert "12 read, 5 imported, 0 there already, 7 skipped" in said
    assert [one["id"] for one in skipped] == [
        "4",
        "line 5",
        "6",
        "line 7",
        "line 8",
        "line 11",
        "line 12",
    ]
    comments = visitors.read().json["comments"]
    assert [one["depth"] for one in comments] == [0, 1, 2, 0]
    assert comments[0]["created_at"] == "2020-01-01T08:00:00.000Z"
    assert ("Pending", "pending") in stored(visitors)
    assert ("Nul  and surrogate  go", "approved") in stored(visitors)


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("form", "content", "said"),
    [
        ("wxr", wxr(wp(1, "&b;"), head=BOMB), "declares entities"),
        ("wxr", wxr(wp(1, "&x;"), head=OUTSIDE), "declares entities"),
        ("wxr", wxr(wp(1), wp(2))[:-30], "no whole XML"),
        ("wxr", wxr(wp(1)).encode("utf-16"), "no whole XML|encoding"),
        ("wxr", wxr(wp(1)).replace("UTF-8", "x-none"), "no whole XML|encoding"),
        ("wxr", wxr(wp(1)).encode().replace(b"Hello", b"\xff\xfe"), "no whole XML"),
        ("wxr", "", "no whole XML"),
        ("wxr", "<rss/>", "no channel"),
        ("jsonl", b"\x1f\x8b\x08\x00binary\n", "No line of it is a comment"),
        ("jsonl", '{"vestibule": 99}\n' + line(1), "another version"),
        ("jsonl", line(1, "x" * 1_000_100), "longer than"),
    ],
)
def test_a_bad_file_changes_nothing(visitors, run, form, content, said):
    """Bombs, entities from outside, cut or wrongly encoded files: one line, and nothing stored."""
    import re

    output, _ = run(form, content, status=2)
    assert re.search(said, output), output
    assert stored(visitors) == []
    assert visitors.rows("SELECT count(*) FROM threads")[0][0] == 0


def test_wrong_words_on_the_command_line_are_named(run):
    """Another site, or a rule that is none."""
    assert "no site nope" in run("wxr", wxr(), site="nope", status=2)[0]
    assert "FROM=TO" in run("wxr", wxr(), "--map", "nonsense", status=2)[0]
