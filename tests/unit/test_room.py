"""Room: what stops new comments, and what does not."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from service.room import WatchedRoom
from service.store import SqlStore


class Clock:
    """Seconds that pass with each look at them, so that nothing is answered from memory."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 10
        return self.seconds


@pytest.fixture
def room(sqlite_url: str) -> Callable[..., WatchedRoom]:
    def make(disk: Path | None, *, free_min_bytes: int = 1, backlog_max: int = 1) -> WatchedRoom:
        return WatchedRoom(
            SqlStore(sqlite_url),
            Clock(),
            backlog_max=backlog_max,
            disk=disk,
            disk_free_min_bytes=free_min_bytes,
        )

    return make


def test_a_disk_that_cannot_be_looked_at_refuses_no_comment(
    room: Callable[..., WatchedRoom], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is unknown, which the log says once, and not full."""
    watched = room(tmp_path / "absent")
    with caplog.at_level(logging.WARNING):
        assert all(watched.has_room() for _ in range(3))
    assert caplog.messages == ["free disk space is unknown: FileNotFoundError"]


def test_a_full_disk_or_backlog_leaves_no_room(
    room: Callable[..., WatchedRoom], tmp_path: Path
) -> None:
    """Less free disk than wanted, or as many waiting comments as allowed, and that is it."""
    assert room(tmp_path).has_room()
    assert not room(tmp_path, free_min_bytes=2**62).has_room()
    assert not room(None, backlog_max=0).has_room()
