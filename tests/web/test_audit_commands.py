"""`vestibule audit`: what it says of a record that is whole, altered, or set back."""

import csv
import io
import json
from datetime import datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from service import wiring
from service.cli import main
from service.core.chain import START, Link, digest_of, payload_digest
from service.core.site import SiteSettings


@pytest.fixture
def vestibule(settings, sqlite_url, redis_url, tmp_path):
    """Runs the command on an installation with a site and some record."""
    built = wiring.build(settings(database_url=sqlite_url, redis_url=redis_url))
    built.add_site("news", name="", origins=["https://news.example"], settings=SiteSettings())
    built.change_site("news", settings=SiteSettings(hold_all=True))
    built.change_site("news", settings=SiteSettings(hold_all=False))
    built.close()
    environment = {
        "VESTIBULE_DATABASE_URL": sqlite_url,
        "VESTIBULE_SECRET_KEY": "for-tests-only-0123456789abcdefghijklmnopqrstuvwxyz",
        "VESTIBULE_DATA_DIR": str(tmp_path),
    }

    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["audit", *arguments], env=environment)
        assert done.exit_code == status, done.output
        return done.output

    return run


@pytest.fixture
def meddle(sqlite_url):
    """Runs a statement past the service."""
    engine = create_engine(sqlite_url)

    def run(statement):
        with engine.begin() as connection:
            connection.execute(text(statement))

    yield run
    engine.dispose()


def test_a_whole_record_and_an_altered_one_are_told_apart(vestibule, meddle):
    """It names the first entry that does not fit, and exits with 1."""
    assert "news: 3 entries. It is whole." in vestibule("verify")
    meddle("UPDATE audit SET payload = '{}' WHERE number = 2")
    assert "news: entry 2: its details were altered" in vestibule("verify", status=1)
    assert "altered" in vestibule("verify", "--site", "news", status=1)
    assert "There is no site nope" in vestibule("verify", "--site", "nope", status=2)


def test_noted_heads_find_what_was_set_back(vestibule, meddle, tmp_path):
    """What `heads` printed once is what the record must still have."""
    noted = tmp_path / "heads.txt"
    noted.write_text(vestibule("heads"))
    assert "It is whole." in vestibule("verify", "--noted", str(noted))
    meddle("DELETE FROM audit")
    meddle("DELETE FROM audit_heads")
    assert "whole" not in vestibule("verify")
    assert "gone" in vestibule("verify", "--noted", str(noted), status=1)
    noted.write_text("something else")
    assert "is not what" in vestibule("verify", "--noted", str(noted), status=2)


def test_an_export_can_be_verified_without_vestibule(vestibule):
    """From the lines of JSON alone follow all digests; the table has the same numbers."""
    lines = [json.loads(one) for one in vestibule("export", "--format", "jsonl").splitlines()]
    previous = START
    for one in lines:
        binary = ("salt", "payload_digest", "digest")
        fields = one | {name: bytes.fromhex(one[name]) for name in binary}
        link = Link(**fields | {"at": datetime.fromisoformat(one["at"]), "stamp": b""})
        assert payload_digest(link.salt, link.payload) == link.payload_digest
        assert digest_of(link, previous) == link.digest
        previous = link.digest
    assert [one["number"] for one in lines] == [1, 2, 3]
    rows = list(csv.DictReader(io.StringIO(vestibule("export", "--site", "news"))))
    assert [row["event"] for row in rows][-1] == "record.exported"
    assert [row["digest"] for row in rows][:3] == [one["digest"] for one in lines]
