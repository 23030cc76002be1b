"""An evaluation as text for the terminal, and as a page: plain HTML and SVG, no scripts."""

import math
from collections.abc import Sequence
from html import escape

from workers.commands.tally import FamilyFigures, Figures

Rows = Sequence[Sequence[str]]

_SIZE = 260
_EDGE = 36
_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { border-bottom: 1px solid #8886; padding: .2rem .8rem; text-align: right }
th:first-child, td:first-child { text-align: left }
figure { display: inline-block; margin: 0 1rem 1rem 0 }
svg { font: 11px system-ui, sans-serif; fill: currentColor }
"""


def as_text(figures: Figures) -> str:
    return "\n\n".join(f"{title}\n{_aligned(rows)}" for title, rows in tables(figures))


def as_html(figures: Figures) -> str:
    parts = [html_table(title, rows) for title, rows in tables(figures)]
    plots = "".join(map(_plots, figures.families))
    return page("Evaluation of the checks", plots + "".join(parts))


def page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>\n'
        f"<h1>{escape(title)}</h1>\n{body}</html>\n"
    )


def tables(figures: Figures) -> list[tuple[str, Rows]]:
    """Each with its title; the first row of each names the columns."""
    found: list[tuple[str, Rows]] = [
        ("Comments", [
            ("label", "many", "approved", "held", "spam", "rejected"),
            *(
                (label, f"{many:,}", *(
                    _percent(figures.verdicts.get((label, verdict), 0) / many)
                    for verdict in ("approved", "held", "spam", "rejected")
                ))
                for label, many in sorted(figures.labels.items())
            ),
        ]),
        ("Probabilities", [
            ("family", "ROC-AUC", "PR-AUC", "ECE"),
            *(
                (one.name, *map(_number, (one.roc_auc, one.average_precision,
                                          one.calibration_error)))
                for one in figures.families
            ),
        ]),
        ("Thresholds", [
            ("family", "verdict", "from", "precision", "recall", "false positives"),
            *(
                (one.name, verdict, f"{at.threshold:g}", *map(_percent, (
                    at.precision, at.recall, at.false_positives)))
                for one in figures.families for verdict, at in one.at.items()
            ),
        ]),
    ]  # fmt: skip
    if set(figures.groups) - {""}:
        found.append(("Harmless comments not approved, by group", [
            ("group", "many", "not approved"),
            *(
                (name or "(none)", f"{many:,}", _percent(stopped / many))
                for name, (stopped, many) in figures.groups.items()
            ),
        ]))  # fmt: skip
    labels = sorted(figures.labels)
    found.append(("Symbols", [
        ("symbol", "family", "fires", *(f"of {label}" for label in labels), "precision", "points"),
        *(
            (one.symbol, one.family, _percent(one.many / figures.comments), *(
                _percent(one.by_label.get(label, 0) / figures.labels[label]) for label in labels
            ), _percent(one.precision), f"{one.points:+.2f}")
            for one in figures.symbols
        ),
    ]))  # fmt: skip
    found.append(("Time", [("a comment, in batches",), (f"{figures.seconds_each * 1e6:.0f} us",)]))
    return found


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1%}"


def _aligned(rows: Rows) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def html_table(title: str, rows: Rows) -> str:
    head, *body = rows
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in body
    )
    return f"<h2>{escape(title)}</h2>\n<table><tr>{cells}</tr>\n{lines}</table>\n"


def _plots(family: FamilyFigures) -> str:
    bins = [(one.said, one.true) for one in family.bins]
    return (
        f"<h2>{escape(family.name.capitalize())}</h2>\n"
        + plot("ROC", "false positives", "found", family.roc)
        + plot("Precision and recall", "recall", "precision", family.precision_recall)
        + plot("Calibration", "said", "true", bins, marks=True)
    )


def _across(value: float) -> float:
    return _EDGE + value * (_SIZE - 2 * _EDGE)


def _up(value: float) -> float:
    return _SIZE - _across(value)


def plot(
    title: str, x: str, y: str, points: Sequence[tuple[float, float]], *, marks: bool = False
) -> str:
    """A figure on the unit square, with the diagonal; its title says what it shows."""
    line = " ".join(f"{_across(a):.1f},{_up(b):.1f}" for a, b in points)
    dots = "".join(
        f'<circle cx="{_across(a):.1f}" cy="{_up(b):.1f}" r="3"/>' for a, b in points if marks
    )
    ticks = "".join(
        f'<text x="{_across(one):.0f}" y="{_SIZE - _EDGE + 14}" text-anchor="middle">{one:g}</text>'
        f'<text x="{_EDGE - 4}" y="{_up(one) + 4:.0f}" text-anchor="end">{one:g}</text>'
        for one in (0, 0.5, 1)
    )
    name = escape(title)
    return (
        f'<figure><svg width="{_SIZE}" height="{_SIZE}" role="img" aria-label="{name}">'
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIZE - 2 * _EDGE}" height="{_SIZE - 2 * _EDGE}" '
        f'fill="none" stroke="currentColor" stroke-opacity=".4"/>'
        f'<line x1="{_across(0)}" y1="{_up(0)}" x2="{_across(1)}" y2="{_up(1)}" '
        f'stroke="currentColor" stroke-opacity=".3" stroke-dasharray="4"/>'
        f'<polyline points="{line}" fill="none" stroke="#2a7ab0" stroke-width="2"/>{dots}{ticks}'
        f'<text x="{_SIZE / 2}" y="{_EDGE - 12}" text-anchor="middle">{name}</text>'
        f'<text x="{_SIZE / 2}" y="{_SIZE - 6}" text-anchor="middle">{escape(x)}</text>'
        f'<text x="12" y="{_SIZE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_SIZE / 2})">{escape(y)}</text></svg></figure>\n'
    )
