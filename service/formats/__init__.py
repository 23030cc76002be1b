"""Files that comments come in and leave by, one module a format; nothing here knows a store."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO

from service.core.moved import Row
from service.formats import commento, disqus, isso, jsonl, remark42, wxr

Reader = Callable[[IO[bytes]], Iterator[Row]]
"""All rows of a file that can seek, without keeping the comments. Raises `BadFile`."""

READERS: Mapping[str, Reader] = {
    "commento": commento.read,
    "disqus": disqus.read,
    "isso": isso.read,
    "jsonl": jsonl.read,
    "remark42": remark42.read,
    "wxr": wxr.read,
}
