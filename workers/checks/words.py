"""Words and phrases of the site's lists, and of those for all sites.

Text, name, and the host and path of the author's web site are looked at; `workers.listing.words`
says how words are found.
"""

from collections.abc import Iterable

from service.core.lists import FIRED_MAX, Effect, EntryKind
from service.core.signals import Signal
from workers.listing import Hits, compiled, host_and_path
from workers.material import Material
from workers.text import Text

_SYMBOLS = {
    Effect.HOLD: "HELD_WORD",
    Effect.BLOCK: "BLOCKED_WORD",
    Effect.ALLOW: "ALLOWED_WORD",
}


def check_words(material: Material) -> Iterable[Signal]:
    lists = material.subject.lists
    if not lists.of_kind(EntryKind.WORD):
        return
    words = compiled(lists).words
    content, name = words.find(material.text), words.find(material.name)
    site = words.find(Text(host_and_path(material.subject.draft.author_url)))
    for effect, symbol in _SYMBOLS.items():
        hits = content.get(effect, Hits())
        # How often and where; never the word, since a list may hold anything, addresses included.
        places = [f"{hits.count} in the text"] if hits.count else []
        rules = dict(hits.entries)
        for where, found in (("in the name", name), ("in the web site", site)):
            if effect in found:
                places.append(where)
                rules |= found[effect].entries
        if places:
            yield Signal(
                symbol,
                detail=", ".join(places),
                spans=hits.spans,
                rules=tuple(rules)[:FIRED_MAX],
            )
