"""What a check gets to see."""

from dataclasses import dataclass
from functools import cached_property

from service.core.comment import Subject
from workers.text import Text
from workers.wording import Wording


@dataclass(frozen=True)
class Material:
    """One comment: its circumstances (`subject`), and its texts, read once for all checks."""

    subject: Subject

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
