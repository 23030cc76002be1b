"""Hosts of web addresses: as browsers ask for them, as readers see them, as they are registered."""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

HOST_MAX_CHARS = 253
LABEL_MAX_CHARS = 63

_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}:/{0,3}|//", re.IGNORECASE)
_HOST_ENDS = re.compile(r"[/?#\\]")
_PORT = re.compile(r":[0-9]{0,5}$")
_NUMBERS = re.compile(r"[0-9][0-9.]*|[0-9a-f:.]*:[0-9a-f:.]*|0x[0-9a-f.x]+")
_PLAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


@dataclass(frozen=True, slots=True)
class Host:
    """`name` is in small ASCII letters (`xn--` forms), `shown` as a reader sees it.

    `domain` is the part that somebody registered (`example.co.uk`); `name` itself for a bare
    address or for what stands directly under nothing known. `pretends` is what stood before an `@`:
    not part of the host, however much it looks like one.
    """

    name: str
    shown: str
    domain: str
    pretends: str = ""

    def is_within(self, domain: str) -> bool:
        """Whether this is `domain` or a host below it; label by label, never by its end alone."""
        return self.name == domain or self.name.endswith(f".{domain}")


def host_of(url: str) -> Host | None:
    """The host of what was typed as an address, with a scheme or without; None if it has none."""
    rest = _SCHEME.sub("", url, count=1) if _SCHEME.match(url) else url
    authority = _HOST_ENDS.split(rest, maxsplit=1)[0]
    pretends, _, host = authority.rpartition("@")
    host = _PORT.sub("", host).translate(_DOTS).rstrip(".").lower()
    if not host or len(host) > HOST_MAX_CHARS:
        return None
    known = _host(host)
    return replace(known, pretends=pretends) if known and pretends else known


@lru_cache(maxsize=4096)
def _host(host: str) -> Host | None:
    name = ascii_host(host)
    if _NUMBERS.fullmatch(name.strip("[]")):
        return Host(name, name, name)
    if not _PLAIN.fullmatch(name) or len(name) > HOST_MAX_CHARS:
        return None
    return Host(name, _shown(name), _suffixes().privatesuffix(name) or name)


def ascii_host(host: str) -> str:
    """`host` in small ASCII letters, each label in its `xn--` form where it needs one."""
    return ".".join(map(_ascii_label, host.lower().translate(_DOTS).strip(".").split(".")))


def is_public_suffix(name: str) -> bool:
    """Whether anybody can register below `name` ("com", "co.uk")."""
    return _suffixes().publicsuffix(name, accept_unknown=False) == name


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """The list as of the package's release: nothing is downloaded. Takes a tenth of a second."""
    return PublicSuffixList()


def warm_up() -> None:
    """Read the list now, so that processes forked later share it."""
    _suffixes()


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    plain = unicodedata.normalize("NFKC", label[:LABEL_MAX_CHARS]).casefold()
    try:
        return plain if plain.isascii() else f"xn--{plain.encode('punycode').decode('ascii')}"
    except UnicodeError:
        return "xn--invalid"  # Half of a surrogate pair; nobody can register that.


def _shown(name: str) -> str:
    return ".".join(map(_shown_label, name.split("."))) if "xn--" in name else name


def _shown_label(label: str) -> str:
    if not label.startswith("xn--") or len(label) > LABEL_MAX_CHARS:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
