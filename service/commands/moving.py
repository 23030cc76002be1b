"""`vestibule import`: comments of other systems, or of an export, into a site."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.audit import BY_OPERATOR
from service.core.errors import NotFound, SetupError
from service.core.moved import Account, Move, Row, Unread
from service.formats import READERS, Reader, jsonl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.wiring import Services

_MEMORY_MAX_BYTES = 1_000_000


@click.command("import")
@click.argument("form", metavar="FORMAT", type=click.Choice(sorted(READERS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--site", "slug", required=True, metavar="SLUG", help="Where they move in.")
@click.option("--dry-run", is_flag=True, help="Look at all of it, and store nothing.")
@click.option(
    "--map",
    "pages",
    multiple=True,
    metavar="FROM=TO",
    help="Pages whose address begins with FROM begin with TO now. May be given several times.",
)
@click.option(
    "--source",
    default=None,
    metavar="NAME",
    help="Tells the files of two systems apart; without it, the format. Ids are unique within it.",
)
@click.option(
    "--contacts-key",
    "key_file",
    default=None,
    type=click.Path(exists=True, dir_okay=False),
    metavar="KEY",
    help="The private X25519 key in PEM that opens an export's addresses; jsonl only.",
)
@click.option(
    "--skipped",
    default="skipped.jsonl",
    show_default=True,
    type=click.Path(dir_okay=False, writable=True),
    help="Gets a line for each row that is skipped: its id, and why.",
)
def import_comments(
    form: str,
    file: str,
    *,
    slug: str,
    dry_run: bool,
    pages: tuple[str, ...],
    source: str | None,
    key_file: str | None,
    skipped: str,
) -> None:
    """Import comments from FILE (- is standard input) into a site, in the states they have.

    May be run again: what is there already stays as it is. A file that is damaged or cut off is
    refused before anything is stored.
    """
    rules = [_rule(one) for one in pages]
    reader = _reader(form, key_file)
    settings = settings_with_secret()
    require_schema(settings)
    with opened(settings) as services, _seekable(file) as stream:
        with services.store.read() as tx:
            site = tx.site(slug)
        if site is None:
            raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
        move = Move(site, source or form, rules, dry_run=dry_run)
        account = _moved(services, move, stream, reader, Path(skipped))
    click.echo(
        f"{account.read} read, {account.imported} {'to import' if dry_run else 'imported'}, "
        f"{account.merged} there already, {account.skipped} skipped."
    )
    if account.orphans:
        click.echo(
            f"{account.orphans} answer comments that are not there, and stand by themselves."
        )
    if account.held_for_address:
        click.echo(f"{account.held_for_address} show their author's address, and are held.")
    if account.skipped:
        click.echo(f"Why they were skipped stands in {skipped}.")


def _moved(
    services: "Services", move: Move, stream: IO[bytes], reader: Reader, skipped: Path
) -> Account:
    size = max(1, stream.seek(0, 2))

    def rows() -> "Iterable[Row]":
        stream.seek(0)
        with click.progressbar(length=size, label=next(labels), file=sys.stderr) as bar:
            done = 0
            for number, row in enumerate(reader(stream)):
                yield row
                if number % 500 == 0:
                    at = stream.tell()
                    bar.update(at - done)
                    done = at
            bar.update(size - done)

    labels = _labels(dry_run=move.dry_run)
    with skipped.open("w", encoding="utf-8") as lines:

        def tell(row: Unread) -> None:
            lines.write(json.dumps({"id": row.source_id, "reason": row.reason}) + "\n")

        return services.moving.move_in(move, rows, tell, BY_OPERATOR)


def _reader(form: str, key_file: str | None) -> Reader:
    if key_file is None:
        return READERS[form]
    if form != "jsonl":
        raise SetupError("Encrypted addresses have a place in jsonl only.")
    from service.envelopes import private_key

    opener = private_key(Path(key_file).read_bytes())
    return lambda stream: jsonl.read(stream, opener.open)


def _labels(*, dry_run: bool) -> Iterator[str]:
    yield "Reading" if dry_run else "Reading first"
    while True:
        yield "Importing"


def _rule(text: str) -> tuple[str, str]:
    begin, equals, other = text.partition("=")
    if not (begin and equals and other):
        raise SetupError("--map takes FROM=TO, such as http://old.example/=https://news.example/.")
    return begin, other


@contextmanager
def _seekable(name: str) -> Iterator[IO[bytes]]:
    """The file, or a copy of standard input: it is read more than once."""
    if name != "-":
        with Path(name).open("rb") as stream:
            yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY_MAX_BYTES) as spooled:
        shutil.copyfileobj(sys.stdin.buffer, spooled)
        spooled.seek(0)
        yield spooled
