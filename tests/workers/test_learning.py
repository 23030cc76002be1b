"""A site's filter in a whole service: taught by decisions, asked by the next screening."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest
from lecture import text_of
from running import clean_environment, run_vestibule
from working import Visitors

from service import wiring
from service.core.decisions import Action, Actor, Decision
from service.core.lessons import Label
from service.core.people import Membership, Moderator, Role
from service.core.states import State
from service.settings import Settings
from service.usecases.learn import learn
from service.usecases.moderate import Judgement
from service.wiring import Services

OK, SPAM, ABUSE = Label.OK, Label.SPAM, Label.ABUSE
ACTIONS = {OK: Action.APPROVE, SPAM: Action.SPAM, ABUSE: Action.REJECT}


class School:
    """A site that holds every comment, and a moderator who decides about them."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.visitors = Visitors(services, hold_all=True)
        # Nothing is refused by the checks, so that everything is left to the moderator.
        services.set_policy("news", "[thresholds]\nspam.spam = 1\nabuse.rejected = 1\n")
        self.ada = Moderator(services.new_id(), "Ada", (Membership(Role.ADMIN),))

    def post(self, texts: list[str]) -> list[str]:
        ids = self.visitors.post_all(texts)
        self.services.screen(self.visitors.items(ids))
        return ids

    def decide(self, comment_id: str, action: Action) -> None:
        with self.services.store.read() as tx:
            head = tx.head(self.visitors.site.id, comment_id)
        assert head is not None
        judgement = Judgement(head.site_id, comment_id, action, head.version)
        self.services.decide(judgement, self.ada)

    def teach(self, **numbers: int) -> dict[Label, list[str]]:
        """So many different comments of each label, decided in a mixed order."""
        taught: dict[Label, list[str]] = {}
        for label in Label:
            texts = [text_of(label, seed) for seed in range(numbers.get(label.value, 0))]
            taught[label] = self.post(texts)
        mixed = [(one, label) for label, ids in taught.items() for one in ids]
        Random(3).shuffle(mixed)
        for comment_id, label in mixed:
            self.decide(comment_id, ACTIONS[label])
        return taught

    def asked(self, label: Label, seed: int) -> set[str]:
        """What the filter says of a new comment."""
        [comment_id] = self.post([text_of(label, seed)])
        return {one for one in self.visitors.signals(comment_id) if one.startswith("SITE_FILTER")}

    def digest(self) -> str:
        site_id = self.visitors.site.id
        return self.services.filters([site_id])[site_id].digest()


@pytest.fixture
def school(services: Services) -> School:
    return School(services)


@pytest.fixture
def another(services: Services) -> Iterator[Callable[..., Services]]:
    """Other processes' services on the same database, with other settings where wanted."""
    made: list[Services] = []

    def build(**changes: object) -> Services:
        settings: Settings = replace(services.settings, **changes)
        made.append(wiring.build(settings))
        return made[-1]

    yield build
    for one in made:
        one.close()


def test_what_moderators_decide_is_known_at_the_next_screening(school: School) -> None:
    """Nothing is said before there is proof; then new spam, abuse and honest comments are told."""
    assert school.asked(SPAM, 5_000) == set()
    school.teach(ok=40, spam=40, abuse=40)
    assert school.asked(SPAM, 5_001) == {"SITE_FILTER_SPAM"}
    assert school.asked(ABUSE, 5_002) == {"SITE_FILTER_ABUSE"}
    assert school.asked(OK, 5_003) == {"SITE_FILTER_OK"}


