"""Migrations keep what is there: a database of an earlier schema is brought to the newest one."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from service.store import SqlStore, migrate
from service.store.engine import Database
from service.store.schema import _MIGRATIONS
from tests.store.conftest import NOW, make_site


@pytest.fixture
def database(database_url):
    made = Database(database_url, pool_size=1)
    yield made
    made.close()


def go_back(database, revision):
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def run(database, statement, **values):
    with database.write() as connection:
        result = connection.execute(text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []


def test_verdicts_of_before_the_families_are_kept(database_url, database):
    """Their points were for spam; what they came to then has no place in the new sums."""
    store = SqlStore(database_url)
    site = make_site(store).id
    store.close()
    one = "0195b0f0-0000-7000-8000-000000000001"
    if database.is_sqlite:
        site, one = site.replace("-", ""), one.replace("-", "")
    at = NOW if not database.is_sqlite else 0
    go_back(database, "0001")
    for symbol, points in (("MANY_LINKS", 5.5), ("SITE_HOLDS_ALL", 0.0)):
        run(
            database,
            "INSERT INTO signals (site_id, comment_id, revision, symbol, strength, points, detail,"
            " spans) VALUES (:site, :one, 0, :symbol, 1, :points, '', '[]')",
            site=site, one=one, symbol=symbol, points=points,
        )  # fmt: skip
    run(
        database,
        "INSERT INTO decisions (site_id, id, comment_id, revision, from_state, to_state, actor, at,"
        " score, policy_version, note)"
        " VALUES (:site, :one, :one, 0, 'pending', 'held', 'checks', :at, 5.5, '1', '')",
        site=site, one=one, at=at,
    )  # fmt: skip
    migrate(database_url)
    assert run(database, "SELECT symbol, family, points, shadow FROM signals ORDER BY symbol") == [
        ("MANY_LINKS", "spam", 5.5, False), ("SITE_HOLDS_ALL", None, 0.0, False),
    ]  # fmt: skip
    assert run(database, "SELECT to_state, policy_version, spam, abuse, trace FROM decisions") == [
        ("held", "1", None, None, None)
    ]
