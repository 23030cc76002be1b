"""The documentation names what there is, all of it, and nothing else.

That `docs/checks.md` fits the policy is shown in `tests/workers/test_checks_documented.py`.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docs_tables import ROOT, TABLES, every_command, every_error, with_tables

from service import wiring
from service.settings import TABLE, Settings
from service.store.tables import metadata
from service.web.app import create_app

PAGES = sorted(
    [
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("docs/recipes/*.md"),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
    ]
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


# -- what is made from the code --------------------------------------------------------------------


@pytest.mark.parametrize("page", TABLES)
def test_tables_are_up_to_date(page: str) -> None:
    """Settings, site settings, commands and problem codes stand in the pages as they are."""
    text = text_of(page)
    assert text == with_tables(page, text), "run: python tests/docs_tables.py --write"


def test_a_page_without_its_place_is_noticed() -> None:
    """A table whose marks were lost fails rather than being left out."""
    with pytest.raises(ValueError, match="no place for its table"):
        with_tables("docs/routes.md", "# Routes\n")


# -- routes and errors -----------------------------------------------------------------------------


@pytest.fixture
def routes(settings: Callable[..., Settings], sqlite_url: str) -> Iterator[set[str]]:
    """Every route as the page writes it: `GET /v1/sites/{site}/form`."""
    # Nobody asks the Redis here, so there need not be one.
    parts = wiring.build(settings(database_url=sqlite_url, redis_url="redis://127.0.0.1:1"))
    yield {
        f"{method} {_as_documented(rule.rule)}"
        for rule in create_app(parts).url_map.iter_rules()
        for method in rule.methods or ()
        # An argument whose name begins so takes any other address, to answer that there is nothing.
        if method not in {"HEAD", "OPTIONS"} and not any(a.startswith("_") for a in rule.arguments)
    }
    parts.close()


def _as_documented(rule: str) -> str:
    named = re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule)
    return named.replace("/sites/{slug}", "/sites/{site}")


def test_every_route_is_documented(routes: set[str]) -> None:
    """docs/routes.md has a heading or a row for each route, and none for one that is gone."""
    documented = re.findall(
        r"^(?:#+|\|) `((?:GET|POST|PUT|PATCH|DELETE) /[^` ]*)`",
        text_of("docs/routes.md"),
        re.MULTILINE,
    )
    assert len(documented) == len(set(documented))
    assert set(documented) == routes


def test_every_problem_code_is_explained_once() -> None:
    """Codes are stable names: no two kinds of error share one."""
    codes = [kind.code for kind in every_error() if "code" in vars(kind)]
    assert len(codes) == len(set(codes))


def test_every_code_of_a_field_is_documented() -> None:
    """The page lists the codes that stand in an answer's `errors`, and none that is never given."""
    given: set[str] = set()
    for path in (ROOT / "service").rglob("*.py"):
        source = path.read_text("utf-8")
        given |= set(re.findall(r'\bFault\(\s*"(\w+)"', source))
        given |= set(re.findall(r'\bFieldProblem\(\s*"[^"]*",\s*"(\w+)"', source))
    table = text_of("docs/routes.md").partition("Codes of single fields")[2]
    first_cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {code for cell in first_cells for code in re.findall(r"`(\w+)`", cell)} == given


def test_problems_that_a_route_lists_exist() -> None:
    """An error that the text of a route names is one of ours."""
    known = {kind.code for kind in every_error()}
    for paragraph in re.findall(
        r"^Errors: .*?(?:\n\n|\Z)", text_of("docs/routes.md"), re.MULTILINE | re.DOTALL
    ):
        assert set(re.findall(r"`([a-z_]+)`", paragraph)) <= known


# -- what pages mention ----------------------------------------------------------------------------


@each_page
def test_mentioned_settings_exist(page: Path) -> None:
    """A variable that a page names is a setting."""
    names = {one.variable for one in TABLE}
    names |= {f"{one.variable}_FILE" for one in TABLE if one.secret}
    assert set(re.findall(r"\bVESTIBULE_[A-Z_]*[A-Z]\b", page.read_text("utf-8"))) <= names


@each_page
def test_mentioned_commands_exist(page: Path) -> None:
    """A command that a page shows is one, and so is each option that stands with it."""
    commands = dict(every_command())
    for words in _shown_commands(page.read_text("utf-8")):
        name = next(
            (name for name in (" ".join(words[:3]), " ".join(words[:2])) if name in commands), None
        )
        assert name, f"{page.name}: {' '.join(words)}"
        options = {option for parameter in commands[name].params for option in parameter.opts}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given - {"--help"} <= options, f"{page.name}: {' '.join(words)}"


def _shown_commands(text: str) -> Iterator[list[str]]:
    """Commands in code: after `vestibule` itself, or after compose's name of one of our services."""
    code = re.findall(r"```sh\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
    for line in "\n".join(code).splitlines():
        plain = line.partition(" #")[0].partition(" < ")[0]
        found = re.search(
            r"(?:^|\.venv/bin/)vestibule ([a-z].*)"
            r"|docker compose run (?:--\S+ )*(?:web|worker|sweeper) (.*)",
            plain,
        )
        if found:
            yield ["vestibule", *(found[1] or found[2]).split()]


@each_page
def test_mentioned_targets_exist(page: Path) -> None:
    """`make` is told nothing that the Makefile does not know."""
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    told = re.findall(r"`make ([a-z]+)|^make (\w+) +#", page.read_text("utf-8"), re.MULTILINE)
    assert {one or other for one, other in told} <= targets


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of the repository, and to a heading in it, finds it."""
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", there.read_text("utf-8"), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, target


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_table_is_described() -> None:
    """docs/architecture.md lists the tables that there are."""
    section = text_of("docs/architecture.md").partition("## Tables")[2].partition("## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    described = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert described == set(metadata.tables)


@each_page
def test_page_is_free_of_this_machine(page: Path) -> None:
    """No path of somebody's machine stands in a page."""
    assert not re.search(r"/home/|/root/|/tmp/", page.read_text("utf-8"))
