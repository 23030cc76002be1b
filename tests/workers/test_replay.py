"""Replay: what a draft policy would have concluded, from the record and from the texts."""

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from working import FRIENDLY, Visitors, run_sql

from service.cli import main
from service.core.decisions import Action
from service.core.errors import InvalidPolicy, NotFound
from service.core.lists import Effect, EntryKind
from service.core.people import Role
from service.core.policy import packaged_text
from service.core.site import SiteSettings
from service.core.site_policy import PolicyKind, SitePolicy
from service.core.states import State
from service.usecases.moderate import Judgement
from service.usecases.replay import Outcome, Tally
from service.wiring import Services

LINKS = "http://a.example " * 6
LENIENT = "[symbols]\nMANY_LINKS.points = 0.5\nMOSTLY_LINKS.points = 0\n"
APPROVED, HELD, SPAM = State.APPROVED, State.HELD, State.SPAM


@pytest.fixture
def visitors(services: Services) -> Visitors:
    return Visitors(services)


def replayed(visitors: Visitors, draft: str, **given: Any) -> dict[tuple[str, int], Outcome]:
    """By comment and revision, page by page of two."""
    given = {"slug": None, "days": None, "rescreen": False} | given
    made = replace(visitors.services.prepare_replay(draft, **given), page_size=2)
    outcomes = {(one.comment_id, one.revision): one for one in made}
    assert len(outcomes) == made.total
    return outcomes


def states(outcomes: dict[tuple[str, int], Outcome]) -> list[tuple[State, State]]:
    return [(one.recorded.state, one.drafted.state) for one in outcomes.values()]


def judge(visitors: Visitors, comment_id: str, action: Action) -> None:
    services = visitors.services
    moderator = services.people.add(
        f"{comment_id}@news.example",
        name="",
        role=Role.ADMIN,
        site_slug=None,
        password="long enough",
    )
    with services.store.read() as tx:
        head = tx.head(visitors.site.id, comment_id)
    assert head is not None
    services.decide(Judgement(visitors.site.id, comment_id, action, head.version), moderator)


def test_the_same_policy_flips_nothing(visitors: Visitors) -> None:
    """The record leads to what was recorded, page after page, and with the texts looked at anew."""
    texts = [FRIENDLY, LINKS, FRIENDLY, "BUY NOW AND SEE ALL OF IT " * 4, f"{LINKS} again"]
    ids = visitors.post_all(texts)
    visitors.services.screen(visitors.items(ids))
    for rescreen in (False, True):
        outcomes = replayed(visitors, "", rescreen=rescreen)
        assert [key for key, _ in outcomes] == ids
        for outcome in outcomes.values():
            assert not outcome.flips
            assert outcome.changes() == []
            assert outcome.recorded.spam == outcome.drafted.spam
            assert outcome.recorded.contributions == outcome.drafted.contributions


def test_flips_come_with_their_reasons_and_what_moderators_said(visitors: Visitors) -> None:
    """From and to, both sums, what changed in between, and which policy the rulings favour."""
    ids = visitors.post_all([LINKS, f"{LINKS} too", FRIENDLY])
    visitors.services.screen(visitors.items(ids))
    judge(visitors, ids[0], Action.APPROVE)
    judge(visitors, ids[1], Action.SPAM)
    judge(visitors, ids[2], Action.DELETE)
    outcomes = replayed(visitors, LENIENT)
    assert states(outcomes) == [(HELD, APPROVED), (HELD, APPROVED), (APPROVED, APPROVED)]
    first = outcomes[ids[0], 0]
    assert {symbol: new for symbol, _, new in first.changes()} == {
        "MANY_LINKS": 0.5, "MOSTLY_LINKS": 0.0,
    }  # fmt: skip
    assert first.recorded.spam.log_odds > 0 > first.drafted.spam.log_odds
    assert [one.ruling for one in outcomes.values()] == [APPROVED, SPAM, None]
    tally = Tally()
    for outcome in outcomes.values():
        tally.add(outcome)
    assert tally.flips == {(HELD, APPROVED): 2}
    assert (tally.recorded.agrees, tally.recorded.disagrees, tally.recorded.left) == (0, 0, 2)
    assert (tally.drafted.agrees, tally.drafted.disagrees, tally.drafted.left) == (1, 1, 0)


