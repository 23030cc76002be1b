"""How busy sites are, and surges, in SQL on both databases."""

import threading
from datetime import timedelta

from sqlalchemy import create_engine, text

from service.core.surge import Activity, bucket_of
from service.wiring import new_id


def activity(world, since=timedelta(0)):
    with world.store.read() as tx:
        return tx.activity(world.site.id, since=bucket_of(world.now) - since)


def test_what_comes_is_added_up_by_stretches_of_ten_minutes(world):
    """Two batches of one stretch count together; what is older than a week is forgotten."""
    at, earlier = bucket_of(world.now), bucket_of(world.now - timedelta(days=9))
    for counts in ({(world.site.id, at): (3, 1)}, {}, {
        (world.site.id, at): (4, 0), (world.site.id, earlier): (9, 9),
    }):  # fmt: skip
        with world.store.write() as tx:
            tx.count_activity(counts)
    assert activity(world) == [Activity(at, 7, 1)]
    assert len(activity(world, timedelta(days=10))) == 2
    with world.store.write() as tx:
        tx.prune(now=world.now)
    assert activity(world, timedelta(days=10)) == [Activity(at, 7, 1)]


def events(world, database_url):
    engine = create_engine(database_url)
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT event FROM outbox WHERE comment_id IS NULL ORDER BY id")
        )
        names = [row.event for row in found]
    engine.dispose()
    return names


def test_a_surge_starts_once_ends_once_and_tells_both(world, database_url):
    """Workers that see it at the same moment start one; a later one is another."""
    started: list[bool] = []
    barrier = threading.Barrier(4)

    def start() -> None:
        barrier.wait()
        with world.store.write() as tx:
            started.append(tx.start_surge(world.site.id, now=world.now, event_id=new_id()))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(started) == [False, False, False, True]
    with world.store.read() as tx:
        assert tx.surges()[world.site.id].started_at == world.now
        assert tx.surges([new_id()]) == {}
    later = world.now + timedelta(hours=1)
    with world.store.write() as tx:
        assert tx.end_surge(world.site.id, now=later, event_id=new_id())
        assert not tx.end_surge(world.site.id, now=later, event_id=new_id())
        assert tx.surges() == {}
        assert tx.start_surge(world.site.id, now=later, event_id=new_id())
    assert events(world, database_url) == [
        "site.surge_started", "site.surge_ended", "site.surge_started",
    ]  # fmt: skip
