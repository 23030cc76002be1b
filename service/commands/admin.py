"""Commands for administrators: sites and threads."""

import json
from typing import TYPE_CHECKING

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.errors import NotFound, SetupError
from service.core.site import SITE_SETTING_NAMES, Site, SiteSettings

if TYPE_CHECKING:
    from service.settings import Settings
    from service.wiring import Services


@click.group()
def site() -> None:
    """Add, list, show and change sites."""


@site.command("add")
@click.argument("slug")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    metavar="URL",
    help="Where its pages are, such as https://news.example; may be repeated.",
)
@click.option("--name", default="", help="What people call it; without it, the short name.")
def site_add(slug: str, origins: tuple[str, ...], name: str) -> None:
    """Add a site. SLUG is its short name in addresses: a-z, 0-9 and hyphens."""
    from service.web.schemas.site import load_origins

    wanted = load_origins(origins)
    with opened(_checked()) as services:
        added = services.add_site(slug, name=name, origins=wanted, settings=SiteSettings())
    click.echo(f"Added {added.slug} for {', '.join(added.origins)}.")


@site.command("list")
def site_list() -> None:
    """List the sites and their origins."""
    with opened(_checked()) as services, services.store.read() as reads:
        for one in reads.sites():
            click.echo(f"{one.slug}\t{one.name}\t{' '.join(one.origins)}")


@site.command("show")
@click.argument("slug")
def site_show(slug: str) -> None:
    """Print a site and its settings as JSON."""
    from service.web.schemas.site import settings_to_json

    with opened(_checked()) as services:
        found = _site(services, slug)
    shown = {
        "slug": found.slug,
        "name": found.name,
        "origins": list(found.origins),
        "settings": settings_to_json(found.settings),
    }
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False))


@site.command("set")
@click.argument("slug")
@click.argument("changes", nargs=-1, metavar="[KEY=JSON]...")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="Replaces the site's origins; may be repeated.",
)
@click.option("--name", default=None, help="Replaces the site's name.")
def site_set(
    slug: str, changes: tuple[str, ...], origins: tuple[str, ...], name: str | None
) -> None:
    """Change settings of a site, such as hold_all=true or 'languages=["en", "de"]'."""
    from service.web.schemas.site import load_origins, load_settings

    with opened(_checked()) as services:
        settings = load_settings(dict(map(_change, changes)), _site(services, slug).settings)
        wanted = load_origins(origins) if origins else None
        services.change_site(slug, settings=settings, name=name, origins=wanted)
    click.echo(f"Changed {slug}.")


@click.group()
def thread() -> None:
    """Close a page's comments, switch them off, or open them again."""


@thread.command("close")
@click.argument("slug")
@click.argument("url")
def thread_close(slug: str, url: str) -> None:
    """Take no new comments on the page of site SLUG at URL."""
    _set_closed(slug, url, closed=True)


@thread.command("open")
@click.argument("slug")
@click.argument("url")
def thread_open(slug: str, url: str) -> None:
    """Take comments on the page of site SLUG at URL again."""
    _set_closed(slug, url, closed=False)


@thread.command("off")
@click.argument("slug")
@click.argument("url")
def thread_off(slug: str, url: str) -> None:
    """Show no comments and take none on the page of site SLUG at URL; they are kept."""
    _set_off(slug, url, off=True)


@thread.command("on")
@click.argument("slug")
@click.argument("url")
def thread_on(slug: str, url: str) -> None:
    """Show the comments on the page of site SLUG at URL again."""
    _set_off(slug, url, off=False)


def _set_off(slug: str, url: str, *, off: bool) -> None:
    with opened(_checked()) as services:
        found = services.switch_thread(slug, url, off=off)
    click.echo(f"Comments are {'off' if off else 'on'} on {found.url}.")


def _set_closed(slug: str, url: str, *, closed: bool) -> None:
    with opened(_checked()) as services:
        found = services.close_thread(slug, url, closed=closed)
    click.echo(f"Comments are {'closed' if closed else 'open'} on {found.url}.")


def _checked() -> "Settings":
    settings = settings_with_secret()
    require_schema(settings)
    return settings


def _site(services: "Services", slug: str) -> Site:
    with services.store.read() as reads:
        found = reads.site(slug)
    if found is None:
        raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
    return found


def _change(text: str) -> tuple[str, object]:
    key, separator, value = text.partition("=")
    if not separator or key not in SITE_SETTING_NAMES:
        raise SetupError(f"Each change is KEY=JSON, KEY one of {', '.join(SITE_SETTING_NAMES)}.")
    try:
        return key, json.loads(value)
    except (ValueError, RecursionError):
        raise SetupError(
            f'The value of {key} must be JSON, such as true, 500 or ["word"].'
        ) from None
