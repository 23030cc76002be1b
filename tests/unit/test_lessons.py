"""Which lessons follow from a comment's record, and which of a site's lessons count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.core.decisions import Actor, Decision
from service.core.learning import latest, lessons_from
from service.core.lessons import LESSONS_MAX, LESSONS_MAX_PER_DAY, Label, Lesson
from service.core.states import State

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def record(*steps: tuple[Actor, State] | tuple[Actor, State, int]) -> list[Decision]:
    """Decisions one after the other, each with who, what, and the number of an edit."""
    made, states = [], {}
    for place, (actor, to_state, *rest) in enumerate(steps):
        revision = rest[0] if rest else 0
        made.append(
            Decision(
                id=f"{place:03}",
                comment_id="comment",
                site_id="site",
                from_state=states.get(revision, State.PENDING),
                to_state=to_state,
                actor=actor,
                moderator_id="ada" if actor is Actor.MODERATOR else None,
                at=NOW + timedelta(minutes=place),
                revision=revision,
            )
        )
        states[revision] = to_state
    return made


def taught(*steps) -> dict[int, Label]:
    return {one.revision: one.label for one in lessons_from(record(*steps))}


CHECKS, PERSON, AUTHOR = Actor.CHECKS, Actor.MODERATOR, Actor.AUTHOR


def test_only_people_teach() -> None:
    """A verdict of the checks is no lesson, or the filter would believe its own mistakes."""
    assert taught((CHECKS, State.SPAM)) == {}
    assert taught((CHECKS, State.HELD), (PERSON, State.APPROVED)) == {0: Label.OK}
    assert taught((CHECKS, State.APPROVED), (PERSON, State.SPAM)) == {0: Label.SPAM}
    assert taught((CHECKS, State.APPROVED), (PERSON, State.REJECTED)) == {0: Label.ABUSE}


def test_the_last_word_counts() -> None:
    """A moderator who changes their mind has taught one thing, not two."""
    (found,) = lessons_from(
        record((CHECKS, State.HELD), (PERSON, State.SPAM), (PERSON, State.APPROVED))
    )
    assert (found.label, found.decision_id, found.teacher_id) == (Label.OK, "002", "ada")


def test_sent_back_to_wait_is_unlearned() -> None:
    """A decision that is taken back leaves nothing."""
    assert taught((CHECKS, State.APPROVED), (PERSON, State.SPAM), (PERSON, State.HELD)) == {}


def test_deleting_and_restoring_say_nothing() -> None:
    """Much is deleted that is neither spam nor abuse, and what comes back is what it was."""
    assert taught((CHECKS, State.APPROVED), (PERSON, State.DELETED)) == {}
    steps = ((CHECKS, State.HELD), (PERSON, State.SPAM), (PERSON, State.DELETED))
    assert taught(*steps) == {0: Label.SPAM}
    assert taught(*steps, (PERSON, State.SPAM)) == {0: Label.SPAM}
    assert taught((CHECKS, State.APPROVED), (AUTHOR, State.DELETED), (PERSON, State.APPROVED)) == {}


def test_of_an_erased_comment_nothing_is_left() -> None:
    """The right to be erased includes what was learned."""
    assert taught((PERSON, State.SPAM), (Actor.SYSTEM, State.ERASED)) == {}


def test_each_text_of_a_comment_has_its_own_label() -> None:
    """A decision is about the text that was shown then, or about the edit that it names."""
    assert taught(
        (CHECKS, State.HELD), (PERSON, State.APPROVED),
        (CHECKS, State.HELD, 2), (PERSON, State.SPAM, 2),
    ) == {0: Label.OK, 2: Label.SPAM}  # fmt: skip
    assert taught(
        (CHECKS, State.HELD), (PERSON, State.APPROVED),
        (CHECKS, State.APPROVED, 2), (PERSON, State.SPAM),
    ) == {0: Label.OK, 2: Label.SPAM}  # fmt: skip


def lesson(number: int, label: Label | None = Label.SPAM, **given) -> Lesson:
    made = Lesson("site", f"{number:06}", 0, label, f"t{number % 20}", f"{number:06}", NOW)
    return replace(made, **given)


def test_the_latest_of_each_label_count() -> None:
    """A filter cannot outgrow its bound, and many of one label do not push another out."""
    old = [lesson(number, Label.OK) for number in range(10)]
    new = [lesson(number) for number in range(10, LESSONS_MAX + 110)]
    kept = latest([*old, *new])
    assert sum(one.label is Label.OK for one in kept) == 10
    assert sum(one.label is Label.SPAM for one in kept) == LESSONS_MAX
    assert "000010" not in {one.comment_id for one in kept}


def test_one_moderator_has_a_limit_for_each_day() -> None:
    """A flood by one cannot push out what others have taught."""
    others = [lesson(number, teacher_id="bob") for number in range(300)]
    flood = [lesson(number, teacher_id="eve") for number in range(300, 300 + 3 * LESSONS_MAX)]
    kept = latest([*others, *flood, lesson(99_999, Label.OK)])
    assert sum(one.teacher_id == "bob" for one in kept) == 300
    assert sum(one.teacher_id == "eve" for one in kept) == LESSONS_MAX_PER_DAY
