"""Commands for the record of what people did: verify it, note where it stands, export it."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from service.commands.setup import opened, require_schema, settings_with_secret, text_of
from service.core.audit import BY_OPERATOR, Entry, Event
from service.core.chain import Head
from service.core.errors import NotFound, SetupError

if TYPE_CHECKING:
    from service.wiring import Services

INSTALLATION = "(installation)"
"""How the chain of the whole installation is called where others have their site's short name."""


@click.group()
def audit() -> None:
    """Verify and export the record of what people did."""


_site = click.option(
    "--site",
    "slug",
    default=None,
    metavar="SLUG",
    help=f"One site's record, or {INSTALLATION}; without it, all of them.",
)


@audit.command("verify")
@_site
@click.option(
    "--noted",
    type=click.File("r", encoding="utf-8"),
    default=None,
    metavar="F",
    help="What `vestibule audit heads` printed at some time before.",
)
def audit_verify(slug: str | None, noted: TextIO | None) -> None:
    """Say whether the record is whole, or which entry is the first that was altered.

    Exits with 1 if one was. Without --noted, a database that was set back as a whole to an earlier
    state of its own looks whole.
    """
    altered = False
    with _services() as services:
        names = _names(services)
        heads = _noted(noted, names) if noted is not None else []
        known = [one for one in names if slug in (None, names[one])]
        for site_id in known:
            found = services.audit.verify(site_id, heads)
            if found.head is None and not found.count and found.fault is None:
                continue
            line = f"{names[site_id]}: {found.count} entries"
            if found.fault is not None:
                altered = True
                line = f"{names[site_id]}: entry {found.fault.number}: {found.fault.what}"
            if found.erased:
                line += f", {found.erased} with details erased by right"
            if found.unknown_stamps:
                line += f", {found.unknown_stamps} stamped with a secret that is not configured"
            click.echo(line if found.fault is not None else f"{line}. It is whole.")
    if not known:
        raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
    if altered:
        sys.exit(1)


@audit.command("heads")
def audit_heads() -> None:
    """Print where each record stands: its number and its digest, to be kept somewhere else."""
    with _services() as services:
        names = _names(services)
        with services.store.read() as tx:
            heads = [tx.audit_head(site_id) for site_id in names]
    for head in heads:
        if head is not None:
            click.echo(f"{names[head.site_id]}\t{head.number}\t{head.digest.hex()}")


@audit.command("export")
@_site
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "jsonl"]),
    default="csv",
    help="A table that is safe to open, or lines of JSON with all it takes to verify them.",
)
def audit_export(slug: str | None, kind: str) -> None:
    """Print the record, oldest first. That it was exported is recorded."""
    from service.core.record_table import HEADER, cells

    with _services() as services:
        names = _names(services)
        known = [one for one in names if slug in (None, names[one])]
        if not known:
            raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
        table = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL)
        if kind == "csv":
            table.writerow(HEADER)
        for site_id in known:
            for link in services.audit.chain(site_id):
                if kind == "csv":
                    table.writerow(cells(link, names[site_id], people={}))
                else:
                    click.echo(json.dumps(link.as_data()))
        with services.store.write() as tx:
            now = services.clock()
            for site_id in known:
                tx.record(Entry(site_id, Event.RECORD_EXPORTED, BY_OPERATOR, now))


def _names(services: "Services") -> dict[str | None, str]:
    """Every chain there may be, with the name it has here."""
    with services.store.read() as tx:
        names: dict[str | None, str] = {None: INSTALLATION}
        names |= {site.id: site.slug for site in tx.sites()}
        for site_id in tx.audit_chains():
            names.setdefault(site_id, str(site_id))
    return names


def _noted(file: TextIO, names: dict[str | None, str]) -> list[Head]:
    ids = {name: site_id for site_id, name in names.items()}
    heads = []
    for line in text_of(file).splitlines():
        name, _, rest = line.partition("\t")
        number, _, digest = rest.partition("\t")
        try:
            heads.append(Head(ids[name], int(number), bytes.fromhex(digest), b""))
        except (KeyError, ValueError):
            raise SetupError(
                f"{file.name} is not what `vestibule audit heads` prints for this installation."
            ) from None
    return heads


@contextmanager
def _services() -> Iterator["Services"]:
    settings = settings_with_secret()
    require_schema(settings)
    with opened(settings) as services:
        yield services
