"""Names of lists: whoever signs so, however the name is spelled to look the same."""

from collections.abc import Iterable

from service.core.lists import ListEntry, own_first
from workers.text import read
from workers.text.lookalikes import in_ascii

_SAME_LOOK = str.maketrans("1i0", "llo")


class NameMatcher:
    def __init__(self, entries: Iterable[ListEntry]) -> None:
        found: dict[str, list[ListEntry]] = {}
        for entry in entries:
            found.setdefault(look_of(entry.value), []).append(entry)
        found.pop("", None)
        self._by_look = {look: own_first(some) for look, some in found.items()}

    def find(self, name: str) -> ListEntry | None:
        return self._by_look.get(look_of(name)) if self._by_look else None


def look_of(name: str) -> str:
    """What two names have in common that look the same: the letters of all alphabets that resemble
    an ASCII one are that, and signs and spaces are nothing.
    """
    letters = "".join(one for one in read(name) if one.isalnum())
    return in_ascii(letters, tall="l").casefold().translate(_SAME_LOOK)