def test_a_decision_taken_back_is_unlearned_to_the_last_digit(school: School) -> None:
    """A comment that is sent back to wait leaves the filter as it was before it was decided."""
    school.teach(ok=30, spam=30)
    before = school.digest()
    [comment_id] = school.post([text_of(OK, 900)])
    school.decide(comment_id, Action.SPAM)
    assert school.digest() != before
    site_id = school.visitors.site.id
    with school.services.store.write() as tx:
        head = tx.head(site_id, comment_id)
        taken_back = Decision(
            id=school.services.new_id(),
            comment_id=comment_id,
            site_id=site_id,
            from_state=head.state,
            to_state=State.HELD,
            actor=Actor.MODERATOR,
            moderator_id=school.ada.id,
            at=school.services.clock(),
        )
        assert tx.move(head, taken_back)
        assert learn(tx, site_id, comment_id)
    assert school.digest() == before


def test_a_mind_that_is_changed_teaches_one_thing(school: School) -> None:
    """Ten honest comments marked as spam and put right again are ten honest ones."""
    taught = school.teach(ok=30, spam=30)
    for one in taught[OK][:10]:
        school.decide(one, Action.SPAM)
    site_id = school.visitors.site.id
    assert school.services.filters([site_id])[site_id].counts() == {OK: 20, SPAM: 40, ABUSE: 0}
    for one in taught[OK][:10]:
        school.decide(one, Action.APPROVE)
    assert school.services.filters([site_id])[site_id].counts() == {OK: 30, SPAM: 30, ABUSE: 0}


def test_a_rebuild_from_the_record_gives_the_same_filter(school: School) -> None:
    """Every lesson is derived and every text read again, and not a digit is different."""
    school.teach(ok=30, spam=30, abuse=25)
    before = school.digest()
    steps: list[int] = []
    rebuilt = school.services.rebuild_filter(school.visitors.site.id, advance=steps.append)
    assert (rebuilt.comments, rebuilt.mended, rebuilt.same) == (85, 0, True)
    assert sum(steps) == 85
    assert school.digest() == before


def test_a_rebuild_mends_what_is_not_in_the_record(school: School) -> None:
    """Lessons that were lost come back, and it is said that they had been."""
    taught = school.teach(ok=25, spam=25)
    before = school.digest()
    lost = school.services.store
    with lost.write() as tx:
        for one in taught[SPAM][:5]:
            tx.keep_lessons(school.visitors.site.id, one, [])
    assert school.digest() != before
    rebuilt = school.services.rebuild_filter(school.visitors.site.id)
    assert (rebuilt.mended, rebuilt.same) == (5, False)
    assert school.digest() == before


def test_a_reset_filter_is_silent_and_all_of_the_record_brings_it_back(school: School) -> None:
    """What was taught before the reset does not come back by itself."""
    school.teach(ok=30, spam=30)
    before = school.digest()
    site_id = school.visitors.site.id
    school.services.rebuild_filter.reset(site_id)
    assert school.asked(SPAM, 5_000) == set()
    assert school.services.rebuild_filter(site_id).mended == 0
    assert school.asked(SPAM, 5_001) == set()
    assert school.services.rebuild_filter(site_id, whole=True).mended == 60
    assert school.digest() == before
    assert school.asked(SPAM, 5_002) == {"SITE_FILTER_SPAM"}


def test_another_secret_only_makes_the_texts_be_read_again(school: School, another) -> None:
    """Features are numbered under a key; with a new one nothing that was taught is lost."""
    school.teach(ok=30, spam=30)
    old = school.services.settings
    renewed = another(secret_key="another-secret-" * 3, retired_secret_keys=(old.secret_key,))
    site_id = school.visitors.site.id
    found = renewed.filters([site_id])[site_id]
    assert found.speaks
    assert found.counts() == school.services.filters([site_id])[site_id].counts()
    assert found.digest() != school.digest()


def test_two_processes_have_the_same_filter(school: School, another) -> None:
    """One that followed each lesson, and one that starts only now."""
    site_id = school.visitors.site.id
    taught = school.teach(ok=25, spam=25)
    follower = another()
    assert follower.filters([site_id])[site_id].digest() == school.digest()
    school.decide(taught[OK][0], Action.SPAM)
    school.decide(taught[SPAM][0], Action.DELETE)
    assert follower.filters([site_id])[site_id].digest() == school.digest()
    assert another().filters([site_id])[site_id].digest() == school.digest()


