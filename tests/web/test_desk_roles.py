"""Every route of the desk against every role: who may, who may not, and who may not even know."""

import re
from itertools import product
from uuid import UUID

import pytest
from desks import Desk, get, token_of
from docs_tables import ROOT

from service.core.people import REFUSAL, Permission, Role
from service.core.places import Place
from service.web.desk.pages import ANYONE, SIGNED_IN, rule_of

ELSEWHERE = "0195b0f0-0000-7000-8000-000000000001"
ROLES = {
    Role.ADMIN: {one.value for one in Permission},
    Role.MODERATOR: {"look", "decide", "lists"},
    Role.VIEWER: {"look"},
}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def routes(desk):
    """Endpoint, method and arguments of every route, but for the one that takes any address."""
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith("desk.") and rule.endpoint != "desk.static":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if not any(name.startswith("_") for name in rule.arguments):
                    yield rule, method


def address(desk, rule, site_id):
    """Where a route is, about a site, and for everything else about something that is not there."""
    values = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = {"UUIDConverter": UUID(ELSEWHERE), "IntegerConverter": 1}.get(kind, "x")
        if kind == "AnyConverter":
            values[name] = min(converter.items)
    if "site_id" in values:
        values["site_id"] = UUID(site_id)
    with desk.app.test_request_context(base_url="http://localhost:8080"):
        return desk.app.url_map.bind("localhost").build(rule.endpoint, values)


def entered(desk, moderator):
    """A new browser of somebody, without the costs of a password."""
    done = desk.services.people.sign_in.let_in(moderator, Place("203.0.113.0/24"))
    browser = desk.browser()
    browser.set_cookie("__Host-vestibule", done.secret, domain="localhost")
    browser.csrf = token_of(browser)
    return browser


def ask(browser, method, path):
    data = {"csrf": getattr(browser, "csrf", "")} if method == "POST" else None
    return browser.open(path, method=method, data=data, base_url=browser.base)


def test_every_route_says_who_may_use_it(desk):
    """None is left to chance, and the documentation says the same."""
    documented = {}
    for line in (ROOT / "docs/routes.md").read_text("utf-8").splitlines():
        if line.startswith("| `") and " /desk/" in line:
            route, who = (cell.strip() for cell in line.strip("|").split("|")[:2])
            documented[route.strip("`")] = who
    for rule, method in routes(desk):
        declared = rule_of(desk.app.view_functions[rule.endpoint])
        assert declared is not None, f"{rule.endpoint} needs an @allow(...)"
        shown = f"`{declared}`" if isinstance(declared, Permission) else declared.value
        path = re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule.rule)
        who = documented[f"{method} {path}"]
        assert who.startswith(shown), (rule.rule, who)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_route_keeps_out_who_may_not(desk, method):
    """Each role gets in where its permissions say so, and everywhere else a plain refusal."""
    moderators = {}
    for role, (at, site) in product(Role, (("all", None), ("here", "blog"), ("there", "news"))):
        name = f"{role}-{at}"
        moderators[role, at] = desk.services.people.add(
            f"{name}@vestibule.example", name=name, role=role, site_slug=site, password=name * 3
        )
    seen = 0
    for rule, used in routes(desk):
        if used != method:
            continue
        seen += 1
        declared = rule_of(desk.app.view_functions[rule.endpoint])
        path = address(desk, rule, desk.blog.id)
        nobody = ask(desk.browser(), method, path)
        if declared is ANYONE:
            continue
        assert nobody.status_code == 303, path
        assert nobody.headers["Location"].startswith("/desk/sign-in"), path
        for (role, at), moderator in moderators.items():
            # A browser of its own for each question, since an answer may end the session.
            answer = ask(entered(desk, moderator), method, path)
            where = f"{role} {at}: {method} {path}: {answer.status_code}"
            may = declared is SIGNED_IN or declared.value in ROLES[role]
            if at == "there" and "site_id" in rule.arguments:
                assert answer.status_code == 404, where
            elif may:
                assert REFUSAL not in answer.text, where
                assert answer.status_code < 500, where
            else:
                assert answer.status_code == 403, where
                assert REFUSAL in answer.text, where
    assert seen


def test_comments_of_another_site_are_not_found_by_their_ids(desk):
    """Whoever names their own site and a comment of another one finds nothing there."""
    comment_id = desk.comment("A remark.").rpartition("/")[2]
    moderator = desk.services.people.add(
        "mo@vestibule.example", name="Mo", role=Role.ADMIN, site_slug="blog", password="m" * 10
    )
    asked = 0
    for rule, method in routes(desk):
        if {"site_id", "comment_id"} <= rule.arguments:
            asked += 1
            path = address(desk, rule, desk.blog.id).replace(ELSEWHERE, comment_id)
            browser = entered(desk, moderator)
            data = {"csrf": browser.csrf, "version": "1", "action": "approve", "reason": "x"}
            answer = browser.open(
                path, method=method, base_url=browser.base, data=data if method == "POST" else None
            )
            assert answer.status_code in {400, 404, 422}, f"{method} {path}"
            assert "A remark." not in answer.text
    assert asked


def test_a_route_without_a_rule_is_refused_to_everybody(desk):
    """Forgetting to say who may use a page shows it to nobody."""
    view = desk.app.view_functions["desk.show_queue"]
    desk.app.view_functions["desk.show_queue"] = lambda: "secrets"
    try:
        answer = get(desk.signed_in("ada"), "/desk/")
    finally:
        desk.app.view_functions["desk.show_queue"] = view
    assert answer.status_code == 403
    assert "secrets" not in answer.text
