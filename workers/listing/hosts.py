"""Domains of lists: which entry is about a host, or about what it stands below."""

from collections.abc import Iterable

from service.core.lists import ListEntry, by_key, own_first
from workers.text import Host
from workers.text.hosts import ascii_host


class HostMatcher:
    """The entry that names most of a host decides; of two that name as much, the site's own."""

    def __init__(self, entries: Iterable[ListEntry]) -> None:
        found: dict[str, list[ListEntry]] = {}
        for some in by_key(entries).values():
            for entry in some:
                found.setdefault(ascii_host(entry.value), []).append(entry)
        self._by_name = {name: own_first(some) for name, some in found.items()}

    def find(self, host: Host | None) -> ListEntry | None:
        if host is None or not self._by_name:
            return None
        # Label by label from the left, so that "notexample.com" is not below "example.com".
        rest = host.name
        while rest:
            found = self._by_name.get(rest)
            if found is not None:
                return found
            _, _, rest = rest.partition(".")
        return None
