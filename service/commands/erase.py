"""`vestibule erase`: everything of one e-mail address, which never stands on a command line."""

import json
import sys

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.audit import BY_OPERATOR
from service.core.errors import NotFound, SetupError

LINE_MAX_CHARS = 400


@click.command()
@click.option(
    "--email-from-stdin",
    is_flag=True,
    required=True,
    help="Read the address from standard input: command lines are seen by others and kept.",
)
@click.option("--site", "slug", default=None, metavar="SLUG", help="Without it, at all sites.")
def erase(*, email_from_stdin: bool, slug: str | None) -> None:
    """Erase everything of one e-mail address, for good, and print a receipt as JSON.

    Its comments lose their text, name, link, edits, signals, reports and appeals; the address
    itself, entries of lists about it, and details in the record go with them. May be run again.
    """
    from email_validator import EmailNotValidError, validate_email

    # The option has one value: it says where the address comes from, and nothing else does.
    del email_from_stdin
    line = sys.stdin.readline(LINE_MAX_CHARS).strip()
    try:
        email = validate_email(line, check_deliverability=False).normalized
    except EmailNotValidError:
        raise SetupError(
            "Standard input must hold one e-mail address, such as ann@news.example, on a line."
        ) from None
    settings = settings_with_secret()
    require_schema(settings)
    with opened(settings) as services:
        with services.store.read() as tx:
            sites = [one for one in tx.sites() if slug in (None, one.slug)]
        if slug is not None and not sites:
            raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
        receipt = services.erase(email, sites, BY_OPERATOR)
    click.echo(json.dumps(receipt.as_data(), indent=2))
