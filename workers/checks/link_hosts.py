"""Where links lead, as far as a host's name tells: shortened, thrown away, or somebody else's look.

The lists are in `workers/lexicons/hosts.txt`. The author's own web site is looked at as well.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from service.core.signals import Signal
from workers.lexicons import sections
from workers.material import Material
from workers.text import SPANS_MAX, Host
from workers.text.lookalikes import in_ascii, script_of

LABEL_LONG = 12
"""A name as long as this is made of words, and so has vowels."""

HOSTS_MAX = 50
"""A comment with more links is held for their number."""

IMITATED_MIN_CHARS = 4
"""Shorter names are near too many others."""

_LISTS = {name: frozenset(some) for name, some in sections("hosts.txt").items()}
_VOWELS = re.compile("[aeiouy]")
_CONSONANTS = re.compile("[bcdfghjklmnpqrstvwxz]{6,}")
_SAME_LOOK = str.maketrans("01345i", "oleasl")

Place = tuple[int, int] | None


def check_link_hosts(material: Material) -> Iterable[Signal]:
    hosts = list(islice(_hosts(material), HOSTS_MAX))
    if not hosts:
        return
    own = frozenset(one.domain for one in material.own_hosts)
    short = [place for host, place in hosts if host.domain in _LISTS["shorteners"]]
    if short:
        yield Signal("LINK_SHORTENER", detail=_where(short), spans=_spans(short))
    young = [(_looks_young(host), place) for host, place in hosts]
    strongest = max(strength for strength, _ in young)
    if strongest > 0:
        places = [place for strength, place in young if strength > 0]
        yield Signal("LINK_YOUNG_LOOKING_HOST", strongest, _where(places), _spans(places))
    alike = [(imitated, place) for host, place in hosts if (imitated := _imitated(host, own))]
    if alike:
        places = [place for _, place in alike]
        yield Signal("LINK_LOOKALIKE_HOST", detail=f"like {alike[0][0]}", spans=_spans(places))


def _hosts(material: Material) -> Iterator[tuple[Host, Place]]:
    for link in material.text.links:
        if link.host is not None and not material.is_welcome(link.host):
            yield link.host, (link.start, link.end)
    site = material.author_site
    if site is not None and not material.is_welcome(site):
        yield site, None


def _looks_young(host: Host) -> float:
    """How much of what throw-away hosts have in common this one has, 0..1."""
    label, _, ending = host.domain.partition(".")
    if not ending or label.startswith("xn--"):
        return 0.0
    digits = sum(map(str.isdigit, label))
    strength = 0.5 if ending.rpartition(".")[2] in _LISTS["throwaway_endings"] else 0.0
    if label.count("-") >= 2 or (digits >= 3 and not label.isdigit()):  # noqa: PLR2004 ("best-cheap-pills", "win8888")
        strength += 0.3
    letters = len(label) - digits
    if _CONSONANTS.search(label) or (
        letters >= LABEL_LONG and len(_VOWELS.findall(label)) * 5 < letters
    ):
        strength += 0.4
    return min(strength, 1.0)


@lru_cache(maxsize=4096)
def _imitated(host: Host, own: frozenset[str]) -> str:
    """The name that `host` imitates, "" if none. "this site" stands for the site's own."""
    for domain in (*own, *_LISTS["well_known"]):
        # "paypal.com.example.net" begins like what it is not.
        if f".{domain}." in f".{host.name.removesuffix(host.domain)}":
            return _named(domain, own)
    label = host.domain.partition(".")[0]
    shown = host.shown.split(".")[-host.domain.count(".") - 1] if "." in host.domain else ""
    look = _look(shown)
    for domain, name, its_look in _looks(own):
        if look == its_look and label != name and host.domain != domain:
            return _named(domain, own)
    return "more than one alphabet" if _mixes_alphabets(shown) else ""


@lru_cache(maxsize=256)
def _looks(own: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
    names = [(domain, domain.partition(".")[0]) for domain in sorted({*own, *_LISTS["well_known"]})]
    return tuple(
        (domain, name, _look(name)) for domain, name in names if len(name) >= IMITATED_MIN_CHARS
    )


def _look(label: str) -> str:
    """What two labels have in common that look the same at a glance."""
    plain = unicodedata.normalize("NFKD", in_ascii(label)).casefold()
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return plain.translate(_SAME_LOOK).replace("rn", "m").replace("vv", "w").replace("-", "")


def _mixes_alphabets(label: str) -> bool:
    scripts = {script_of(one) for one in label} - {""}
    return "LATIN" in scripts and not scripts.isdisjoint({"CYRILLIC", "GREEK", "ARMENIAN"})


def _named(domain: str, own: frozenset[str]) -> str:
    return "this site" if domain in own else domain


def _where(places: list[Place]) -> str:
    linked = sum(place is not None for place in places)
    parts = ["1 link" if linked == 1 else f"{linked} links"] if linked else []
    if linked < len(places):
        parts.append("the author's web site")
    return ", ".join(parts)


def _spans(places: list[Place]) -> tuple[tuple[int, int], ...]:
    return tuple(place for place in places if place is not None)[:SPANS_MAX]
