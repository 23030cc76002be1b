"""Files that may be packed by gzip, and what they look like when they are cut off."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from service.core.errors import BadFile

_MAGIC = b"\x1f\x8b"


@contextmanager
def unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The file as it is or, where it is packed, unpacked as it is read. Raises `BadFile`."""
    start = file.read(len(_MAGIC))
    file.seek(0)
    try:
        if start == _MAGIC:
            with gzip.open(file) as plain:
                yield cast("IO[bytes]", plain)
        else:
            yield file
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise BadFile("It is cut off, or damaged: it cannot be unpacked.") from None
