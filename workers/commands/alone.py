"""Comments without an installation: a text and what its line says of the author, nothing else.

All circumstances are such that they count neither for nor against: the form's token is there, the
author is known, nothing was posted before. What is left is what the checks see in the words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.core.comment import (
    AuthorHistory,
    DoorFacts,
    Draft,
    Rates,
    Subject,
    TokenFact,
    TokenState,
    normalise_newlines,
)
from service.core.copies import NO_COPIES
from service.core.policy import Verdict, decide
from service.core.rules import Policy
from service.core.signals import Signal
from service.core.site import Site, SiteSettings
from service.core.states import State
from workers.commands.lines import BadLine, Line, portions, text_field
from workers.model.scores import Scores
from workers.pipeline import Pipeline

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_FACTS = DoorFacts(token=TokenFact(TokenState.VALID, 60.0), origin_given=True)
_SITE = Site("site", "alone", "", (), SiteSettings(), 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """A line and what came of it; `scores` is None where the models failed."""

    line: Line
    verdict: Verdict
    scores: Scores | None
    signals: Sequence[Signal]


def judge(
    path: Path, pipeline: Pipeline, policy: Policy, *, label: str
) -> Iterator[list[Line | Judged]]:
    """Portions of a file's lines in their order; a line that cannot be read comes as it is."""
    for portion in portions(path, label=label):
        subjects = {}
        faulty = {}
        for line in portion:
            try:
                if line.fault is None:
                    subjects[line.number] = subject(line)
            except BadLine as error:
                faulty[line.number] = Line(line.number, {}, str(error).partition(": ")[2])
        found = pipeline.examine(list(subjects.values()), lambda: None)
        judged = {
            number: (decide(one.signals, policy), one)
            for number, one in zip(subjects, found, strict=True)
        }
        result: list[Line | Judged] = []
        for line in portion:
            if line.number in judged:
                verdict, one = judged[line.number]
                result.append(Judged(line, verdict, one.scores, one.signals))
            else:
                result.append(faulty.get(line.number, line))
        yield result


def subject(line: Line) -> Subject:
    """Raises `BadLine` for fields that are no strings."""
    draft = Draft(
        id=f"line {line.number}",
        site_id="site",
        thread_id="thread",
        contact_id=None,
        network_hash=b"",
        author_name=text_field(line, "author_name") or "",
        author_url=text_field(line, "author_url"),
        content=normalise_newlines(text_field(line, "text") or ""),
        facts=_FACTS,
        created_at=_NOW,
        attempt=1,
    )
    text_field(line, "author_email")
    return Subject(draft, _SITE, AuthorHistory({State.APPROVED: 1}), Rates(), NO_COPIES, _NOW)
