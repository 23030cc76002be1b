"""Erasing everything of one address: nothing of it is left, others keep theirs, the record holds."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData, create_engine, inspect, select
from visitors import BLOG, STORY, Visitors

from service.cli import main
from service.core.audit import BY_OPERATOR, Entry, Event
from service.core.lists import ALL_SITES, Effect, EntryKind
from service.core.states import State
from service.usecases.listing.edit import NewEntry

GONE = "gone.person@example.org"
STAYS = "stays@example.org"
WORDS = ("Zanzibar", "Gonzales", "gonzales.example")


@pytest.fixture
def visitors(services):
    return Visitors(services)


def everything_stored(visitors):
    """Every value of every table as text; bytes as hexadecimal."""
    engine = create_engine(visitors.services.settings.database_url)
    try:
        metadata = MetaData()
        names = [one for one in inspect(engine).get_table_names() if not one.startswith("found_")]
        metadata.reflect(engine, only=names)
        found = []
        with engine.connect() as connection:
            for table in metadata.tables.values():
                for row in connection.execute(select(table)):
                    found += [
                        one.hex() if isinstance(one, bytes | memoryview) else str(one)
                        for one in row
                    ]
        return "\n".join(found)
    finally:
        engine.dispose()


def write(visitors, **changes):
    body = {
        "content": "I live in Zanzibar and sell watches",
        "author_name": "Gonzales",
        "author_email": GONE,
        "author_url": "https://gonzales.example",
    } | changes
    return visitors.accepted(**body)


def erase(visitors, email=GONE, *arguments, status=0):
    environment = {
        "VESTIBULE_DATABASE_URL": visitors.services.settings.database_url,
        "VESTIBULE_SECRET_KEY": visitors.services.settings.secret_key,
        "VESTIBULE_DATA_DIR": str(visitors.services.settings.data_dir),
    }
    command = ["erase", "--email-from-stdin", *arguments]
    done = CliRunner().invoke(main, command, env=environment, input=f"{email}\n")
    assert done.exit_code == status, done.output
    return done.output


def test_nothing_of_an_address_is_left(visitors):
    """Texts, edits, evidence, flags, lists, lessons, the record's details: all gone, and counted."""
    services = visitors.services
    answer = visitors.post(
        content="I live in Zanzibar and sell watches", author_name="Gonzales",
        author_email=GONE, author_url="https://gonzales.example",
    )  # fmt: skip
    shown = answer.json["id"]
    visitors.screen(shown)
    if visitors.state(shown) is not State.APPROVED:
        visitors.decide(shown, "approve")
    edited = visitors.client.patch(
        f"/v1/sites/news/comments/{shown}",
        json={"content": "Zanzibar, as I said"},
        headers={"Authorization": f"Bearer {answer.json['edit_token']}"},
    )
    assert edited.status_code in {200, 202}
    visitors.decide(shown, "spam")
    pending = write(visitors, content="Zanzibar again")
    elsewhere = write(visitors, site="blog", thread={"url": f"{BLOG}/a"})
    theirs = visitors.shown(author_email=STAYS, author_name="Stella", content="I stay here.")
    report = visitors.client.post(
        f"/v1/sites/news/comments/{theirs}/reports", json={"reason": "spam", "text": "mine"}
    )
    assert report.status_code < 300, report.text
    entries = [NewEntry(EntryKind.ADDRESS, Effect.HOLD, GONE, "Gonzales again", None)]
    services.lists.edit.add(visitors.news.id, entries, BY_OPERATOR)
    services.lists.edit.add(ALL_SITES, entries, BY_OPERATOR)
    with services.store.write() as tx:
        details = {"was": "Zanzibar"}
        now = services.clock()
        for about in (shown, pending):
            tx.record(
                Entry(visitors.news.id, Event.COMMENT_DECIDED, BY_OPERATOR, now, about, details)
            )
    assert all(word in everything_stored(visitors) for word in WORDS)

    receipt = json.loads(erase(visitors))
    left = everything_stored(visitors)
    for word in (*WORDS, "zanzibar", "watches", GONE, "gone.person"):
        assert word not in left, word
    indexes = services.vault.email_indexes(GONE, scope=visitors.news.id)
    assert not any(one.hex() in left for one in indexes)
    assert "Stella" in left and "I stay here." in left
    states = {
        visitors.state(shown), visitors.state(pending), visitors.state(elsewhere, site=visitors.blog)
    }  # fmt: skip
    assert states == {State.ERASED}
    assert visitors.state(theirs) is State.APPROVED
    assert receipt["counts"]["comments"] == 3
    assert receipt["counts"]["contacts"] == 2
    assert receipt["counts"]["list_entries"] == 2
    assert receipt["counts"]["revisions"] >= 2
    assert receipt["counts"]["signals"] >= 1
    assert receipt["counts"]["audit_entries"] >= 3
    assert {one["site"] for one in receipt["sites"]} == {"news", "blog", ""}
    for site_id in (visitors.news.id, visitors.blog.id, None):
        assert services.audit.verify(site_id).fault is None
    assert receipt["digest"] in left

    again = json.loads(erase(visitors))
    assert not any(again["counts"].values())
    assert again["sites"] == []


def test_a_thread_stays_whole(visitors):
    """Readers see a tombstone where somebody answered, the number goes down, and 304 ends."""
    parent = write(visitors)
    visitors.conclude(parent)
    reply = visitors.shown(author_email=STAYS, content="An answer", parent_id=parent)
    tag = visitors.read().headers["ETag"]
    erase(visitors)
    answer = visitors.read(headers={"If-None-Match": tag})
    assert answer.status_code == 200
    first, second = answer.json["comments"]
    assert (first["removed"], first["author_name"], first["content_html"]) == (True, "", "")
    assert (second["id"], second["removed"]) == (reply, False)
    assert answer.json["total"] == 1
    status = visitors.client.get(f"/v1/sites/news/comments/{parent}/status?token=x")
    assert status.status_code in {403, 404}


def test_one_site_alone(visitors):
    """With --site the others keep what they have."""
    here, there = write(visitors), write(visitors, site="blog", thread={"url": f"{BLOG}/a"})
    receipt = json.loads(erase(visitors, GONE.upper(), "--site", "news"))
    assert receipt["counts"]["comments"] == 1
    assert visitors.state(here) is State.ERASED
    assert visitors.state(there, site=visitors.blog) is State.PENDING
    assert "no site nope" in erase(visitors, GONE, "--site", "nope", status=2)


def test_many_comments_go_in_batches(visitors):
    """More than one transaction's worth is erased as a whole."""
    ids = [write(visitors, content=f"Zanzibar {number}") for number in range(230)]
    visitors.conclude(*ids[:210])
    receipt = json.loads(erase(visitors))
    assert receipt["counts"]["comments"] == 230
    assert visitors.read(STORY).json["comments"] == []
    assert "Zanzibar" not in everything_stored(visitors)


@pytest.mark.parametrize("email", ["", "no address", "a@b@c", "x" * 1000])
def test_what_is_no_address_erases_nothing(visitors, email):
    """It is said in one line, without repeating what was given."""
    write(visitors)
    said = erase(visitors, email, status=2)
    assert "must hold one e-mail address" in said
    assert not email or email not in said
    assert "Zanzibar" in everything_stored(visitors)
