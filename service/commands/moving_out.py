"""`vestibule export`: all comments of a site, so that leaving is as easy as moving in."""

import sys
from pathlib import Path

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.audit import BY_OPERATOR
from service.core.errors import NotFound, SetupError
from service.core.leaving import Leaving


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(["jsonl", "wxr"]))
@click.option("--site", "slug", required=True, metavar="SLUG", help="Whose comments.")
@click.option(
    "--with-contacts",
    "key_file",
    default=None,
    type=click.Path(exists=True, dir_okay=False),
    metavar="KEY",
    help="Add authors' addresses, each encrypted to this public X25519 key in PEM; jsonl only.",
)
def export_comments(form: str, *, slug: str, key_file: str | None) -> None:
    """Print all comments of a site: jsonl, which can be imported again, or wxr for WordPress.

    Addresses are left out, or encrypted to a key that this installation does not have. That there
    was an export, and to which key, is recorded.
    """
    from service.envelopes import public_key
    from service.formats.writing import json_lines, wxr

    if key_file is not None and form != "jsonl":
        raise SetupError("Encrypted addresses have a place in jsonl only.")
    key = public_key(Path(key_file).read_bytes()) if key_file is not None else None
    settings = settings_with_secret()
    require_schema(settings)
    with opened(settings) as services:
        out = services.moving.move_out
        with services.store.read() as tx:
            site = tx.site(slug)
        if site is None:
            raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
        out.record(site, form, BY_OPERATOR, contacts_to=key.fingerprint if key else None)

        def contact(one: Leaving) -> str | None:
            address = out.address(site, one)
            return key.seal(address, bound_to=one.id) if key and address else None

        if form == "jsonl":
            pieces = json_lines(out.comments(site), slug, services.clock(), contact)
        else:
            pieces = wxr(out.by_page(site), site.name or slug, next(iter(site.origins), ""))
        # Written as UTF-8 whatever the terminal is.
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
        sys.stdout.buffer.flush()
