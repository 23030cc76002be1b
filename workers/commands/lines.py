"""JSON Lines in: by portions, with a progress bar on standard error, and faults named by line."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from service.core.errors import VestibuleError

LINE_MAX_BYTES = 4 * 1024 * 1024
AT_ONCE = 200

LinesFile = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
"""The type of an argument that names a file of JSON Lines, or `-` for what comes in."""


class BadLine(VestibuleError):
    code = "bad_line"
    title = "A line cannot be read"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, counted from 1, and either what it holds or what is wrong with it."""

    number: int
    value: Mapping[str, Any]
    fault: str | None = None


def portions(path: Path, *, label: str) -> Iterator[list[Line]]:
    """The lines of a file, `AT_ONCE` at a time; empty ones are passed over."""
    with ExitStack() as stack:
        if str(path) == "-":
            file: BinaryIO = sys.stdin.buffer
            length = None
        else:
            file = stack.enter_context(path.open("rb"))
            length = path.stat().st_size
        progress = stack.enter_context(
            click.progressbar(
                length=length or 0, label=label, file=sys.stderr,
                hidden=length is None,
            )
        )  # fmt: skip
        portion: list[Line] = []
        number = 0
        while raw := file.readline(LINE_MAX_BYTES + 1):
            number += 1
            progress.update(len(raw))
            if len(raw) > LINE_MAX_BYTES:
                portion.append(Line(number, {}, f"it is longer than {LINE_MAX_BYTES} bytes"))
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(LINE_MAX_BYTES)
            elif raw.strip():
                portion.append(_read(number, raw))
            if len(portion) == AT_ONCE:
                yield portion
                portion = []
        if portion:
            yield portion


def _read(number: int, raw: bytes) -> Line:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return Line(number, {}, "it is not JSON")
    if not isinstance(value, dict):
        return Line(number, {}, "it is not a JSON object")
    if not isinstance(value.get("text"), str):
        return Line(number, {}, 'it has no "text" that is a string')
    return Line(number, value)


def text_field(line: Line, name: str) -> str | None:
    """A field that may be absent. Raises `BadLine` where it is something else than a string."""
    value = line.value.get(name)
    if value is not None and not isinstance(value, str):
        raise BadLine(f'line {line.number}: "{name}" is not a string')
    return value
