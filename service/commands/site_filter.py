"""Commands for a site's own filter: what it has learned, whether it is true to the record."""

import sys
from typing import TYPE_CHECKING

import click

from service.commands.setup import opened, require_schema, settings_with_secret
from service.core.errors import NotFound
from service.core.lessons import Label, Proof

if TYPE_CHECKING:
    from service.settings import Settings
    from service.wiring import Services

_site = click.option("--site", "slug", required=True, metavar="SLUG", help="Which site's filter.")


@click.group("filter")
def site_filter() -> None:
    """Show, rebuild and reset a site's own filter, which moderators' decisions teach."""


@site_filter.command("show")
@_site
def filter_show(slug: str) -> None:
    """Say how much a site's filter has learned, and how far it has proved itself."""
    with opened(_checked()) as services:
        site_id = _site_id(services, slug)
        found = services.filters([site_id]).get(site_id)
        if found is None:
            click.echo("It has learned nothing yet: no moderator has decided about a comment.")
            return
        counts = found.counts()
        click.echo(
            f"Learned from {counts[Label.OK]} approved, {counts[Label.SPAM]} spam and "
            f"{counts[Label.ABUSE]} rejected comments."
        )
        for proof in found.proofs():
            click.echo(_said(proof))


@site_filter.command("rebuild")
@_site
@click.option(
    "--all", "whole", is_flag=True, help="Also what was decided before the filter was reset."
)
def filter_rebuild(slug: str, *, whole: bool) -> None:
    """Make a site's filter again from the record of decisions, and compare it with what it was."""
    with opened(_checked()) as services:
        site_id = _site_id(services, slug)
        with services.store.read() as tx:
            number = tx.taught_count(site_id)
        with click.progressbar(length=number, label="Comments", file=sys.stderr) as bar:
            rebuilt = services.rebuild_filter(site_id, whole=whole, advance=bar.update)
    click.echo(f"Read the record of {rebuilt.comments} comments; {rebuilt.mended} were mended.")
    click.echo(
        "The filter is exactly what it was." if rebuilt.same else "The filter is not what it was."
    )


@site_filter.command("reset")
@_site
@click.confirmation_option(
    prompt="The filter will forget all that moderators taught it until now. Go on?"
)
def filter_reset(slug: str) -> None:
    """Make a site's filter forget everything. The record of decisions stays."""
    with opened(_checked()) as services:
        services.rebuild_filter.reset(_site_id(services, slug))
    click.echo("It has forgotten everything, and learns from now on.")


def _said(proof: Proof) -> str:
    name = "Abuse" if proof.label is Label.ABUSE else "Spam"
    if proof.log_odds <= 0:
        return (
            f"{name}: says nothing yet. It takes twenty different comments of each kind, and "
            "decisions that it could have foretold."
        )
    return (
        f"{name}: tested on {proof.judged} decisions before it learned them. Of {proof.claims} "
        f"comments of which it is surest {proof.hits} were decided so. It adds "
        f"{proof.log_odds:.1f} points at most."
    )


def _site_id(services: "Services", slug: str) -> str:
    with services.store.read() as reads:
        found = reads.site(slug)
    if found is None:
        raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
    return found.id


def _checked() -> "Settings":
    settings = settings_with_secret()
    require_schema(settings)
    return settings
