"""Lists compared with texts: by the checks, and by the desk before an entry is saved.

It loads no models, so that a web process can have it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from service.core.comment import Draft
from service.core.copies import Fingerprint
from service.core.listing import Lister
from service.core.lists import EntryKind, ListEntry, Lists
from workers.fingerprint import fingerprint
from workers.listing.hosts import HostMatcher
from workers.listing.names import NameMatcher, look_of
from workers.listing.words import Hits, WordMatcher, host_and_path
from workers.text import Text, folded, host_of

__all__ = ["Compiled", "Hits", "build_lister", "compiled", "host_and_path"]

_LISTS_KEPT = 128


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a site's lists come to for texts; an automaton is made once for each version."""

    words: WordMatcher
    hosts: HostMatcher
    names: NameMatcher


@lru_cache(maxsize=_LISTS_KEPT)
def compiled(lists: Lists) -> Compiled:
    return Compiled(
        WordMatcher(lists.of_kind(EntryKind.WORD)),
        HostMatcher(lists.of_kind(EntryKind.DOMAIN)),
        NameMatcher(lists.of_kind(EntryKind.NAME)),
    )


class TextLister:
    """Implements `core.listing.Lister`."""

    def meets(self, draft: Draft, lists: Lists) -> Collection[str]:
        found: dict[str, None] = {}
        known = compiled(lists)
        text = Text(draft.content)
        if lists.of_kind(EntryKind.WORD):
            for one in (text, Text(draft.author_name), Text(host_and_path(draft.author_url))):
                for hits in known.words.find(one).values():
                    found.update(hits.entries)
        entries: list[ListEntry | None] = []
        if lists.of_kind(EntryKind.DOMAIN):
            hosts = [one.host for one in text.links]
            entries += [known.hosts.find(one) for one in (*hosts, host_of(draft.author_url or ""))]
        entries.append(known.names.find(draft.author_name))
        found.update(dict.fromkeys(one.id for one in entries if one is not None))
        return found.keys()

    def fingerprint(self, text: str) -> Fingerprint:
        return fingerprint(text)

    def problem_with(self, kind: EntryKind, value: str) -> str:
        if kind is EntryKind.WORD and not folded(value).strip():
            return "There is nothing in it that could be found in a text."
        if kind is EntryKind.NAME and not look_of(value):
            return "A name needs a letter or a digit."
        return ""


def build_lister() -> Lister:
    """`service.wiring` loads it by name."""
    return TextLister()
