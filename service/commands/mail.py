"""Commands about mails."""

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.errors import SetupError


@click.group()
def mail() -> None:
    """Try the mail server."""


@mail.command("test")
@click.argument("address")
def mail_test(address: str) -> None:
    """Send a mail to ADDRESS, and say whether the mail server took it."""
    from email_validator import EmailNotValidError, validate_email

    from service.core.mail import Mail

    try:
        to = validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        raise SetupError("ADDRESS must be an e-mail address, such as ann@news.example.") from None
    settings = settings_with_secret()
    require_schema(settings)
    with opened(settings) as services:
        services.mailer.send(
            Mail(
                to=to,
                subject="Vestibule can send mails",
                text=(
                    f"This mail was sent by `vestibule mail test` of {settings.public_url}.\n\n"
                    "Nothing needs to be done.\n"
                ),
            )
        )
    click.echo("The mail server took the mail.")
