"""The command that goes over stored comments with a draft policy, before it is put in force."""

import json
import sys
from typing import TYPE_CHECKING, TextIO

import click

from service.commands.setup import opened, require_schema, settings_with_secret, text_of
from service.core.rules import Family

if TYPE_CHECKING:
    from service.usecases.replay import Agreement, Outcome, Tally


@click.command()
@click.option(
    "--policy",
    "file",
    type=click.File("r", encoding="utf-8"),
    required=True,
    metavar="DRAFT",
    help="With a version it stands for the packaged policy, without one for a site's own.",
)
@click.option("--site", "slug", default=None, metavar="SLUG", help="Without it, all sites.")
@click.option(
    "--since", "days", type=click.IntRange(1, 36_500), default=None, metavar="DAYS",
    help="Only what was judged in the last so many days.",
)  # fmt: skip
@click.option("--rescreen", is_flag=True, help="Check the texts anew, by the checks of today.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: one a flip, then the summary.")
def replay(
    file: TextIO, slug: str | None, days: int | None, *, rescreen: bool, as_json: bool
) -> None:
    """List which verdicts on stored comments a draft policy would flip, and why; change nothing."""
    from service.usecases.replay import Tally

    settings = settings_with_secret()
    require_schema(settings)
    tally = Tally()
    with opened(settings) as services:
        made = services.prepare_replay(text_of(file), slug=slug, days=days, rescreen=rescreen)
        with click.progressbar(made, length=made.total, label="Replaying", file=sys.stderr) as bar:
            for outcome in bar:
                tally.add(outcome)
                if outcome.flips:
                    _clear_line()
                    click.echo(json.dumps(_flip(outcome)) if as_json else _told(outcome))
    click.echo(json.dumps({"summary": _summary(tally)}) if as_json else _summed(tally))


def _clear_line() -> None:
    """Where the bar and the list share a terminal, neither is written into the other."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        click.echo("\r\x1b[2K", nl=False, err=True)


def _told(outcome: "Outcome") -> str:
    edit = f" (edit {outcome.revision})" if outcome.revision else ""
    ruling = f", by a moderator {outcome.ruling}" if outcome.ruling else ""
    sums = ", ".join(f"{family} {_percent(outcome, family)}" for family in Family)
    flip = f"{outcome.recorded.state} -> {outcome.drafted.state}"
    changes = (
        f"    {symbol} {_points(old)} -> {_points(new)}" for symbol, old, new in outcome.changes()
    )
    first = f"{outcome.site_slug} {outcome.comment_id}{edit}: {flip} ({sums}){ruling}"
    return "\n".join([first, *changes])


def _summed(tally: "Tally") -> str:
    flips = sum(tally.flips.values())
    lines = [f"Judged: {tally.comments:,}. Verdicts that would flip: {flips:,}."]
    lines += [f"{number:8,}  {old} -> {new}" for (old, new), number in tally.flips.most_common()]
    ruled = tally.recorded.agrees + tally.recorded.disagrees + tally.recorded.left
    if ruled:
        lines.append(f"Of these moderators have ruled on {ruled:,}, and agree")
        lines.append(f"  with the verdicts on record: {_agreement(tally.recorded)}")
        lines.append(f"  with the draft's:            {_agreement(tally.drafted)}")
    return "\n".join(lines)


def _agreement(one: "Agreement") -> str:
    return f"{one.agrees:,} times; {one.disagrees:,} times not; {one.left:,} were left to them"


def _flip(outcome: "Outcome") -> dict[str, object]:
    return {
        "comment": outcome.comment_id,
        "revision": outcome.revision,
        "site": outcome.site_slug,
        "from": outcome.recorded.state,
        "to": outcome.drafted.state,
        **{family.value: _probabilities(outcome, family) for family in Family},
        "log_odds": {
            family.value: [
                verdict.sum_of(family).log_odds for verdict in (outcome.recorded, outcome.drafted)
            ]
            for family in Family
        },
        "changed": {symbol: [old, new] for symbol, old, new in outcome.changes()},
        "ruling": outcome.ruling,
    }


def _summary(tally: "Tally") -> dict[str, object]:
    return {
        "judged": tally.comments,
        "flips": {f"{old} -> {new}": number for (old, new), number in tally.flips.most_common()},
        **{
            name: {"agrees": one.agrees, "disagrees": one.disagrees, "left": one.left}
            for name, one in (("recorded", tally.recorded), ("draft", tally.drafted))
        },
    }


def _probabilities(outcome: "Outcome", family: Family) -> list[float]:
    return [verdict.sum_of(family).probability for verdict in (outcome.recorded, outcome.drafted)]


def _percent(outcome: "Outcome", family: Family) -> str:
    before, after = _probabilities(outcome, family)
    return f"{before:.1%} -> {after:.1%}"


def _points(points: float | None) -> str:
    return "none" if points is None else f"{points:.2f}"
