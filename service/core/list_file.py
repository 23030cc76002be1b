"""A list as plain text: a line for each entry, to be read and written by people and programs.

A line is the value, and after a tab, where there are any, the day on which it expires
(`2026-12-24`), and after another tab a note. Lines that begin with `# ` say something to people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from service.core.errors import FieldProblem, InvalidSubmission
from service.core.lists import ENTRIES_MAX, NOTE_MAX_CHARS, EntryKind, ListEntry

FILE_MAX_BYTES = 4 * 1024 * 1024
PROBLEMS_MAX = 20


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    value: str
    note: str = ""
    expires_at: datetime | None = None


def read_lines(text: str) -> Sequence[Line]:
    """Raises `InvalidSubmission` naming the lines that cannot be taken; the value is not judged."""
    found: list[Line] = []
    problems: list[FieldProblem] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.startswith("# ") or line.strip() == "#":
            continue
        if len(found) >= ENTRIES_MAX:
            raise InvalidSubmission(
                FieldProblem("", "too_many", f"At most {ENTRIES_MAX:,} entries are taken.")
            )
        value, _, rest = line.partition("\t")
        expires, _, note = rest.partition("\t")
        try:
            found.append(Line(number, value, noted(note), end_of(expires)))
        except InvalidSubmission as error:
            problems += [of_line(number, one) for one in error.problems]
    if problems:
        raise InvalidSubmission(*problems[:PROBLEMS_MAX])
    return found


def of_line(number: int, problem: FieldProblem) -> FieldProblem:
    return FieldProblem(f"/{number}", problem.code, f"Line {number}: {problem.message}")


def noted(text: str) -> str:
    """A note as it is kept, on one line. Raises `InvalidSubmission`."""
    note = " ".join(text.split())
    if len(note) > NOTE_MAX_CHARS:
        raise InvalidSubmission(
            FieldProblem("/note", "too_long", f"A note has at most {NOTE_MAX_CHARS} characters.")
        )
    return note


def end_of(text: str) -> datetime | None:
    """The end of the day that is named, in UTC; None for none. Raises `InvalidSubmission`."""
    plain = text.strip()
    if not plain:
        return None
    try:
        day = date.fromisoformat(plain)
        return datetime.combine(day + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError):
        raise InvalidSubmission(
            FieldProblem("/expires", "not_a_day", "Write a day as 2026-12-24.")
        ) from None


def written(entries: Iterable[ListEntry]) -> str:
    """Entries as `read_lines` takes them. Addresses are left out: nobody can write them again."""
    lines: list[str] = []
    left_out = 0
    for entry in entries:
        if entry.kind is EntryKind.ADDRESS:
            left_out += 1
            continue
        expires = day_of(entry.expires_at)
        cells = [entry.value, expires, entry.note]
        lines.append("\t".join(cells).rstrip("\t"))
    if left_out:
        lines.insert(
            0, f"# {left_out} addresses are left out: they are kept so that none can be read."
        )
    return "".join(f"{line}\n" for line in lines)


def day_of(expires_at: datetime | None) -> str:
    """The last day on which an entry holds."""
    if expires_at is None:
        return ""
    return (expires_at - timedelta(microseconds=1)).date().isoformat()