def test_a_draft_is_for_all_sites_for_one_or_for_the_packaged_policy(visitors: Visitors) -> None:
    """One with a version replaces ours, and what a site has set lies over it."""
    services = visitors.services
    other = services.add_site(
        "blog", name="Blog", origins=["https://news.example"], settings=SiteSettings()
    )
    services.set_policy("blog", "[thresholds.spam]\nspam = 1\n")
    mine, theirs = visitors.post(LINKS), visitors.post(LINKS, site=other)
    services.screen([visitors.item(mine), replace(visitors.item(theirs), site_id=other.id)])
    assert states(replayed(visitors, LENIENT)) == [(HELD, APPROVED)] * 2
    assert list(replayed(visitors, LENIENT, slug="blog")) == [(theirs, 0)]
    strict = packaged_text().replace("spam = 0.995", "spam = 0.6").replace('"2"', '"3"')
    found = replayed(visitors, strict)
    assert (found[mine, 0].drafted.state, found[theirs, 0].drafted.state) == (SPAM, HELD)
    assert found[mine, 0].drafted.policy_version == "3"
    assert found[theirs, 0].drafted.policy_version == "3+1"
    with pytest.raises(NotFound):
        replayed(visitors, LENIENT, slug="nowhere")
    with pytest.raises(InvalidPolicy, match="no check reports"):
        replayed(visitors, "[symbols.GONE]\npoints = 1")
    with pytest.raises(InvalidPolicy, match="of blog does not fit"):
        services.set_policy("blog", "[symbols.SHOUTING]\npoints = 1\n")
        replayed(visitors, strict.replace("[symbols.SHOUTING]", "[symbols.LOUD]"))


def test_a_symbol_out_of_shadow_counts_in_the_replay(visitors: Visitors) -> None:
    """That is what it was recorded for."""
    visitors.services.set_policy(
        "news", "[symbols.MANY_LINKS]\nshadow = true\n[symbols.MOSTLY_LINKS]\npoints = 0.5\n"
    )
    posted = visitors.post(LINKS)
    visitors.services.screen([visitors.item(posted)])
    [outcome] = replayed(visitors, "").values()
    assert (outcome.recorded.state, outcome.drafted.state) == (APPROVED, HELD)
    assert next(change[:2] for change in outcome.changes()) == ("MANY_LINKS", None)


def test_composites_are_made_anew(visitors: Visitors) -> None:
    """One of the policy of then is not taken for something that was seen."""
    composite = (
        '[composites.NEW_LINKS]\nall = ["FIRST_TIME_AUTHOR", "MANY_LINKS"]\n'
        'points = 5.0\ngroup = "campaign"\nsentence = "Both."\n'
    )
    visitors.services.set_policy("news", composite)
    posted = visitors.post(LINKS)
    visitors.services.screen([visitors.item(posted)])
    [outcome] = replayed(visitors, "").values()
    assert (outcome.recorded.state, outcome.drafted.state) == (SPAM, HELD)
    assert outcome.changes() == [("NEW_LINKS", 5.0, None)]


def test_a_policy_that_could_not_be_used_is_nothing_against_the_draft(visitors: Visitors) -> None:
    """Its comments were held for it, and would not be now."""
    services = visitors.services
    gone = SitePolicy(
        visitors.site.id, 1, PolicyKind.LIVE, "[symbols.GONE]\npoints = 1", "", services.clock()
    )
    with services.store.write() as tx:
        assert tx.add_policy(gone)
    services.screen([visitors.item(visitors.post())])
    assert states(replayed(visitors, "")) == [(HELD, APPROVED)]


def test_texts_are_checked_anew_and_the_moment_is_kept(visitors: Visitors) -> None:
    """A list that the site has got since counts, and a copy of then is still one."""
    services = visitors.services
    long_text = f"{FRIENDLY} {FRIENDLY.replace('bread', 'cake')}"
    ids = visitors.post_all([long_text, long_text])
    services.screen(visitors.items(ids))
    visitors.enlist(EntryKind.WORD, Effect.HOLD, "cake")
    assert states(replayed(visitors, "")) == [(APPROVED, APPROVED), (HELD, HELD)]
    run_sql(services, "DELETE FROM copies")
    outcomes = replayed(visitors, "", rescreen=True)
    assert states(outcomes) == [(APPROVED, HELD), (HELD, HELD)]
    assert [one.changes()[0][0] for one in outcomes.values()] == ["HELD_WORD", "HELD_WORD"]
    symbols = {one.signal.symbol for one in outcomes[ids[1], 0].drafted.contributions}
    assert {"COPIED_TEXT", "FIRST_TIME_AUTHOR"} <= symbols


