"""The site's own list of domains that it wants no links to."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.text import SPANS_MAX, Host
from workers.text.hosts import ascii_host


def check_blocked_hosts(material: Material) -> Iterable[Signal]:
    blocked = frozenset(map(ascii_host, material.subject.site.settings.blocked_domains))
    if not blocked:
        return
    spans = [
        (one.start, one.end)
        for one in material.text.links
        if one.host is not None and _is_blocked(one.host, blocked)
    ]
    places = [f"{len(spans)} in the text"] if spans else []
    if material.author_site is not None and _is_blocked(material.author_site, blocked):
        places.append("the author's web site")
    if places:
        yield Signal("LINK_BLOCKED_HOST", detail=", ".join(places), spans=tuple(spans[:SPANS_MAX]))


def _is_blocked(host: Host, blocked: frozenset[str]) -> bool:
    # Label by label from the left, so that "notexample.com" is not below "example.com".
    rest = host.name
    while rest not in blocked:
        _, dot, rest = rest.partition(".")
        if not dot:
            return False
    return True
