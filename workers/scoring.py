"""The models' turn, before the checks: a batch is read at once, since that is what makes it quick.

What goes wrong with several comments is tried again with each alone, so that one that cannot be
read takes nothing from the others. Its own checks of the models' scores then fail, and hold it.
"""

from collections.abc import Callable, Iterator, Sequence

from workers.alarm import OutOfTime
from workers.attempts import attempt, limit, log_failure
from workers.material import Material
from workers.model.scores import Models

AT_ONCE_CHARACTERS = 1 << 16
"""So much text is read between two beats; it takes a few hundredths of a second."""


def score_all(
    materials: Sequence[Material],
    models: Models,
    beat: Callable[[], None],
    *,
    budget_seconds: float,
) -> None:
    """Give each of `materials` its scores; `budget_seconds` are for what is read at once."""
    for place, some in enumerate(_portions(materials)):
        if place:
            beat()
        if not _score(some, models, budget_seconds) and len(some) > 1:
            for one in some:
                beat()
                _score([one], models, budget_seconds)


def _score(materials: Sequence[Material], models: Models, budget_seconds: float) -> bool:
    with limit(budget_seconds) as alarm:
        outcome = attempt(lambda: models.score([one.text for one in materials]), alarm)
    if isinstance(outcome, (Exception, OutOfTime)):
        log_failure("the models", _named(materials), outcome)
        return False
    for material, scores in zip(materials, outcome, strict=True):
        material.read_scores = scores
    return True


def _named(materials: Sequence[Material]) -> str:
    if len(materials) == 1:
        return f"comment {materials[0].subject.draft.id}"
    return f"a batch of {len(materials)} comments"


def _portions(materials: Sequence[Material]) -> Iterator[Sequence[Material]]:
    portion: list[Material] = []
    characters = 0
    for material in materials:
        length = len(material.text.written)
        if portion and characters + length > AT_ONCE_CHARACTERS:
            yield portion
            portion, characters = [], 0
        portion.append(material)
        characters += length
    if portion:
        yield portion