def test_each_text_of_an_edited_comment_is_judged_as_it_was(visitors: Visitors) -> None:
    """The first one by itself, though readers see the second."""
    services = visitors.services
    posted = visitors.post("An ordinary comment.")
    services.screen([visitors.item(posted)])
    services.edit(visitors.site, posted, "An ordinary marmalade comment.", ip="198.51.100.23")
    services.screen([replace(visitors.item(posted), revision=2)])
    visitors.enlist(EntryKind.WORD, Effect.HOLD, "marmalade")
    outcomes = replayed(visitors, "", rescreen=True)
    assert list(outcomes) == [(posted, 0), (posted, 2)]
    assert states(outcomes) == [(APPROVED, APPROVED), (APPROVED, HELD)]


def test_only_the_last_days_are_replayed_where_so_wished(visitors: Visitors) -> None:
    """What was judged before is left out, of the total as well."""
    ids = visitors.post_all([FRIENDLY, LINKS])
    visitors.services.screen(visitors.items(ids))
    assert len(replayed(visitors, LENIENT, days=1)) == 2
    old = (
        "2020-01-01 00:00:00+00:00" if "postgres" in visitors.services.settings.database_url else 0
    )
    run_sql(visitors.services, "UPDATE decisions SET at = :old", old=old)
    assert replayed(visitors, LENIENT, days=1) == {}
    assert len(replayed(visitors, LENIENT)) == 2


# -- the command -----------------------------------------------------------------------------------


def test_the_command_lists_flips_and_sums_up(visitors: Visitors, tmp_path: Any) -> None:
    """As text and as JSON Lines, without a word of the comments, and nothing is written."""
    services = visitors.services
    environment = {
        "VESTIBULE_DATA_DIR": str(tmp_path / "data"),
        "VESTIBULE_DATABASE_URL": services.settings.database_url,
        "VESTIBULE_SECRET_KEY": services.settings.secret_key or "",
    }
    ids = visitors.post_all([LINKS, FRIENDLY])
    services.screen(visitors.items(ids))
    judge(visitors, ids[0], Action.APPROVE)

    def run(*arguments: str) -> str:
        draft = ("replay", "--policy", "-", "--site", "news", "--since", "1")
        result = CliRunner().invoke(main, [*draft, *arguments], input=LENIENT, env=environment)
        assert result.exit_code == 0, result.output
        assert "Replaying" in result.stderr
        return result.stdout

    before = [visitors.decisions(one) for one in ids]
    text = run()
    assert f"news {ids[0]}: held -> approved (spam 9" in text
    assert "by a moderator approved" in text
    assert "    MANY_LINKS 3" in text
    assert "Judged: 2. Verdicts that would flip: 1." in text
    assert "with the draft's:            1 times; 0 times not; 0 were left to them" in text
    flip, summary = map(json.loads, run("--json", "--rescreen").splitlines())
    assert (flip["comment"], flip["from"], flip["to"]) == (ids[0], "held", "approved")
    assert flip["spam"][0] > 0.7
    assert flip["spam"][1] < 0.3
    assert flip["changed"]["MANY_LINKS"][1] == 0.5
    before_sum, after_sum = flip["log_odds"]["spam"]
    changes = sum((new or 0.0) - (old or 0.0) for old, new in flip["changed"].values())
    assert after_sum - before_sum == pytest.approx(changes)
    assert flip["ruling"] == "approved"
    assert summary["summary"]["flips"] == {"held -> approved": 1}
    assert summary["summary"]["draft"] == {"agrees": 1, "disagrees": 0, "left": 0}
    assert "a.example" not in text + json.dumps(flip)
    assert [visitors.decisions(one) for one in ids] == before
