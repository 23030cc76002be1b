"""The `vestibule` command: its list of commands, and how an error reaches the terminal.

Commands are loaded when they are called, so that `vestibule --help` is quick and `up` does not
carry in memory what only its children need. Packages add commands through the entry-point group
`vestibule.commands`.
"""

import ast
import importlib.util
import logging
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from service.core.errors import InvalidSubmission, VestibuleError

COMMANDS = {
    "up": (
        "up:up",
        "Run everything in the foreground: web, workers, Redis, sweeper.",
    ),
    "init": (
        "up:init",
        "Make the data directory, the secret, the tables, a demo.",
    ),
    "web": ("parts:web", "Run the web server."),
    "sweeper": (
        "parts:sweeper",
        "Run the sweeper, which finds what nobody works on.",
    ),
    "deliver": (
        "parts:deliver",
        "Run the courier, which tells webhooks and sends mails.",
    ),
    "migrate": ("parts:migrate", "Bring the database to the newest schema."),
    "site": ("admin:site", "Add, list, show and change sites."),
    "policy": ("policy:policy", "Show, check and set sites' policies."),
    "list": ("lists:lists", "Show and change what sites allow, hold and block."),
    "replay": ("replay:replay", "List what a draft policy would have flipped."),
    "thread": ("admin:thread", "Close a page's comments, or open them again."),
    "filter": ("site_filter:site_filter", "Show, rebuild and reset a site's own filter."),
    "audit": ("audit:audit", "Verify and export the record of what people did."),
    "moderator": (
        "people:moderator",
        "Add, list and remove moderators; their roles, passwords and codes.",
    ),
    "webhook": ("webhook:webhook", "Tell other services what happens to comments."),
    "import": (
        "moving:import_comments",
        "Import comments of other systems into a site.",
    ),
    "export": ("moving_out:export_comments", "Export all comments of a site."),
    "erase": ("erase:erase", "Erase everything of one e-mail address, with a receipt."),
    "mail": ("mail:mail", "Try the mail server."),
}
_PLUGIN_GROUP = "vestibule.commands"


class Refused(click.ClickException):
    """An error of the domain: one line, and status 2."""

    exit_code = 2


class LazyGroup(click.Group):
    """Knows its commands by name, and loads one when it is asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(one.name for one in entry_points(group=_PLUGIN_GROUP))]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        loaded: click.Command
        if cmd_name in COMMANDS:
            module_name, _, attribute = COMMANDS[cmd_name][0].partition(":")
            loaded = getattr(importlib.import_module(f"service.commands.{module_name}"), attribute)
            return loaded
        for plugin in entry_points(group=_PLUGIN_GROUP, name=cmd_name):
            loaded = plugin.load()
            return loaded
        return None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading any of them."""
        rows = [(name, text) for name, (_, text) in COMMANDS.items()]
        plugins = sorted(entry_points(group=_PLUGIN_GROUP), key=lambda one: one.name)
        rows += [(plugin.name, _said_of_itself(plugin)) for plugin in plugins]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VestibuleError as error:
            raise Refused(_one_line(error)) from None


def _said_of_itself(plugin: EntryPoint) -> str:
    """The first line of its module's docstring, which is read and not run."""
    spec = importlib.util.find_spec(plugin.module)
    source = spec.loader.get_source(plugin.module) if spec and spec.loader else None  # type: ignore[attr-defined]  # loaders of files have it
    line = ((source and ast.get_docstring(ast.parse(source))) or plugin.name).partition("\n")[0]
    said = line.removeprefix(f"`vestibule {plugin.name}`: ")
    return said[:1].upper() + said[1:]


def _one_line(error: VestibuleError) -> str:
    if isinstance(error, InvalidSubmission):
        faults = (f"{one.pointer.lstrip('/')}: {one.message}" for one in error.problems)
        return f"{error.title}: {'; '.join(faults)}"
    return str(error) or error.title


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vestibule")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Vestibule: readers' comments wait here until checks, and where needed a person, looked.

    Settings come from the environment, see docs/settings.md. `vestibule up` is the place to start.
    """
    from service.settings import load

    level = load().log_level.upper()
    # Each line names the part it comes from, since `up` shows all of them on one terminal. What
    # libraries report below a warning is of interest in a search for a fault only.
    logging.basicConfig(
        level=level if level in {"DEBUG", "ERROR"} else "WARNING",
        format=f"%(asctime)s {ctx.invoked_subcommand}: %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("vestibule").setLevel(level)


if __name__ == "__main__":
    main()
