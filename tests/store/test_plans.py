"""That the queries which run all the time are served by an index, on a table that has grown."""

import pytest
from sqlalchemy import create_engine, event

from service.core.audit import BY_NOBODY, AuditQuestion, by_key
from service.core.desk_queue import Order, QueueFilter
from service.core.flags import FlagKind
from service.core.records import CopyKind, PageMark
from service.core.states import State
from service.core.webhooks import DeliveryState, Endpoint

TABLES = (
    "comments",
    "revisions",
    "copies",
    "sketches",
    "activity",
    "surges",
    "threads",
    "thread_keys",
    "contacts",
    "decisions",
    "signals",
    "audit",
    "sessions",
    "memberships",
    "outbox",
    "deliveries",
    "delivery_attempts",
)


@pytest.fixture
def plans(sqlite_url, request):
    """Runs queries, and gives back how SQLite would find the rows of each."""

    def explain(store, ask) -> list[str]:
        asked: list[tuple[str, object]] = []
        engine = store._database.engine

        def listen(_connection, _cursor, statement, parameters, *_rest) -> None:
            asked.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", listen)
        try:
            with store.read() as tx:
                ask(tx)
        finally:
            event.remove(engine, "before_cursor_execute", listen)
        beside = create_engine(engine.url)
        try:
            with beside.connect() as connection:
                return [
                    row[3]
                    for statement, parameters in asked
                    for row in connection.exec_driver_sql(
                        f"EXPLAIN QUERY PLAN {statement}", parameters
                    )
                ]
        finally:
            beside.dispose()

    return explain


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_that_runs_all_the_time_reads_a_whole_table(world, plans):
    """No plan scans a table that grows; the partial indexes are used where they were made for it."""
    contact = world.contact()
    drafts = world.lease(world.add(contact_id=contact))
    site, thread, now = world.site, world.thread, world.now
    mark = PageMark(drafts[0].id, world.paths[drafts[0].id])

    endpoint = Endpoint(contact, site.id, "https://hooks.example/", (), False, b"")

    def page(tx, **how):
        tx.thread_page(thread, limit=10, **how)

    def queue(tx, **wanted):
        tx.queue_page(QueueFilter((site,), **wanted), after=None, limit=5)

    asked = {
        "ix_comments_pending": lambda tx: tx.pending_count(1_000),
        "ix_revisions_open": lambda tx: tx.stranded(before=now, now=now, limit=10),
        "ix_comments_contact": lambda tx: tx.histories(site.id, [contact]),
        "ix_comments_network": lambda tx: tx.rates(site.id, drafts, since=now),
        "PRIMARY KEY of copies": lambda tx: tx.copies(site.id, [(CopyKind.SHINGLE, 7)], since=now),
        "sqlite_autoindex_contacts_1": lambda tx: tx.sealed_emails(site.id, [contact]),
        "sqlite_autoindex_comments_1": lambda tx: tx.sealed_ips(site.id, [drafts[0].id]),
        "sqlite_autoindex_threads_1": lambda tx: tx.thread_urls(site.id, [thread.id]),
        "sqlite_autoindex_activity_1": lambda tx: tx.activity(site.id, since=now),
        "ix_surges_going_on": lambda tx: tx.surges([site.id]),
        "ix_sketches_campaign": lambda tx: tx.members(site.id, [drafts[0].id]),
        "ix_comments_shown": lambda tx: page(tx, newest_first=False, after=None),
        "ix_comments_shown (root_id": lambda tx: page(tx, newest_first=True, after=mark),
        "ix_comments_queue": queue,
        "ix_comments_severity": lambda tx: queue(tx, order=Order.SEVEREST),
        "ix_comments_thread": lambda tx: queue(tx, thread_id=thread.id),
        "ix_comments_language": lambda tx: queue(tx, language="de"),
        "ix_signals_symbol": lambda tx: queue(tx, symbol="MANY_LINKS"),
        "ix_flags_open": lambda tx: queue(tx, state=None, flag=FlagKind.REPORT),
        "found_words": lambda tx: queue(tx, words=("pear*",)),
        "ix_readings_number": lambda tx: queue(tx, words=("pear*",)),
        "sqlite_autoindex_decisions_1": lambda tx: tx.judged_page(
            site.id, since=now, after=drafts[0].id, limit=5
        ),
        "ix_audit_at": lambda tx: tx.audit_page(AuditQuestion([site.id]), after=None, limit=5),
        "ix_audit_event": lambda tx: tx.audit_page(
            AuditQuestion([site.id], events=["list.changed"]), after=None, limit=5
        ),
        "ix_audit_doer": lambda tx: tx.audit_page(
            AuditQuestion([site.id], doer=by_key(contact)), after=None, limit=5
        ),
        "ix_audit_doer (nobody": lambda tx: tx.audit_page(
            AuditQuestion([site.id], doer=BY_NOBODY), after=None, limit=5
        ),
        "ix_audit_about": lambda tx: tx.audit_numbers(site.id, contact),
        "sqlite_autoindex_audit_1": lambda tx: tx.audit_links(site.id, after=7, limit=5),
        "ix_sessions_former_id": lambda tx: tx.session(b"0" * 16, now),
        "ix_sessions_moderator_id": lambda tx: tx.sessions_of(contact),
        "sqlite_autoindex_memberships_1": lambda tx: tx._memberships([contact]),
        "ix_deliveries_due": lambda tx: tx.endpoints_due(now=now),
        "ix_deliveries_order": lambda tx: tx.deliveries_due(endpoint, now=now, limit=5),
        "ix_deliveries_state": lambda tx: tx.deliveries(
            endpoint, state=DeliveryState.DEAD, before=contact, limit=5
        ),
        "sqlite_autoindex_deliveries_1": lambda tx: tx.deliveries(
            endpoint, state=None, before=contact, limit=5
        ),
        "ix_decisions_site_id_comment_id_id": lambda tx: tx.traces(site.id, [drafts[0].id]),
    }
    for index, ask in asked.items():
        plan = plans(world.store, ask)
        assert any(index.partition(" ")[0] in line for line in plan), (index, plan)
        scans = [
            line
            for line in plan
            if line.startswith("SCAN") and line.split()[1] in TABLES and "INDEX" not in line
        ]
        assert scans == [], (index, plan)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_stands_on_cards_is_found_by_comment(world, plans):
    """Reasons, records, authors and campaigns of a page are looked up by id, not by site alone."""
    contact = world.contact()
    for _ in range(3):
        (draft,) = world.lease(world.add(contact_id=contact))
        world.conclude([draft], State.HELD, "MANY_LINKS")
    plan = plans(
        world.store, lambda tx: tx.queue_page(QueueFilter((world.site,)), after=None, limit=5)
    )
    assert any("ix_decisions_site_id_comment_id_id" in line for line in plan), plan
    assert any("ix_comments_contact (site_id=? AND contact_id=?" in line for line in plan), plan
    # A range of a queue is bound by its state; everything else by more than the site.
    assert [line for line in plan if line.endswith("(site_id=?)")] == [], plan
