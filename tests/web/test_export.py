"""`vestibule export`: what leaves, that it can come back, and that addresses stay out of it."""

import json

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from visitors import BLOG, EMAIL, NEWS, Visitors

from service.cli import main
from service.core.audit import AuditQuestion, Event
from service.core.states import State
from service.envelopes import private_key, public_key


@pytest.fixture
def visitors(services):
    return Visitors(services)


@pytest.fixture
def run(visitors):
    """Runs a command; what it printed, as it is."""
    settings = visitors.services.settings
    environment = {
        "VESTIBULE_DATABASE_URL": settings.database_url,
        "VESTIBULE_SECRET_KEY": settings.secret_key,
        "VESTIBULE_DATA_DIR": str(settings.data_dir),
    }

    def go(*arguments, status=0, stdin=None):
        done = CliRunner().invoke(main, list(map(str, arguments)), env=environment, input=stdin)
        assert done.exit_code == status, done.output
        return done.output if status else done.stdout

    return go


@pytest.fixture
def keys(tmp_path):
    """Files with a private key and its public one."""
    private = X25519PrivateKey.generate()
    files = tmp_path / "private.pem", tmp_path / "public.pem"
    files[0].write_bytes(
        private.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    )
    files[1].write_bytes(
        private.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)
    )
    return files


def fill(visitors):
    """Comments in all states, nested, with odd characters, two of them by one author."""
    first = visitors.shown(content="First <b> & ]]> \u202e\U0001f600\n\nSecond paragraph")
    reply = visitors.shown(content="A reply", parent_id=first, author_email="bob@example.org")
    visitors.shown(content="Deeper", parent_id=reply)
    for state in (State.HELD, State.SPAM, State.REJECTED):
        one = visitors.accepted(content=f"It is {state}", thread={"url": f"{NEWS}/other"})
        visitors.conclude(one, state=state)
    visitors.accepted(content="It waits")
    visitors.decide(visitors.shown(content="It is deleted"), "delete")


def rows(text):
    lines = [json.loads(one) for one in text.splitlines()]
    assert lines[0]["vestibule"] == 1
    return lines[1:]


def test_an_export_comes_back_as_it_was(visitors, run, keys, tmp_path):
    """Through a key, everything of a site is at another one; without it, all but the addresses."""
    fill(visitors)
    private, public = keys
    exported = run("export", "jsonl", "--site", "news", "--with-contacts", public)
    assert EMAIL not in exported
    assert "bob@" not in exported
    back = ("import", "jsonl", "-", "--site", "blog", "--map", f"{NEWS}/={BLOG}/")
    said = run(*back, "--contacts-key", private, "--skipped", tmp_path / "s", stdin=exported)
    assert "8 read, 8 imported, 0 there already, 0 skipped" in said
    again = run("export", "jsonl", "--site", "blog", "--with-contacts", public)
    opener = private_key(private.read_bytes())

    def plain(text):
        return [{**one, "contact": opener.open(one["contact"], one["id"])} for one in rows(text)]

    assert plain(again.replace(BLOG, NEWS)) == plain(exported)
    assert {one["contact"] for one in plain(exported)} == {EMAIL, "bob@example.org"}
    states = visitors.rows("SELECT site_id, state, count(*) FROM comments GROUP BY site_id, state")
    by_site = {}
    for site_id, state, number in states:
        by_site.setdefault(site_id, set()).add((state, number))
    one, other = by_site.values()
    assert one == other
    assert (
        visitors.read(f"{BLOG}/story", site="blog").json["total"] == visitors.read().json["total"]
    )
    # The same file into the site it came from changes nothing.
    said = run(
        "import", "jsonl", "-", "--site", "news", "--skipped", tmp_path / "s", stdin=exported
    )
    assert "8 read, 0 imported, 8 there already" in said


def test_addresses_stay_out_unless_a_key_is_named(visitors, run, keys):
    """No address without a key, and a record of each export with the key's fingerprint."""
    fill(visitors)
    assert all("contact" not in one for one in rows(run("export", "jsonl", "--site", "news")))
    run("export", "jsonl", "--site", "news", "--with-contacts", keys[1])
    assert "public X25519" in run(
        "export", "jsonl", "--site", "news", "--with-contacts", keys[0], status=2
    )
    assert "jsonl only" in run(
        "export", "wxr", "--site", "news", "--with-contacts", keys[1], status=2
    )
    question = AuditQuestion([visitors.news.id], events=[Event.DATA_EXPORTED])
    with visitors.services.store.read() as tx:
        last, first = tx.audit_page(question, after=None, limit=10)
    assert first.details["contacts_to"] is None
    assert last.details["contacts_to"] == public_key(keys[1].read_bytes()).fingerprint


def test_wordpress_gets_what_it_can_take(visitors, run, tmp_path):
    """An export for WordPress is read again by our own reader: texts, states and parents."""
    fill(visitors)
    file = tmp_path / "news.xml"
    file.write_text(run("export", "wxr", "--site", "news"), "utf-8")
    assert EMAIL not in file.read_text("utf-8")
    back = ("import", "wxr", file, "--site", "blog", "--map", f"{NEWS}/={BLOG}/")
    said = run(*back, "--skipped", tmp_path / "s")
    assert "8 read, 8 imported" in said
    found = visitors.read(f"{BLOG}/story", site="blog").json["comments"]
    ours = visitors.read().json["comments"]
    assert [one["content_html"] for one in found] == [one["content_html"] for one in ours]
    assert [one["depth"] for one in found] == [0, 1, 2]


def test_an_envelope_opens_for_its_key_and_comment_alone(keys):
    """Another key, another comment, a changed byte or no envelope: nothing, and no error."""
    key, opener = public_key(keys[1].read_bytes()), private_key(keys[0].read_bytes())
    sealed = key.seal(EMAIL, bound_to="a")
    assert opener.open(sealed, "a") == EMAIL
    assert sealed != key.seal(EMAIL, bound_to="a")
    other = type(opener)(X25519PrivateKey.generate())
    assert other.open(sealed, "a") is None
    broken = ("A" if sealed[40] != "A" else "B").join((sealed[:40], sealed[41:]))
    for envelope, about in ((sealed, "b"), (broken, "a"), ("", "a"), ("AQ==", "a"), ("\xff", "a")):
        assert opener.open(envelope, about) is None
