"""`vestibule score`: what the checks and the packaged policy make of texts in a file."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workers.commands.lines import LinesFile

if TYPE_CHECKING:
    from workers.commands.alone import Judged


@click.command()
@click.argument("file", type=LinesFile)
def score(file: Path) -> None:
    """Score the comments of FILE, one JSON object a line; `-` reads what comes in.

    A line is {"id", "text", "author_name"?, "author_email"?, "author_url"?}; the answer to it, on
    standard output, is {"id", "spam", "abuse", "labels", "verdict", "symbols"}. Of circumstances
    (form, history, rates) none counts against a comment. Needs no database and no settings.

    A line that cannot be read is named on standard error; the others are scored all the same, and
    the exit status is 1.
    """
    # Imported late, so that `vestibule --help` does not wait for the checks and the models.
    from service.core.policy import packaged_policy
    from workers.commands.alone import Judged, judge
    from workers.model.deep import installed_second_reader
    from workers.pipeline import Pipeline

    pipeline, policy = Pipeline(second=installed_second_reader()), packaged_policy()
    faults = 0
    for portion in judge(file, pipeline, policy, label="Scoring"):
        for one in portion:
            if isinstance(one, Judged):
                click.echo(json.dumps(answer(one), ensure_ascii=False))
            else:
                faults += 1
                click.echo(f"line {one.number} was left out: {one.fault}.", err=True)
    if faults:
        click.echo(f"{faults} lines were left out.", err=True)
        sys.exit(1)


def answer(one: "Judged") -> dict[str, Any]:
    """Probabilities are the policy's; those of `labels` the models', of the words alone."""
    verdict = one.verdict
    labels = {} if one.scores is None else {
        label: round(one.scores.probability(label), 4)
        for label in one.scores.log_odds
        if label not in {"spam", "abuse"}
    }  # fmt: skip
    return {
        "id": one.line.value.get("id", one.line.number),
        "spam": round(verdict.spam.probability, 6),
        "abuse": round(verdict.abuse.probability, 6),
        "labels": labels,
        "verdict": str(verdict.state),
        "symbols": [part.signal.symbol for part in verdict.contributions],
    }
