"""Commands for policies: the packaged one, and those that sites set over it."""

import json
from typing import TYPE_CHECKING, TextIO

import click

from service.commands.setup import opened, require_schema, settings_with_secret, text_of
from service.core.errors import NotFound
from service.core.policy import packaged_policy, packaged_text
from service.core.policy_data import policy_to_data
from service.core.site_policy import PolicyKind
from service.usecases.policies import policy_in_force, site_named

if TYPE_CHECKING:
    from service.settings import Settings


@click.group()
def policy() -> None:
    """Show, check and set the policy by which a site's comments are judged."""


_site = click.option("--site", "slug", required=True, metavar="SLUG", help="The site's short name.")
_file = click.argument("file", type=click.File("r", encoding="utf-8"))
_note = click.option("--note", default="", help="Why, for whoever reads the list of versions.")


@policy.command("show")
@click.option("--site", "slug", default=None, metavar="SLUG", help="Without it, the packaged one.")
@click.option("--version", type=int, default=None, help="Without it, the one that is in force.")
@click.option("--json", "as_json", is_flag=True, help="All that holds, and not only what differs.")
def policy_show(slug: str | None, version: int | None, *, as_json: bool) -> None:
    """Print a policy: of a site what differs from the packaged one."""
    packaged = packaged_policy()
    if slug is None:
        click.echo(_as_json(policy_to_data(packaged)) if as_json else packaged_text(), nl=as_json)
        return
    with opened(_checked()) as services, services.store.read() as tx:
        site = site_named(tx, slug)
        if version is None and as_json:
            click.echo(_as_json(policy_to_data(policy_in_force(tx, site, packaged))))
            return
        known = (
            [one for one in tx.site_policies(site.id) if one.version == version]
            if version is not None
            else [one for one in tx.policies_in_force([site.id]) if one.kind is PolicyKind.LIVE]
        )
    if not known and version is not None:
        raise NotFound(f"There is no version {version} of {slug}'s policy.")
    if not known or known[0].text is None:
        click.echo(f"# {slug} has no policy of its own: the packaged one holds.")
    elif as_json:
        click.echo(_as_json(policy_to_data(known[0].over(packaged) or packaged)))
    else:
        click.echo(known[0].text, nl=not known[0].text.endswith("\n"))


@policy.command("list")
@_site
def policy_list(slug: str) -> None:
    """List the versions of a site's policy, and which are in force."""
    with opened(_checked()) as services, services.store.read() as tx:
        site = site_named(tx, slug)
        known = tx.site_policies(site.id)
        current = {one.version for one in tx.policies_in_force([site.id]) if one.text is not None}
    for one in known:
        mark = "in force" if one.version in current else "ended" if one.text is None else ""
        when = f"{one.created_at:%Y-%m-%d %H:%M}Z"
        click.echo(f"{one.version}\t{one.kind}\t{when}\t{mark}\t{one.note}")


@policy.command("check")
@_site
@_file
def policy_check(slug: str, file: TextIO) -> None:
    """Say what the policy in FILE would change for a site, or what is wrong with it."""
    with opened(_checked()) as services:
        found = services.compare_policy(slug, text_of(file))
    if not found:
        click.echo("It can be used, and changes nothing.")
    for place, old, new in found:
        click.echo(f"{place}: {_value(old)} -> {_value(new)}")


@policy.command("set")
@_site
@_note
@_file
def policy_set(slug: str, note: str, file: TextIO) -> None:
    """Judge a site's comments by FILE, which names what differs from the packaged policy."""
    with opened(_checked()) as services:
        made = services.set_policy(slug, text_of(file), note=note)
    click.echo(f"Version {made.version} is in force on {slug}.")


@policy.command("shadow")
@_site
@_note
@click.option("--end", is_flag=True, help="Try the draft no more.")
@click.option("--report", is_flag=True, help="Say how often the draft has concluded otherwise.")
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
def policy_shadow(slug: str, note: str, file: TextIO | None, *, end: bool, report: bool) -> None:
    """Try FILE as a site's policy: its verdicts are written down beside those that count."""
    if [end, report, file is not None].count(True) != 1:
        raise click.UsageError("Give a FILE, or --end, or --report.")
    with opened(_checked()) as services:
        if report:
            found = services.report_shadow(slug)
        else:
            text = text_of(file) if file is not None else None
            made = services.set_policy(slug, text, kind=PolicyKind.SHADOW, note=note)
    if not report:
        click.echo(f"Version {made.version} {'ends the trial' if end else 'is tried'} on {slug}.")
        return
    counts = found.counts
    differing = sum(number for (live, draft), number in counts.items() if live is not draft)
    click.echo(
        f"Version {found.draft.version}, tried since {found.draft.created_at:%Y-%m-%d %H:%M}Z. "
        f"Comments: {sum(counts.values())}, concluded otherwise: {differing}."
    )
    for (live, draft), number in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        if live is not draft:
            click.echo(f"{number}\t{live} -> {draft}")


def _as_json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


def _value(value: object) -> str:
    return "(none)" if value is None else json.dumps(value, ensure_ascii=False)


def _checked() -> "Settings":
    settings = settings_with_secret()
    require_schema(settings)
    return settings
