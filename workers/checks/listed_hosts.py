"""Domains of the lists, where links lead and as the author's web site."""

from collections.abc import Iterable

from service.core.lists import FIRED_MAX, Effect, EntryKind, ListEntry
from service.core.signals import Signal
from workers.listing import compiled
from workers.material import Material
from workers.text import SPANS_MAX

_SYMBOLS = {
    Effect.HOLD: "LINK_HELD_HOST",
    Effect.BLOCK: "LINK_BLOCKED_HOST",
    Effect.ALLOW: "LINK_ALLOWED_HOST",
}


def check_listed_hosts(material: Material) -> Iterable[Signal]:
    lists = material.subject.lists
    if not lists.of_kind(EntryKind.DOMAIN):
        return
    hosts = compiled(lists).hosts
    found: dict[Effect, list[tuple[ListEntry, tuple[int, int] | None]]] = {}
    for link in material.text.links:
        entry = hosts.find(link.host)
        if entry is not None:
            found.setdefault(entry.effect, []).append((entry, (link.start, link.end)))
    entry = hosts.find(material.author_site)
    if entry is not None:
        found.setdefault(entry.effect, []).append((entry, None))
    for effect, symbol in _SYMBOLS.items():
        some = found.get(effect, [])
        spans = tuple(span for _, span in some if span is not None)
        places = [f"{len(spans)} in the text"] if spans else []
        if len(spans) < len(some):
            places.append("the author's web site")
        if places:
            rules = dict.fromkeys(entry.id for entry, _ in some)
            yield Signal(
                symbol,
                detail=", ".join(places),
                spans=spans[:SPANS_MAX],
                rules=tuple(rules)[:FIRED_MAX],
            )
