"""`vestibule train`: the linear models anew, from labelled lines."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.core.errors import SetupError
from workers.commands.lines import BadLine, Line, LinesFile, portions

if TYPE_CHECKING:
    from workers.model.training import Example

FILES = {"spam.npz": ("spam",), "abuse.npz": ("abuse", "hate", "insult", "obscene")}
LABELS = tuple(label for labels in FILES.values() for label in labels)
WHOLE = {
    "ok": dict.fromkeys(LABELS, False),
    "spam": {"spam": True},
    "abuse": {"spam": False, "abuse": True},
}
"""What the one word `label` says about the labels; of abuse it does not say what kind."""

WEIGHT_MAX = 100


@click.command()
@click.argument("files", nargs=-1, required=True, type=LinesFile)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path),
              help="Folder for spam.npz and abuse.npz.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Which texts are for the calibration.")
def train(files: tuple[Path, ...], out: Path, seed: int) -> None:
    """Train the linear models from the labelled comments of FILES, one JSON object a line.

    A line is {"text", "label": "ok"|"spam"|"abuse"} or {"text", "labels": {"hate": 1, ...}}, whose
    labels are spam, abuse, hate, insult and obscene; what it does not name is not known. A
    "source" says which collection a text is from; texts with the same "key" are copies of one, and
    one with a "weight" of 2 is learned from as if it were there twice.
    Needs the extra `train`; takes minutes.
    """
    try:
        from workers.model.training import train as train_weights
    except ImportError:
        raise SetupError("Training needs more packages: pip install 'vestibule[train]'.") from None
    from workers.model.linear import write_weights

    examples: list[Example] = []
    for file in files:
        for portion in portions(file, label=f"Reading {file.name}"):
            examples += [example(line) for line in portion]
    for name, labels in FILES.items():
        some = [one for one in examples if any(label in one.targets for label in labels)]
        try:
            weights = train_weights(
                some, labels, seed=seed, about={"texts": len(some), "seed": seed},
                progress=partial(_tell, name),
            )  # fmt: skip
        except ValueError as error:
            raise SetupError(f"{name} cannot be trained: {error}.") from None
        out.mkdir(parents=True, exist_ok=True)
        write_weights(out / name, weights)
        click.echo(out / name)


def _tell(name: str, stage: str) -> None:
    click.echo(f"{name}: {stage}", err=True)


def example(line: Line) -> "Example":
    """Raises `BadLine` for a line that says nothing, or nothing that is understood."""
    from workers.model.training import Example

    if line.fault is not None:
        raise BadLine(f"line {line.number}: {line.fault}")
    targets = _targets(line.value)
    source, key = line.value.get("source", ""), line.value.get("key", "")
    weight = line.value.get("weight", 1.0)
    if targets is None or not isinstance(source, str) or not isinstance(key, str):
        raise BadLine(f'line {line.number}: "label", "labels", "source" or "key" is not understood')
    if (
        isinstance(weight, bool)
        or not isinstance(weight, int | float)
        or not 0 < weight <= WEIGHT_MAX
    ):
        raise BadLine(f'line {line.number}: "weight" is no number above 0 and up to {WEIGHT_MAX}')
    return Example(line.value["text"], targets, source, key, float(weight))


def _targets(value: Mapping[str, object]) -> Mapping[str, bool] | None:
    whole, single = value.get("label"), value.get("labels", {})
    if not isinstance(single, dict) or not isinstance(whole, str | None):
        return None
    if whole is not None and whole not in WHOLE:
        return None
    named = {label: one for label, one in single.items() if label in LABELS}
    if len(named) < len(single) or not all(one in (0, 1) for one in named.values()):
        return None
    found = {**(WHOLE[whole] if whole else {}), **{k: bool(v) for k, v in named.items()}}
    return found or None
