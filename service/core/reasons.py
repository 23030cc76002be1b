"""Reasons: why a moderator took a comment away, in words for moderators and for its author.

There is a set that every site begins with. A site can put its own words over one of them, take one
out of use, and add its own. One that is out of use keeps its words, for what was decided by it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from service.core.reason_words import BUILT_IN

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What a reason's code looks like; it is stored with decisions and never changes."""

LABEL_MAX_CHARS = 60
SENTENCE_MAX_CHARS = 500
NOTE_MAX_CHARS = 500
REASONS_MAX = 40
"""So many reasons a site can have, those out of use included."""

DEFAULT_LANGUAGE = "en"
SPAM = "spam"
"""The reason of a decision for spam that names none."""


@dataclass(frozen=True, slots=True)
class ReasonText:
    """In one language: `label` is what moderators choose by, `sentence` what the author reads."""

    label: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reason:
    """`texts` by ISO 639-1 code; English is always among them."""

    code: str
    texts: Mapping[str, ReasonText]
    retired: bool = False
    own: bool = False
    """Whether the site has words of its own for it."""

    def text(self, language: str) -> ReasonText:
        """In the language that a BCP 47 tag asks for, else in English."""
        return self.texts.get(_primary(language)) or self.texts[DEFAULT_LANGUAGE]

    @property
    def label(self) -> str:
        return self.texts[DEFAULT_LANGUAGE].label


REASONS: tuple[Reason, ...] = tuple(
    Reason(code, {language: ReasonText(*pair) for language, pair in texts.items()})
    for code, texts in BUILT_IN.items()
)
"""What every site begins with, in the order of the keys that choose them."""


def site_reasons(own: Sequence[Reason]) -> Mapping[str, Reason]:
    """All reasons of a site, those out of use too: the built-in ones, then what the site added.

    A language that the site has no words in keeps the built-in ones.
    """
    found = {one.code: one for one in REASONS}
    for one in own:
        known = found.get(one.code)
        texts = {**known.texts, **one.texts} if known is not None else one.texts
        found[one.code] = replace(one, texts=texts, own=True)
    return found


def offered(reasons: Mapping[str, Reason]) -> Sequence[Reason]:
    """Those that a moderator can choose."""
    return [one for one in reasons.values() if not one.retired]


def author_sentence(code: str, own: Sequence[Reason], language: str) -> str:
    """What a comment's author is told of a decision's reason, "" where none was given."""
    found = site_reasons(own).get(code)
    return found.text(language).sentence if found is not None else ""


def _primary(tag: str) -> str:
    return tag[:64].replace("_", "-").partition("-")[0].strip().lower()


class ReasonReads(Protocol):
    def own_reasons(self, site_ids: Collection[str]) -> Mapping[str, Sequence[Reason]]:
        """What these sites have set, in their order; sites without are absent."""
        ...


class ReasonWrites(ReasonReads, Protocol):
    def keep_reason(self, site_id: str, reason: Reason) -> None:
        """Add it, or put it in the place of the one with its code."""
        ...

    def drop_reason(self, site_id: str, code: str) -> bool:
        """Go back to the built-in words. False if the site had none of its own."""
        ...
