"""The second reader's turn, after the linear models and before the checks: it is asked where they
are unsure, and where a group of people is named, but only about texts in a language that it knows.

Each comment is read alone, with a time limit of its own. One that cannot be read fails in the check
that asks for what the reader made of it, and is held.
"""

from collections.abc import Callable, Sequence
from functools import cache

from workers.alarm import OutOfTime
from workers.attempts import attempt, limit, log_failure
from workers.material import Material, SecondReading
from workers.model.deep import SecondReader
from workers.model.scores import Scores

ABUSE_FROM, HATE_FROM = -0.7, -0.5
"""Evidence of the linear models from which on the reader is asked: one in ten ordinary comments."""

LANGUAGE = "en"


def ask_second(
    materials: Sequence[Material],
    reader: SecondReader,
    beat: Callable[[], None],
    *,
    budget_seconds: float,
) -> None:
    """Give those of `materials` that the reader is asked about their second reading."""
    for material in materials:
        if material.read_scores is None or not is_asked(material.read_scores, material):
            continue
        beat()
        with limit(budget_seconds) as alarm:
            outcome = attempt(lambda one=material: _read(one, reader), alarm)  # type: ignore[misc]
        if isinstance(outcome, (Exception, OutOfTime)):
            log_failure("the second reader", f"comment {material.subject.draft.id}", outcome)
            material.second = SecondReading()
        else:
            material.second = outcome


def is_asked(scores: Scores, material: Material) -> bool:
    unsure = scores.evidence("abuse") >= ABUSE_FROM or scores.evidence("hate") >= HATE_FROM
    if not unsure and not material.wording.names_a_group:
        return False
    return material.text.language in {None, LANGUAGE}


def _read(material: Material, reader: SecondReader) -> SecondReading:
    [log_odds] = reader.log_odds([material.text.read])
    carriers = cache(lambda: reader.spans(material.text.read))
    return SecondReading(
        {head: odds - reader.prior(head) for head, odds in log_odds.items()},
        lambda head: tuple(material.text.read_span(*span) for span in carriers()[head]),
    )
