"""Makes the tables of the documentation from the code: `python tests/docs_tables.py --write`.

A page marks where a table stands by two comments; what is between them is made here, and
`test_docs.py` fails when it is out of date. Everything else in the pages is written by hand.
"""

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path

import click

from service.cli import main
from service.core.errors import VestibuleError
from service.core.events import EVENTS
from service.core.people import Permission, Role
from service.core.site import SiteSettings
from service.settings import TABLE
from service.web import app as _every_error_is_defined  # noqa: F401
from service.web.errors import STATUSES

ROOT = Path(__file__).parents[1]


def environment_table() -> str:
    """Every variable; those that hold a secret may be given as a file, too."""
    rows = [
        (
            f"`{one.variable}`" + (f"<br>`{one.variable}_FILE`" if one.secret else ""),
            f"`{one.default}`" if one.default else "",
            one.help,
        )
        for one in TABLE
    ]
    return _table(("Variable", "Default", "Meaning"), rows)


def site_settings_table() -> str:
    rows = []
    for one in fields(SiteSettings):
        made = one.default if one.default_factory is MISSING else one.default_factory()
        rows.append((f"`{one.name}`", f"`{json.dumps(made)}`", one.metadata["help"]))
    return _table(("Setting", "Default", "Meaning"), rows)


def problems_table() -> str:
    """Every domain error with the status that it has on its way out."""
    rows = sorted(
        {(_status(kind), f"`{kind.code}`", kind.title) for kind in every_error()},
        key=lambda row: (row[0], row[1]),
    )
    return _table(("Status", "Code", "Title"), [(str(status), *rest) for status, *rest in rows])


def commands_table() -> str:
    rows = [(f"`{name}`", _first_sentence(command)) for name, command in every_command()]
    return _table(("Command", "What it does"), rows)


def roles_table() -> str:
    """Each permission, what it is for, and which roles have it."""
    source = inspect.getsource(Permission)
    rows = []
    for permission in Permission:
        meaning = re.search(rf'{permission.name} = "\w+"\n\s+"""(.*?)"""', source, re.DOTALL)
        if meaning is None:
            raise ValueError(f"{permission} does not say what it is for.")
        marks = ("yes" if permission in role.permissions else "" for role in Role)
        rows.append((f"`{permission}`", " ".join(meaning[1].split()), *marks))
    return _table(("Permission", "To", *(f"`{role}`" for role in Role)), rows)


def events_table() -> str:
    return _table(
        ("Event", "What happened"), [(f"`{name}`", text) for name, text in EVENTS.items()]
    )


def every_error(base: type[VestibuleError] = VestibuleError) -> Iterator[type[VestibuleError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from every_error(kind)


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Commands that do something, with their full names; a group itself does nothing."""
    context = click.Context(main, info_name="vestibule")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            for inner, one in sorted(command.commands.items()):
                yield f"vestibule {name} {inner}", one
        elif command is not None:
            yield f"vestibule {name}", command


def _status(kind: type[VestibuleError]) -> int:
    return next((status for base, status in STATUSES if issubclass(kind, base)), 500)


def _first_sentence(command: click.Command) -> str:
    return re.split(r"(?<=\.)\s", " ".join((command.help or "").split()))[0]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in lines
    )


TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "docs/settings.md": {"environment": environment_table, "site": site_settings_table},
    "docs/routes.md": {"problems": problems_table},
    "docs/webhooks.md": {"events": events_table},
    "docs/operating.md": {"commands": commands_table, "roles": roles_table},
}


def with_tables(page: str, text: str) -> str:
    """The page's text with its tables as they should be. A missing mark is an error."""
    for name, make in TABLES[page].items():
        begin, end = f"<!-- {name}: made by tests/docs_tables.py -->", f"<!-- end of {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"{page} has no place for its table {name}: {begin} ... {end}")
        text = f"{before}{begin}\n{make()}\n{end}{after}"
    return text


if __name__ == "__main__":
    for page in TABLES:
        path = ROOT / page
        made = with_tables(page, path.read_text("utf-8"))
        if "--write" in sys.argv:
            path.write_text(made, "utf-8")
        elif made != path.read_text("utf-8"):
            print(f"{page} is out of date")
