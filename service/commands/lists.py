"""Commands for lists: what is held, blocked or allowed on a site, or on all of them."""

from typing import TYPE_CHECKING, TextIO

import click

from service.commands.setup import opened, require_schema, settings_with_secret, text_of
from service.core.audit import BY_OPERATOR, Event
from service.core.errors import NotFound, SetupError
from service.core.list_file import FILE_MAX_BYTES, day_of, end_of, noted, read_lines, written
from service.core.listing import EntryFilter
from service.core.lists import ALL_SITES, ENTRIES_MAX, Effect, EntryKind, ListEntry
from service.usecases.listing.edit import NewEntry
from service.usecases.policies import site_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.settings import Settings
    from service.wiring import Services


@click.group("list")
def lists() -> None:
    """Show and change the lists by which a site's comments are allowed, held or blocked."""


_site = click.option(
    "--site", "slug", default=None, metavar="SLUG", help="Without it, the lists for all sites."
)
_kind = click.option("--kind", type=click.Choice([one.value for one in EntryKind]), required=True)
_effect = click.option("--effect", type=click.Choice([one.value for one in Effect]), required=True)


@lists.command("show")
@_site
@click.option("--kind", type=click.Choice([one.value for one in EntryKind]), default=None)
@click.option("--effect", type=click.Choice([one.value for one in Effect]), default=None)
def list_show(slug: str | None, kind: str | None, effect: str | None) -> None:
    """List entries that are in force, with how often each was met."""
    with opened(_checked()) as services:
        for one in _entries(services, slug, kind, effect):
            last = f"{one.last_fired_at:%Y-%m-%d}" if one.last_fired_at else ""
            cells = (one.id, one.effect, one.kind, one.value, day_of(one.expires_at))
            click.echo("\t".join([*cells, str(one.fired), last, one.note]))


@lists.command("add")
@_site
@_kind
@_effect
@click.option("--note", default="", help="Why, for whoever reads the list.")
@click.option("--until", default="", metavar="DAY", help="The last day on which it holds.")
@click.argument("values", nargs=-1, required=True)
def list_add(
    slug: str | None, kind: str, effect: str, *, note: str, until: str, values: tuple[str, ...]
) -> None:
    """Add VALUES to a list: words or phrases, domains, networks, names or e-mail addresses."""
    ends = end_of(until)
    new = [NewEntry(EntryKind(kind), Effect(effect), one, noted(note), ends) for one in values]
    with opened(_checked()) as services:
        added = services.lists.edit.add(_site_id(services, slug), new, BY_OPERATOR)
    _say(len(added.entries), added.known)


@lists.command("end")
@_site
@click.argument("ids", nargs=-1, required=True)
def list_end(slug: str | None, ids: tuple[str, ...]) -> None:
    """End entries by their ids, as `list show` gives them; they stay in the record."""
    from uuid import UUID

    try:
        wanted = [str(UUID(one)) for one in ids]
    except ValueError:
        raise SetupError(
            "An entry's id is what `vestibule list show` begins a line with."
        ) from None
    with opened(_checked()) as services:
        site_id = _site_id(services, slug)
        ended = services.lists.edit.end(site_id, wanted, BY_OPERATOR, event=Event.LIST_CHANGED)
    click.echo(f"{ended} ended.")


@lists.command("import")
@_site
@_kind
@_effect
@click.argument("file", type=click.File("r", encoding="utf-8"))
def list_import(slug: str | None, kind: str, effect: str, file: TextIO) -> None:
    """Add what stands in FILE, one entry a line; - is standard input."""
    text = text_of(file)
    if len(text) > FILE_MAX_BYTES:
        raise SetupError("The file is too long for a list.")
    new = [
        NewEntry(EntryKind(kind), Effect(effect), one.value, one.note, one.expires_at, one.number)
        for one in read_lines(text)
    ]
    with opened(_checked()) as services:
        added = services.lists.edit.add(_site_id(services, slug), new, BY_OPERATOR)
    _say(len(added.entries), added.known)


@lists.command("export")
@_site
@_kind
@_effect
def list_export(slug: str | None, kind: str, effect: str) -> None:
    """Print a list as plain text that can be imported again, but for addresses."""
    with opened(_checked()) as services:
        click.echo(written(_entries(services, slug, kind, effect)), nl=False)


def _entries(
    services: "Services", slug: str | None, kind: str | None, effect: str | None
) -> "Sequence[ListEntry]":
    asked = EntryFilter(
        _site_id(services, slug),
        services.clock(),
        kind=EntryKind(kind) if kind else None,
        effect=Effect(effect) if effect else None,
    )
    with services.store.read() as tx:
        return list(reversed(tx.entry_page(asked, after=None, limit=ENTRIES_MAX)))


def _say(added: int, known: int) -> None:
    click.echo(f"{added} added, {known} known before." if known else f"{added} added.")


def _site_id(services: "Services", slug: str | None) -> str:
    if slug is None:
        return ALL_SITES
    with services.store.read() as tx:
        try:
            return site_named(tx, slug).id
        except NotFound:
            raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.") from None


def _checked() -> "Settings":
    settings = settings_with_secret()
    require_schema(settings)
    return settings
