"""`vestibule score`, as a process: JSON Lines in, JSON Lines out, no installation needed."""

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from running import clean_environment

from service.cli import main

LINES = [
    {"id": "praise", "text": "Thank you for the recipe, the bread came out well."},
    {"id": 7, "text": "You are a complete idiot and nobody likes you.", "author_name": "Erika"},
    {
        "id": "spam",
        "text": "Check out my channel and subscribe for free gift cards http://a.example",
        "author_email": "erika@example.org",
        "author_url": "https://a.example",
    },
    {"text": "\ud800 \u202e\u0000 <b>"},
]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Without settings, database, Redis or secret."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "vestibule"), "score", *arguments],
        input=stdin, env=clean_environment(), capture_output=True, text=True, encoding="utf-8",
        timeout=120, check=False,
    )  # fmt: skip


def test_each_line_has_its_answer(tmp_path: Path) -> None:
    """In order, with the policy's probabilities, its verdict, labels and symbols."""
    file = tmp_path / "comments.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in LINES))
    result = run(str(file))
    assert result.returncode == 0, result.stderr
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["id"] for one in answers] == ["praise", 7, "spam", 4]
    praise, insult, spam, odd = answers
    assert list(praise) == ["id", "spam", "abuse", "labels", "verdict", "symbols"]
    assert praise["verdict"] == "approved"
    assert praise["spam"] < 0.05
    assert insult["abuse"] > 0.9
    assert insult["verdict"] in {"held", "rejected"}
    assert "INSULT" in insult["symbols"]
    assert insult["labels"]["insult"] > 0.5
    assert spam["spam"] > 0.5
    assert spam["verdict"] in {"held", "spam"}
    assert odd["verdict"] in {"approved", "held"}
    assert all(0.0 <= one["spam"] <= 1.0 and 0.0 <= one["abuse"] <= 1.0 for one in answers)


def test_what_cannot_be_read_is_named_and_the_rest_is_scored() -> None:
    """From standard input as from a file; the status says that something was left out."""
    lines = [
        json.dumps(LINES[0]), "{broken", "", "[1]", '{"id": 1}', '{"text": 5}',
        '{"text": "x", "author_name": {}}', "[" * 100_000, json.dumps(LINES[1]),
    ]  # fmt: skip
    result = run("-", stdin="\n".join(lines))
    assert result.returncode == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["praise", 7]
    for number, fault in ((2, "not JSON"), (4, "not a JSON object"), (5, '"text"'), (6, '"text"'),
                          (7, '"author_name"'), (8, "not JSON")):  # fmt: skip
        assert any(
            line.startswith(f"line {number} ") and fault in line
            for line in result.stderr.splitlines()
        )
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """One line on the terminal, and a status that says so."""
    result = run(str(tmp_path / "nothing.jsonl"))
    assert result.returncode == 2
    assert "does not exist" in result.stderr


def test_help_says_what_the_commands_of_the_workers_do() -> None:
    """Without loading them: their modules say it in their first lines."""
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "What the checks and the packaged policy make of texts in a file." in result.output
