"""Room: looks at the backlog and at the disk, at most once a second."""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from service.core.ports import Store

LOOK_EVERY_SECONDS = 1.0

_log = logging.getLogger("vestibule.room")


class WatchedRoom:
    """Implements `core.ports.Room`. `disk` is the directory whose file system must keep room.

    A disk that cannot be looked at refuses nothing: writing to it will tell.
    """

    def __init__(
        self,
        store: Store,
        monotonic: Callable[[], float],
        *,
        backlog_max: int,
        disk: Path | None,
        disk_free_min_bytes: int,
    ) -> None:
        self._store = store
        self._monotonic = monotonic
        self._backlog_max = backlog_max
        self._disk = disk
        self._disk_free_min_bytes = disk_free_min_bytes
        self._look_at = 0.0
        self._has_room = True
        self._disk_is_unknown = False
        self._looking = threading.Lock()

    def has_room(self) -> bool:
        # One thread looks, the others go by what was seen last.
        if self._monotonic() >= self._look_at and self._looking.acquire(blocking=False):
            try:
                self._has_room = self._has_disk() and self._has_backlog_room()
                self._look_at = self._monotonic() + LOOK_EVERY_SECONDS
            finally:
                self._looking.release()
        return self._has_room

    def _has_disk(self) -> bool:
        if self._disk is None:
            return True
        try:
            found = os.statvfs(self._disk)
        except OSError as error:
            if not self._disk_is_unknown:  # told once, and not with every look
                _log.warning("free disk space is unknown: %s", type(error).__name__)
            self._disk_is_unknown = True
            return True
        self._disk_is_unknown = False
        return found.f_bavail * found.f_frsize >= self._disk_free_min_bytes

    def _has_backlog_room(self) -> bool:
        with self._store.read() as tx:
            return tx.pending_count(self._backlog_max) < self._backlog_max
