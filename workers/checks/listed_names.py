"""Names of the lists: whoever signs so, or so that it looks the same."""

from collections.abc import Iterable

from service.core.lists import Effect, EntryKind
from service.core.signals import Signal
from workers.listing import compiled
from workers.material import Material


def check_listed_names(material: Material) -> Iterable[Signal]:
    lists = material.subject.lists
    if not lists.of_kind(EntryKind.NAME):
        return
    entry = compiled(lists).names.find(material.subject.draft.author_name)
    if entry is not None:
        symbol = "BLOCKED_NAME" if entry.effect is Effect.BLOCK else "HELD_NAME"
        yield Signal(symbol, rules=(entry.id,))
