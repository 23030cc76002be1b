"""Commands for the people at the desk. They need no account of one's own, and are recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.addresses import masked
from service.core.errors import Conflict, NotFound, SealBroken, SetupError
from service.core.people import Membership, Moderator, Role
from service.running.first_start import new_password

if TYPE_CHECKING:
    from service.core.site import Site
    from service.wiring import Services


@click.group()
def moderator() -> None:
    """Add, list and remove moderators; their roles, passwords and codes."""


_password_file = click.option(
    "--password-file",
    type=click.File("r", encoding="utf-8"),
    default=None,
    metavar="F",
    help="Holds the password on its first line, - for standard input; without it, one is "
    "made and shown once.",
)
_site = click.option(
    "--site",
    "slug",
    default=None,
    metavar="SLUG",
    help="The one site to work on; without it, all of them.",
)
_role = click.Choice([one.value for one in Role])


@moderator.command("add")
@click.argument("email")
@click.option(
    "--role",
    type=_role,
    required=True,
    help="An admin manages, a moderator decides, a viewer looks.",
)
@_site
@click.option("--name", default="", help="What others see beside this person's decisions.")
@_password_file
def moderator_add(
    email: str, role: str, slug: str | None, name: str, password_file: TextIO | None
) -> None:
    """Add a moderator who signs in with EMAIL.

    May be run again: somebody who has this role there already stays as they are, password included.
    """
    address = _address(email)
    password = _password(password_file)
    with _services() as services:
        where = slug or "all sites"
        try:
            services.people.add(
                address, name=name, role=Role(role), site_slug=slug, password=password
            )
        except Conflict:
            # Looked at only now, so that of two who add the same one both find the same.
            found = services.people.roster.found(address)
            if found.role_at(_site_id(services, slug)) is not Role(role):
                raise Conflict(
                    "There is already a moderator with this address, with other roles: "
                    "`vestibule moderator role` changes those."
                ) from None
            click.echo(f"There is already this {role} for {where}; nothing is changed.")
            return
    click.echo(f"Added {'an' if role == Role.ADMIN else 'a'} {role} for {where}.")
    if password_file is None:
        _show(password)


@moderator.command("list")
def moderator_list() -> None:
    """List who works at the desk: name, masked address, roles, codes, when they were seen last."""
    from service.usecases.people import email_place

    with _services() as services:
        with services.store.read() as tx:
            people, names = tx.people_at(None), {site.id: site.slug for site in tx.sites()}
        for one in people:
            who = one.moderator
            try:
                email = services.vault.open(one.email_sealed, bound_to=email_place(who.id))
            except SealBroken:
                email = "?@?.?"
            roles = ", ".join(_role_text(role, names) for role in who.memberships) or "no role"
            codes = "codes" if one.has_totp else "no codes"
            seen = f"seen {one.seen_at:%Y-%m-%d %H:%M}Z" if one.seen_at else "not signed in"
            click.echo("\t".join((who.name, masked(email), roles, codes, seen)))


@moderator.command("role")
@click.argument("email")
@click.argument("role", type=click.Choice([*(one.value for one in Role), "none"]))
@_site
def moderator_role(email: str, role: str, slug: str | None) -> None:
    """Give who signs in with EMAIL another ROLE at a site or at all, or take it with `none`.

    It holds from their next click on. With the last role goes the account.
    """
    with _services() as services:
        found, site_id = _found(services, email), _site_id(services, slug)
        if role == "none":
            services.people.roster.end_role(found.id, site_id, None)
        else:
            services.people.roster.give_role(found.id, Membership(Role(role), site_id), None)
    click.echo(
        f"{found.name} is {role if role != 'none' else 'nobody'} for {slug or 'all sites'} now."
    )


@moderator.command("remove")
@click.argument("email")
def moderator_remove(email: str) -> None:
    """Remove who signs in with EMAIL, and sign them out. What they did stays, with their name."""
    with _services() as services:
        found = _found(services, email)
        services.people.roster.remove(found.id, None)
    click.echo(f"{found.name} is removed.")


@moderator.command("password")
@click.argument("email")
@_password_file
def moderator_password(email: str, password_file: TextIO | None) -> None:
    """Give the moderator who signs in with EMAIL a new password, and end their sessions."""
    address, password = _address(email), _password(password_file)
    with _services() as services:
        services.people.set_password(address, password)
    click.echo("The password is changed; whoever was signed in with the old one is not any more.")
    if password_file is None:
        _show(password)


@moderator.command("reset-codes")
@click.argument("email")
def moderator_reset_codes(email: str) -> None:
    """Let who signs in with EMAIL in by password alone, as after the loss of a telephone."""
    with _services() as services:
        found = _found(services, email)
        services.people.roster.reset_totp(found.id, None)
    click.echo(f"{found.name} signs in by password, and can set up new codes.")


@moderator.command("sign-out")
@click.argument("email")
def moderator_sign_out(email: str) -> None:
    """End all sessions of who signs in with EMAIL."""
    with _services() as services:
        found = _found(services, email)
        services.people.roster.sign_out(found.id, None)
    click.echo(f"{found.name} is signed out everywhere.")


@moderator.command("require-codes")
@_site
@click.option("--off", is_flag=True, help="Leave it to everybody again.")
def moderator_require_codes(slug: str | None, *, off: bool) -> None:
    """Ask everybody who works for a site, or for any, to sign in with codes."""
    with _services() as services:
        site_id = _site_id(services, slug)
        services.people.roster.require_totp(site_id, None, required=not off)
    where = slug or "all sites"
    click.echo(f"Codes are {'left to everybody' if off else 'required of everybody'} at {where}.")


def _found(services: "Services", email: str) -> Moderator:
    return services.people.roster.found(_address(email))


def _site_id(services: "Services", slug: str | None) -> str | None:
    if slug is None:
        return None
    with services.store.read() as tx:
        found: Site | None = tx.site(slug)
    if found is None:
        raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
    return found.id


def _role_text(one: Membership, names: dict[str, str]) -> str:
    where = names.get(one.site_id, "a site that is gone") if one.site_id else "all sites"
    return f"{one.role} for {where}"


def _address(email: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError:
        raise SetupError("EMAIL must be an e-mail address, such as ann@news.example.") from None


def _password(file: TextIO | None) -> str:
    return file.readline().rstrip("\r\n") if file else new_password()


def _show(password: str) -> None:
    click.echo(f"Password: {password}   (shown this once, so keep it)")


@contextmanager
def _services() -> Iterator["Services"]:
    settings = settings_with_secret()
    require_schema(settings)
    with opened(settings) as services:
        yield services
