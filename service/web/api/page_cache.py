"""Rendered pages of comments, kept under a key that changes with what they show."""

import threading
from collections import OrderedDict

ENTRY_BYTES = 400
"""What an entry takes beside its page: the key, its place in the order, the objects around them."""


class PageCache:
    """The pages used last, up to `max_bytes` of them. Safe for threads.

    A key names the exact version of what it stands for, so that nothing in here can be out of date.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: str) -> bytes | None:
        with self._guard:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: str, page: bytes) -> None:
        with self._guard:
            replaced = self._pages.pop(key, None)
            self._bytes -= _cost(replaced) if replaced is not None else 0
            self._pages[key] = page
            self._bytes += _cost(page)
            while self._bytes > self._max_bytes:
                _, dropped = self._pages.popitem(last=False)
                self._bytes -= _cost(dropped)


def _cost(page: bytes) -> int:
    return len(page) + ENTRY_BYTES
