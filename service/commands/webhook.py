"""Commands about webhooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.audit import BY_OPERATOR
from service.core.errors import NotFound, SetupError
from service.core.events import EVENTS, TEST_EVENT
from service.core.webhooks import DeliveryState

if TYPE_CHECKING:
    from service.core.webhooks import Endpoint
    from service.wiring import Services


@click.group()
def webhook() -> None:
    """Tell other services what happens to a site's comments."""


_id = click.argument("endpoint_id", metavar="ID")


@webhook.command("add")
@click.argument("slug")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([one for one in EVENTS if one != TEST_EVENT]),
    help="What to tell; may be repeated. Without it, everything.",
)
@click.option("--with-text", is_flag=True, help="Tell the texts of approved comments, too.")
def webhook_add(slug: str, url: str, events: tuple[str, ...], *, with_text: bool) -> None:
    """Tell URL what happens to the comments of site SLUG, and show the secret once."""
    from service.usecases.webhooks import Wish

    with _services() as services:
        made = services.delivering.webhooks.add(
            _site_id(services, slug), Wish(url, events, with_text), by=BY_OPERATOR
        )
    click.echo(f"Added {made.endpoint.id}.")
    _show(made.secret)


@webhook.command("list")
@click.argument("slug")
def webhook_list(slug: str) -> None:
    """List the webhooks of site SLUG, with what waits and what could not be delivered."""
    with _services() as services:
        site_id = _site_id(services, slug)
        with services.store.read() as tx:
            found = tx.endpoints([site_id])
            counts = tx.delivery_counts(site_id)
    for one in found:
        number = counts.get(one.id, {})
        state = one.disabled or ("failing" if one.failures else "on")
        click.echo(
            f"{one.id}\t{one.url}\t{' '.join(one.events) or 'all'}\t{state}\t"
            f"{number.get(DeliveryState.WAITING, 0)} waiting\t"
            f"{number.get(DeliveryState.DEAD, 0)} dead"
        )


@webhook.command("test")
@click.argument("slug")
@_id
def webhook_test(slug: str, endpoint_id: str) -> None:
    """Send the webhook an event that says nothing, and say what came of it."""
    with _services() as services:
        site_id, endpoint = _endpoint(services, slug, endpoint_id)
        attempt = services.delivering.webhooks.test(site_id, endpoint.id)
    if not attempt.succeeded:
        raise SetupError(f"Not taken after {attempt.milliseconds} ms: {attempt.error}")
    click.echo(f"Taken: {attempt.status} after {attempt.milliseconds} ms.")


@webhook.command("rotate")
@click.argument("slug")
@_id
def webhook_rotate(slug: str, endpoint_id: str) -> None:
    """Give the webhook a new secret; for a day the former one signs as well."""
    with _services() as services:
        site_id, endpoint = _endpoint(services, slug, endpoint_id)
        made = services.delivering.webhooks.rotate(site_id, endpoint.id, by=BY_OPERATOR)
    _show(made.secret)


@webhook.command("replay")
@click.argument("slug")
@_id
def webhook_replay(slug: str, endpoint_id: str) -> None:
    """Put up again what could not be delivered to the webhook within three days."""
    with _services() as services:
        site_id, endpoint = _endpoint(services, slug, endpoint_id)
        webhooks = services.delivering.webhooks
        number = webhooks.replay(site_id, endpoint.id, None, by=BY_OPERATOR)
    click.echo(f"{number} put up again.")


@webhook.command("pause")
@click.argument("slug")
@_id
def webhook_pause(slug: str, endpoint_id: str) -> None:
    """Tell the webhook nothing more; what happens meanwhile is not told later either."""
    with _services() as services:
        site_id, endpoint = _endpoint(services, slug, endpoint_id)
        services.delivering.webhooks.pause(site_id, endpoint.id, by=BY_OPERATOR)
    click.echo("Paused.")


@webhook.command("resume")
@click.argument("slug")
@_id
def webhook_resume(slug: str, endpoint_id: str) -> None:
    """Tell the webhook again what happens, from now on."""
    with _services() as services:
        site_id, endpoint = _endpoint(services, slug, endpoint_id)
        services.delivering.webhooks.resume(site_id, endpoint.id, by=BY_OPERATOR)
    click.echo("On again.")


@webhook.command("remove")
@click.argument("slug")
@_id
def webhook_remove(slug: str, endpoint_id: str) -> None:
    """Remove the webhook, with all that was on its way to it."""
    with _services() as services:
        site_id, endpoint = _endpoint(services, slug, endpoint_id)
        services.delivering.webhooks.remove(site_id, endpoint.id, by=BY_OPERATOR)
    click.echo("Removed.")


@contextmanager
def _services() -> Iterator["Services"]:
    settings = settings_with_secret()
    require_schema(settings)
    with opened(settings) as services:
        yield services


def _site_id(services: "Services", slug: str) -> str:
    with services.store.read() as tx:
        site = tx.site(slug)
    if site is None:
        raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
    return site.id


def _endpoint(services: "Services", slug: str, endpoint_id: str) -> "tuple[str, Endpoint]":
    site_id = _site_id(services, slug)
    with services.store.read() as tx:
        # Compared as text: what is no id must not reach the database as one.
        found = [one for one in tx.endpoints([site_id]) if one.id == endpoint_id.lower()]
    if not found:
        raise NotFound(f"There is no such webhook: `vestibule webhook list {slug}` shows them.")
    return site_id, found[0]


def _show(secret: str) -> None:
    click.echo(f"Secret: {secret}   (shown this once, so keep it)")
