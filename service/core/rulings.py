"""Rulings: what a moderator has decided about a campaign, and about all of it that still arrives.

Variants chain, so whoever writes a text between a campaign and an honest comment joins the two. A
ruling is therefore not about a chain, but about the texts that the moderator saw: what arrives is
compared with those, and what is only a little like them waits for a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from service.core.campaigns import CHAINED_AT_LEAST, MEMBERS_MIN
from service.core.copies import Fingerprint, resemblance
from service.core.decisions import Action
from service.core.ruled import Likeness, Ruled

SURE_AT_LEAST = 0.3
"""Of one text that was ruled on. Texts a fourth of whose words were swapped have it, honest ones of
one subject do not: of 5,000 comments of five sites none had it of another by chance."""

TEXTS_MAX = 50
"""So many texts of a campaign stand for it, spread over the time in which it came."""

KEYS = 8
"""As in `Fingerprint.keys`: the smallest numbers of a sketch."""

_Member = TypeVar("_Member")

RULINGS = (Action.APPROVE, Action.SPAM, Action.REJECT)
"""What can be ruled, the mildest first."""


@dataclass(frozen=True, slots=True)
class RuledText:
    comment_id: str
    digest: int
    sketch: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """Holds until somebody ends it. `campaign_id` is what the campaign was called then."""

    id: str
    site_id: str
    campaign_id: str
    action: Action
    created_at: datetime
    moderator_id: str
    moderator_name: str = ""
    reason: str = ""
    note: str = ""
    ended_at: datetime | None = None
    ended_by: str | None = None
    taken_back: bool = False
    texts: tuple[RuledText, ...] = ()


@dataclass(frozen=True, eq=False)
class Rulings:
    """Those that are in force on a site, ready to be asked."""

    rulings: tuple[Ruling, ...] = ()
    _by_digest: dict[int, list[Ruling]] = field(init=False, repr=False)
    _by_key: dict[int, list[tuple[Ruling, RuledText]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_digest: dict[int, list[Ruling]] = defaultdict(list)
        by_key: dict[int, list[tuple[Ruling, RuledText]]] = defaultdict(list)
        for ruling in self.rulings:
            for text in ruling.texts:
                by_digest[text.digest].append(ruling)
                for key in text.sketch[:KEYS]:
                    by_key[key].append((ruling, text))
        # The one way to keep something in a frozen record that it makes of its fields.
        object.__setattr__(self, "_by_digest", dict(by_digest))
        object.__setattr__(self, "_by_key", dict(by_key))

    def about(self, fingerprint: Fingerprint) -> Ruled | None:
        """What is ruled about a text, in time that does not grow with the number of rulings."""
        if not self.rulings or not fingerprint.sketch:
            return None
        found: dict[str, tuple[Ruling, Likeness]] = {
            one.id: (one, Likeness.EXACT) for one in self._by_digest.get(fingerprint.digest, ())
        }
        for ruling, likeness in self._alike(fingerprint):
            if ruling.action is not Action.APPROVE:
                found.setdefault(ruling.id, (ruling, likeness))
        return _concluded(list(found.values()))

    def _alike(self, fingerprint: Fingerprint) -> Iterable[tuple[Ruling, Likeness]]:
        compared: dict[tuple[str, str], float] = {}
        by_id: dict[str, Ruling] = {}
        for key in fingerprint.keys:
            for ruling, text in self._by_key.get(key, ()):
                by_id[ruling.id] = ruling
                place = (ruling.id, text.comment_id)
                if place not in compared:
                    compared[place] = resemblance(
                        fingerprint.sketch, text.sketch, at_least=CHAINED_AT_LEAST
                    )
        alike: Mapping[str, list[float]] = defaultdict(list)
        for (ruling_id, _), index in compared.items():
            if index:
                alike[ruling_id].append(index)
        for ruling_id, indexes in alike.items():
            sure = max(indexes) >= SURE_AT_LEAST or len(indexes) >= MEMBERS_MIN
            yield by_id[ruling_id], Likeness.SURE if sure else Likeness.SOME


NO_RULINGS = Rulings()


def _concluded(found: Sequence[tuple[Ruling, Likeness]]) -> Ruled | None:
    if not found:
        return None
    certain = [one for one in found if one[1] is not Likeness.SOME] or list(found)
    # The latest speaks for those that say the same, the strictest for those that refuse.
    ruling, likeness = max(
        certain, key=lambda one: (RULINGS.index(one[0].action), one[0].created_at)
    )
    actions = {one.action is Action.APPROVE for one, _ in certain}
    return Ruled(
        action=ruling.action,
        likeness=likeness,
        by=ruling.moderator_name,
        at=ruling.created_at,
        rules=tuple(one.id for one, _ in certain),
        disputed=len(actions) > 1,
    )


def spread(members: Sequence[_Member], limit: int = TEXTS_MAX) -> Sequence[_Member]:
    """So many of them, evenly, the first and the last among them."""
    if len(members) <= limit:
        return members
    step = (len(members) - 1) / (limit - 1)
    return [members[round(place * step)] for place in range(limit)]
