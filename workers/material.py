"""What a check gets to see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from service.core.comment import Subject
from service.core.lists import Effect, EntryKind
from workers.listing import compiled
from workers.model.scores import Scores
from workers.text import Host, Text, host_of
from workers.wording import Wording


class Unread(Exception):
    """The models could not read this comment, so nobody may go on as if they had."""


@dataclass(frozen=True, eq=False)
class SecondReading:
    """What the second reader made of a text; without `_evidence` it was asked, and failed.

    `spans` gives, for a head, where in the text as written the words stand that carried it.
    """

    _evidence: Mapping[str, float] | None = None
    spans: Callable[[str], tuple[tuple[int, int], ...]] = lambda _head: ()

    def evidence(self, head: str) -> float:
        """The logarithm of how much likelier the text is with the label. Raises `Unread`."""
        if self._evidence is None:
            raise Unread
        return self._evidence[head]


@dataclass(eq=False)
class Material:
    """One comment: its circumstances (`subject`), its texts, read once for all checks, and what
    the models made of them, which the pipeline works out for a whole batch at once.
    """

    subject: Subject
    read_scores: Scores | None = None
    second: SecondReading | None = None

    @cached_property
    def text(self) -> Text:
        return Text(self.subject.draft.content)

    @cached_property
    def name(self) -> Text:
        """The author's name."""
        return Text(self.subject.draft.author_name)

    @cached_property
    def wording(self) -> Wording:
        """What the words of the text say of whom, for the checks of abuse."""
        return Wording(self.text)

    @cached_property
    def name_wording(self) -> Wording:
        return Wording(self.name)

    @cached_property
    def author_site(self) -> Host | None:
        """The host of the author's web site."""
        return host_of(self.subject.draft.author_url or "")

    @cached_property
    def own_hosts(self) -> tuple[Host, ...]:
        """The hosts of the site's own pages."""
        return tuple(filter(None, map(host_of, self.subject.site.origins)))

    def is_welcome(self, host: Host | None) -> bool:
        """Whether a link to `host` stays on the site, or leads where its lists say links may."""
        if host is None:
            return False
        if any(host.is_within(one.name) for one in self.own_hosts):
            return True
        if not self.subject.lists.of_kind(EntryKind.DOMAIN):
            return False
        entry = compiled(self.subject.lists).hosts.find(host)
        return entry is not None and entry.effect is Effect.ALLOW

    @property
    def scores(self) -> Scores:
        """Raises `Unread` where the models failed; the check that asks then fails with them."""
        if self.read_scores is None:
            raise Unread
        return self.read_scores
