"""`vestibule evaluate`: how good checks and policy are on labelled texts."""

import time
from pathlib import Path

import click

from workers.commands.lines import BadLine, Line, LinesFile

LABELS = ("ok", "spam", "abuse")


@click.command()
@click.argument("file", type=LinesFile)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path),
              help="Also write a report with plots.")  # fmt: skip
def evaluate(file: Path, html: Path | None) -> None:
    """Compare the checks and the packaged policy with the labels of FILE, one JSON object a line.

    A line is as for `score`, with "label": "ok"|"spam"|"abuse", and perhaps a "group" by which
    false positives are counted. Prints how well the probabilities rank, what the thresholds find,
    how honest the probabilities are, what each check contributes, and the time a comment takes.
    """
    # Imported late, so that `vestibule --help` does not wait for the checks and the models.
    from service.core.policy import packaged_policy
    from workers.commands.alone import judge
    from workers.commands.report import as_html, as_text
    from workers.commands.tally import Evaluation
    from workers.model.deep import installed_second_reader
    from workers.pipeline import Pipeline

    pipeline, policy = Pipeline(second=installed_second_reader()), packaged_policy()
    evaluation = Evaluation(policy)
    # The processor's time, which other programs do not lengthen.
    began = time.process_time()
    for portion in judge(file, pipeline, policy, label="Evaluating"):
        for one in portion:
            if isinstance(one, Line):
                raise BadLine(f"line {one.number}: {one.fault}")
            label, group = one.line.value.get("label"), one.line.value.get("group", "")
            if label not in LABELS or not isinstance(group, str):
                raise BadLine(f'line {one.line.number}: "label" is none of ok, spam and abuse')
            evaluation.add(one, label, group)
    seconds = time.process_time() - began
    if not evaluation.labels:
        raise BadLine("there is no line")
    found = evaluation.conclude(seconds_each=seconds / len(evaluation.labels))
    click.echo(as_text(found))
    if html is not None:
        html.write_text(as_html(found), encoding="utf-8")
        click.echo(f"Report: {html}", err=True)
