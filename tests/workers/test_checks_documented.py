"""Checks, policy and documentation name the same symbols."""

import re
from pathlib import Path

from service.core.policy import packaged_policy
from service.core.rules import Family
from service.core.signals import CHECK_FAILED, CHECK_TIMED_OUT, CHECKS_CRASHED
from workers.checks import CHECKS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "checks.md"
POLICY = packaged_policy()


def _tables() -> dict[str, list[str]]:
    """Each row of the page that begins with a symbol, by that symbol."""
    page = PAGE.read_text("utf-8").partition("<!-- fires")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*)\|$", page, re.MULTILINE)
    assert len({symbol for symbol, _ in rows}) == len(rows)
    return {symbol: [cell.strip() for cell in rest.split("|")] for symbol, rest in rows}


def test_every_symbol_has_its_points_and_every_rule_its_check() -> None:
    """A symbol without a rule would hold every comment it is seen in; a rule without one is dead."""
    reported = {symbol for check in CHECKS for symbol in check.symbols}
    assert reported | {CHECK_FAILED, CHECK_TIMED_OUT, CHECKS_CRASHED} == set(POLICY.rules)


def test_every_symbol_named_in_a_check_is_declared_by_it() -> None:
    """A check that reports what it does not declare would only fail when it meets it."""
    for check in CHECKS:
        source = Path(check.function.__code__.co_filename).read_text("utf-8")
        named = set(
            re.findall(
                r'"([A-Z]{3,}(?:_[A-Z]+)+|SHOUTING|THREAT|INSULT|PROFANITY|LINK|GIBBERISH)"',
                source,
            )
        )
        assert named == set(check.symbols), check.name


def test_each_check_has_a_file_of_its_own_and_each_file_a_check() -> None:
    """A check that is written and not listed would never run."""
    files = {Path(check.function.__code__.co_filename).name for check in CHECKS}
    there = {path.name for path in (ROOT / "workers" / "checks").glob("*.py")} - {"__init__.py"}
    assert files == there
    assert len(files) == len(CHECKS)


def test_the_page_says_what_the_policy_says() -> None:
    """One row a symbol: what it sees, points, group, and the sentence that moderators read."""
    rows = _tables()
    assert set(rows) == {*POLICY.rules, *POLICY.composites}
    for symbol, (sees, points, group, sentence) in rows.items():
        rule = POLICY.rule(symbol)
        verdict = "" if rule.at_least is None else f", at least {rule.at_least}"
        zero = f"{rule.points_at_zero:g} to " if rule.points_at_zero else ""
        shadow = ", in shadow" if rule.shadow else ""
        assert points == f"{zero}{rule.points:g}{verdict}{shadow}", symbol
        if symbol in POLICY.composites:
            assert set(re.findall("`([A-Z_]+)`", sees)) == set(POLICY.composites[symbol].parts)
        assert (group, sentence) == (rule.group, rule.sentence), symbol
        assert len(sees) > 20, symbol


def test_the_page_names_priors_thresholds_and_limits() -> None:
    """The numbers in the text are those of the policy."""
    page = PAGE.read_text("utf-8")
    rows = re.findall(r"^\| (spam|abuse) \|(.*)\|$", page, re.MULTILINE)
    assert {family: [cell.strip() for cell in rest.split("|")] for family, rest in rows} == {
        family: [
            f"{POLICY.priors[family]:g}",
            f"{POLICY.thresholds[family].held:g}",
            f"{POLICY.thresholds[family].refused:g}",
        ]
        for family in Family
    }
    limits = {
        name: (float(cap), float(floor or 0))
        for name, cap, floor in re.findall(
            r"`(\w+)` (\d+(?:\.\d+)?)(?: to (-\d+(?:\.\d+)?))?", page
        )
    }
    assert limits == {
        name: (group.cap, group.floor) for name, group in POLICY.groups.items() if group.family
    }


def test_what_depends_on_the_moment_is_marked_so() -> None:
    """A replay that checks texts anew takes from the record what it cannot look up again."""
    groups = {
        "site", "rates", "copies", "campaign", "author", "sender", "remote", "remote_abuse",
        "site_filter",
    }  # fmt: skip
    for check in CHECKS:
        if groups & {POLICY.rules[symbol].group for symbol in check.symbols}:
            assert check.of_the_moment, check.name