def test_a_filter_is_made_again_only_when_it_has_learned(school: School) -> None:
    """Between two decisions all batches share one, whoever else posts or is screened."""
    site_id = school.visitors.site.id
    school.teach(ok=21, spam=21)
    [comment_id] = school.post([text_of(SPAM, 7_000)])
    kept = school.services.filters([site_id])[site_id]
    school.post([text_of(SPAM, 7_001)])
    assert school.services.filters([site_id])[site_id] is kept
    school.decide(comment_id, Action.DELETE)
    assert school.services.filters([site_id])[site_id] is kept, "deleting teaches nothing"
    [comment_id] = school.post([text_of(SPAM, 7_002)])
    school.decide(comment_id, Action.SPAM)
    assert school.services.filters([site_id])[site_id] is not kept


DECIDE = """
import sys
from service import settings, wiring
from service.core.decisions import Action, Actor, Decision
from service.core.people import Membership, Moderator, Role
from service.usecases.learn import learn
from service.usecases.moderate import Judgement
services = wiring.build(settings.load())
site_id, name, *ids = sys.argv[1:]
moderator = Moderator(services.new_id(), name, (Membership(Role.ADMIN),))
for place, comment_id in enumerate(ids):
    with services.store.read() as tx:
        head = tx.head(site_id, comment_id)
    action = Action.SPAM if place % 2 else Action.APPROVE
    services.decide(Judgement(site_id, comment_id, action, head.version), moderator)
services.close()
"""


def test_processes_that_teach_at_once_lose_nothing(school: School) -> None:
    """Four processes decide about different comments of one site; the filter has all lessons."""
    ids = school.post([text_of(OK, seed) for seed in range(80)])
    settings = school.services.settings
    environment = clean_environment(
        VESTIBULE_DATABASE_URL=settings.database_url,
        VESTIBULE_REDIS_URL=settings.redis_url,
        VESTIBULE_SECRET_KEY=settings.secret_key,
    )
    site_id = school.visitors.site.id
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", DECIDE, site_id, f"m{one}", *ids[one::4]], env=environment
        )
        for one in range(4)
    ]
    while any(one.poll() is None for one in processes):
        # Screening goes on meanwhile, and reads what has been taught so far.
        school.services.filters([site_id])
    assert [one.wait() for one in processes] == [0] * 4
    followed = school.digest()
    assert school.services.filters([site_id])[site_id].counts() == {OK: 40, SPAM: 40, ABUSE: 0}
    rebuilt = school.services.rebuild_filter(site_id)
    assert (rebuilt.mended, rebuilt.same) == (0, True)
    assert school.digest() == followed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_commands_show_rebuild_and_reset(school: School) -> None:
    """An operator sees what was learned and proved, and that it follows from the record."""
    settings = school.services.settings
    environment = {
        "VESTIBULE_DATABASE_URL": settings.database_url,
        "VESTIBULE_SECRET_KEY": settings.secret_key,
    }

    def run(*arguments: str) -> str:
        ended = run_vestibule("filter", *arguments, "--site", "news", **environment)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    assert "learned nothing yet" in run("show")
    school.teach(ok=40, spam=40)
    school.digest()
    shown = run("show")
    assert "Learned from 40 approved, 40 spam and 0 rejected comments." in shown
    assert "Spam: tested on" in shown
    assert "Abuse: says nothing yet" in shown
    rebuilt = run("rebuild")
    assert "80 comments; 0 were mended" in rebuilt
    assert "exactly what it was" in rebuilt
    assert "forgotten" in run("reset", "--yes")
    assert "says nothing yet" in run("show")
    missing = run_vestibule("filter", "show", "--site", "nowhere", **environment)
    assert missing.returncode == 2
    assert "There is no site nowhere" in missing.stderr
