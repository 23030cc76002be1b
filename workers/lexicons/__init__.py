"""Words, phrases and names that checks look for: small lists of our own writing.

The text files here have sections: a name in square brackets on a line of its own, then one entry a
line; a line that begins with `#` is a comment.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=8)
def sections(file_name: str) -> Mapping[str, tuple[str, ...]]:
    """The entries of each section of a file in this folder, in order."""
    found: dict[str, list[str]] = {}
    entries: list[str] = []
    lines = resources.files("workers.lexicons").joinpath(file_name).read_text("utf-8")
    for line in map(str.strip, lines.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            entries = found.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            entries.append(line)
    return {name: tuple(some) for name, some in found.items()}
