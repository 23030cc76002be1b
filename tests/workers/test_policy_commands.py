"""The commands for sites' policies, over a real database."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from working import FRIENDLY, Visitors

from service.cli import main
from service.core.policy import packaged_policy
from service.core.site_policy import PolicyKind, SitePolicy
from service.core.states import State
from service.wiring import Services

Run = Callable[..., str]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def visitors(services: Services) -> Visitors:
    return Visitors(services)


@pytest.fixture
def run(services: Services, tmp_path: Path) -> Run:
    """Runs a command and gives its output; `status` is what it must end with."""
    environment = {
        "VESTIBULE_DATA_DIR": str(tmp_path / "data"),
        "VESTIBULE_DATABASE_URL": services.settings.database_url,
        "VESTIBULE_REDIS_URL": services.settings.redis_url,
        "VESTIBULE_SECRET_KEY": services.settings.secret_key or "",
    }

    def invoke(*arguments: str, stdin: str = "", status: int = 0) -> str:
        result = CliRunner().invoke(main, arguments, input=stdin, env=environment)
        assert result.exit_code == status, result.output
        return result.output

    return invoke


def test_a_site_without_a_policy_has_the_packaged_one(run: Run, visitors: Visitors) -> None:
    """It is shown as it is written, comments included, and as JSON with all that holds."""
    assert run("policy", "show").startswith("# The packaged default policy.")
    shown = json.loads(run("policy", "show", "--json"))
    assert shown["symbols"]["MANY_LINKS"]["points"] == packaged_policy().rules["MANY_LINKS"].points
    assert "no policy of its own" in run("policy", "show", "--site", "news")
    assert json.loads(run("policy", "show", "--site", "news", "--json")) == shown
    assert run("policy", "list", "--site", "news") == ""


def test_a_policy_is_checked_set_listed_and_taken_back(run: Run, visitors: Visitors) -> None:
    """What it changes is said before, it holds from the next verdict on, and versions stay."""
    strict = "[thresholds.spam]\nheld = 0.001\n"
    changes = run("policy", "check", "--site", "news", "-", stdin=strict)
    assert changes == "thresholds.spam.held: 0.5 -> 0.001\n"
    posted = [visitors.post(one) for one in (FRIENDLY, "So do I.", "And I never did.")]
    visitors.services.screen(visitors.items(posted[:1]))
    set_ = ("policy", "set", "--site", "news", "-")
    assert "Version 1 is in force" in run(*set_, "--note", "Strict.", stdin=strict)
    visitors.services.screen(visitors.items(posted[1:2]))
    assert run("policy", "check", "--site", "news", "-", stdin=strict) == (
        "It can be used, and changes nothing.\n"
    )
    run(*set_, stdin="")
    visitors.services.screen(visitors.items(posted[2:]))
    assert visitors.states(posted) == [State.APPROVED, State.HELD, State.APPROVED]
    assert [visitors.decisions(one)[0].policy_version for one in posted] == ["2", "2+1", "2+2"]
    rows = [line.split("\t") for line in run("policy", "list", "--site", "news").splitlines()]
    assert [(row[0], row[1], *row[3:]) for row in rows] == [
        ("1", "live", "", "Strict."), ("2", "live", "in force", ""),
    ]  # fmt: skip
    assert run("policy", "show", "--site", "news", "--version", "1") == strict
    whole = json.loads(run("policy", "show", "--site", "news", "--version", "1", "--json"))
    assert whole["thresholds"]["spam"]["held"] == 0.001


def test_what_cannot_be_used_is_refused_with_its_place(run: Run, visitors: Visitors) -> None:
    """Every fault on one line, and nothing is stored."""
    faulty = "[symbols.GONE]\npoints = 1\n[groups.form]\nfloor = -1\n"
    for command in ("check", "set"):
        said = run("policy", command, "--site", "news", "-", stdin=faulty, status=2)
        assert "symbols.GONE: no check reports this symbol" in said
        assert "groups.form.floor: nothing in this group" in said
    assert run("policy", "list", "--site", "news") == ""
    assert "no site nowhere" in run("policy", "list", "--site", "nowhere", status=2)
    assert "no version 7" in run("policy", "show", "--site", "news", "--version", "7", status=2)
    assert "no version 0" in run("policy", "show", "--site", "news", "--version", "0", status=2)
    said = run("policy", "set", "--site", "news", "--note", "x" * 201, "-", status=2)
    assert "at most 200 characters" in said


def test_a_policy_that_does_not_fit_any_more_can_still_be_seen_and_replaced(
    run: Run, visitors: Visitors
) -> None:
    """After an upgrade, for instance: what was set is shown, and the way out is open."""
    old = "[symbols.GONE]\npoints = 1\n"
    with visitors.services.store.write() as tx:
        policy = SitePolicy(
            visitors.site.id, 1, PolicyKind.LIVE, old, "", visitors.services.clock()
        )
        assert tx.add_policy(policy)
        assert not tx.add_policy(replace(policy, text=""))
    assert run("policy", "show", "--site", "news") == old
    said = run("policy", "show", "--site", "news", "--json", status=2)
    assert "symbols.GONE: no check reports this symbol" in said
    said = run("policy", "check", "--site", "news", "-", stdin=old, status=2)
    assert "symbols.GONE: no check reports this symbol" in said
    assert "changes nothing" in run("policy", "check", "--site", "news", "-", stdin="")
    strict = "[thresholds.spam]\nheld = 0.4\n"
    assert run("policy", "check", "--site", "news", "-", stdin=strict) == (
        "thresholds.spam.held: 0.5 -> 0.4\n"
    )
    run("policy", "set", "--site", "news", "-", stdin="")
    posted = visitors.post()
    visitors.services.screen([visitors.item(posted)])
    assert visitors.state(posted) is State.APPROVED


def test_a_draft_is_tried_reported_and_ended(run: Run, visitors: Visitors) -> None:
    """It is a version like others, and its report says what would have been otherwise."""
    shadow = ("policy", "shadow", "--site", "news")
    assert "No draft is in shadow" in run(*shadow, "--report", status=2)
    assert "Version 1 is tried on news." in run(*shadow, "-", stdin="[priors]\nspam = 1\n")
    posted = visitors.post()
    visitors.services.screen([visitors.item(posted)])
    assert visitors.state(posted) is State.APPROVED
    first, *rows = run(*shadow, "--report").splitlines()
    assert first.endswith("Comments: 1, concluded otherwise: 1.")
    assert rows == ["1\tapproved -> held"]
    assert "no policy of its own" in run("policy", "show", "--site", "news")
    assert "Version 2 ends the trial on news." in run(*shadow, "--end")
    assert "No draft is in shadow" in run(*shadow, "--report", status=2)
    assert "Give a FILE, or --end, or --report." in run(*shadow, status=2)
    assert "\tended\t" in run("policy", "list", "--site", "news")
    assert "no check reports this symbol" in run(
        *shadow, "-", stdin="[symbols.GONE]\npoints = 1\n", status=2
    )


@pytest.mark.parametrize(
    "command",
    [
        ("policy", "check", "--site", "news"), ("policy", "set", "--site", "news"),
        ("policy", "shadow", "--site", "news"), ("replay", "--policy"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_is_refused_in_plain_words(
    run: Run, visitors: Visitors, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """An editor's other encoding, or a picture: nobody wants to read a traceback."""
    file = tmp_path / "policy.toml"
    file.write_bytes(b"# caf\xe9\n")
    assert "policy.toml is not text in UTF-8." in run(*command, str(file), status=2)
