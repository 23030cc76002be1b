"""`vestibule evaluate` and `vestibule train`, as processes, and the figures that they rest on."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from running import clean_environment

from workers.commands.figures import (
    average_precision,
    calibration_error,
    decided,
    recall_at,
    reliability,
    roc_auc,
)
from workers.model.linear import read_weights
from workers.model.scores import Models
from workers.text import Text

LINES = [
    {"text": "Thank you for the recipe, the bread came out well.", "label": "ok", "group": "bread"},
    {"text": "I have made this twice now, with rye.", "label": "ok", "group": "bread"},
    {"text": "The mayor should read this.", "label": "ok", "group": "town"},
    {"text": "You are a complete idiot and nobody likes you.", "label": "abuse"},
    {"text": "Shut up, you stupid moron.", "label": "abuse", "group": "town"},
    {"text": "Check out my channel and subscribe for free gift cards", "label": "spam"},
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "vestibule"), *arguments],
        env=clean_environment(), capture_output=True, text=True, encoding="utf-8", timeout=300,
        check=False,
    )  # fmt: skip


def written(folder: Path, lines: list[dict[str, object]], name: str = "lines.jsonl") -> str:
    file = folder / name
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return str(file)


def test_an_evaluation_has_all_figures_as_text_and_as_a_page(tmp_path: Path) -> None:
    """And no word of the comments in either."""
    page = tmp_path / "report.html"
    result = run("evaluate", written(tmp_path, LINES), "--html", str(page))
    assert result.returncode == 0, result.stderr
    for words in ("ROC-AUC", "PR-AUC", "ECE", "precision", "false positives", "bread", "town",
                  "MODEL_ABUSE", "INSULT", " us"):  # fmt: skip
        assert words in result.stdout
    html = page.read_text("utf-8")
    assert html.count("<svg") == 6
    assert "<script" not in html
    assert "MODEL_SPAM" in html
    assert "grandmother" not in html + result.stdout
    assert "idiot" not in html + result.stdout


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"text": "x"}, "line 2"),
        ({"text": "x", "label": "evil"}, "line 2"),
        ({"label": "ok"}, 'line 2: it has no "text"'),
    ],
)
def test_an_evaluation_of_what_cannot_be_read_is_refused(tmp_path, line, fault) -> None:
    """Figures of a part would be taken for figures of the whole."""
    result = run("evaluate", written(tmp_path, [LINES[0], line]))
    assert result.returncode == 2
    assert fault in result.stderr
    assert result.stdout == ""


def test_figures_of_small_cases_are_right() -> None:
    """Worked out by hand, ties included."""
    scores = np.array([0.9, 0.8, 0.8, 0.1])
    target = np.array([True, True, False, False])
    assert roc_auc(scores, target) == pytest.approx(3.5 / 4)
    assert average_precision(scores, target) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert recall_at(scores, target, false_positives=0.0) == 0.5
    at = decided(scores, target, 0.8)
    assert (at.precision, at.recall, at.false_positives) == pytest.approx((2 / 3, 1.0, 0.5))
    assert calibration_error(scores, target) == pytest.approx((0.1 + 2 * 0.3 + 0.1) / 4)
    assert [one.many for one in reliability(scores, target)] == [1, 2, 1]
    assert np.isnan(roc_auc(scores, np.ones(4, dtype=bool)))


def training_lines() -> list[dict[str, object]]:
    """Enough to tell a made-up insult from a made-up greeting."""
    good, bad = "hello dear neighbour number", "you rotten wibblefish number"
    lines: list[dict[str, object]] = []
    for number in range(60):
        lines += [
            {"text": f"{good} {number}", "label": "ok", "source": "one"},
            {"text": f"{bad} {number}", "source": "one",
             "labels": {"abuse": 1, "hate": 1, "insult": 1, "obscene": 1, "spam": 0}},
            {"text": f"buy cheap wobblepills now {number}", "label": "spam", "source": "two"},
        ]  # fmt: skip
    return lines


def test_training_gives_models_that_work_and_the_same_ones_again(tmp_path: Path) -> None:
    """From lines of one's own; byte for byte the same with the same seed."""
    lines = written(tmp_path, training_lines())
    for name in ("one", "two"):
        result = run("train", lines, "--out", str(tmp_path / name), "--seed", "3")
        assert result.returncode == 0, result.stderr
    for name in ("spam.npz", "abuse.npz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert read_weights(tmp_path / "one" / "abuse.npz")[0].about == {"seed": 3, "texts": 120}
    bad, good, spam = Models(tmp_path / "one").score(
        [Text("oh you rotten wibblefish"), Text("hello neighbour"), Text("cheap wobblepills")]
    )
    assert bad.evidence("abuse") > 0.5 > -0.5 > good.evidence("abuse")
    assert spam.evidence("spam") > 0.5 > bad.evidence("spam")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"text": "x", "label": "evil"}, "line 181"),
        ({"text": "x"}, "line 181"),
        ({"text": "x", "labels": {"evil": 1}}, "line 181"),
        ({"text": "x", "labels": {"hate": "yes"}}, "line 181"),
    ],
)
def test_lines_that_say_nothing_are_refused(tmp_path, line, fault) -> None:
    """A typing error in a label must not pass as a label that is not known."""
    result = run("train", written(tmp_path, [*training_lines(), line]), "--out", str(tmp_path))
    assert result.returncode == 2
    assert fault in result.stderr


def test_too_few_lines_are_refused(tmp_path: Path) -> None:
    """With the label that lacks them."""
    result = run("train", written(tmp_path, LINES), "--out", str(tmp_path / "out"))
    assert result.returncode == 2
    assert "spam" in result.stderr
    assert not (tmp_path / "out").exists()
