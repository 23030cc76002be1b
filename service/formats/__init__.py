"""Files that comments come in and leave by, one module a format; nothing here knows a store."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO

from service.core.moved import Row
from service.formats import jsonl, wxr

Reader = Callable[[IO[bytes]], Iterator[Row]]
"""All rows of a file that can seek, in constant memory. Raises `BadFile`."""

READERS: Mapping[str, Reader] = {"jsonl": jsonl.read, "wxr": wxr.read}
