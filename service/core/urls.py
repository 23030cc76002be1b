"""Web addresses: a page's canonical form, origins, and what an author may link to."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from service.core.errors import InvalidURL

URL_MAX_CHARS = 2_000

TRACKING_PARAMETERS = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "li_fat_id",
        "mc_cid",
        "mc_eid",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "mkt_tok",
        "oly_anon_id",
        "oly_enc_id",
        "vero_id",
        "s_cid",
        "srsltid",
        "wickedid",
        "epik",
        "ref_src",
    ]
)
"""Query parameters that say how a reader came, never what the page is; `utm_*` is dropped too."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")


def origin_of(url: str) -> str:
    """The origin (RFC 6454, ASCII serialisation) of an http or https URL.

    Raises `InvalidURL` for anything else: other schemes, no host, credentials, odd characters.
    """
    scheme, host, port, *_ = _split(url)
    return _origin(scheme, host, port)


@lru_cache(maxsize=1024)
def canonical_url(url: str) -> str:
    """One spelling for all addresses of one page.

    Lower-cases scheme and host, drops default ports, fragments and tracking parameters, keeps the
    order of the others, percent-encodes what must be and nothing else, in capitals (RFC 3986,
    6.2.2). Raises `InvalidURL`.
    """
    scheme, host, port, path, query = _split(url)
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
        if not (name.lower() in TRACKING_PARAMETERS or name.lower().startswith("utm_"))
    ]
    netloc = _origin(scheme, host, port).partition("://")[2]
    return urlunsplit(
        (
            scheme,
            netloc,
            _ESCAPE.sub(_one_spelling, quote(path, safe=_PATH_SAFE)) or "/",
            urlencode(kept, errors="surrogateescape"),
            "",
        )
    )


def page_key(url: str) -> str:
    """What identifies a page: its address without the scheme, since sites move to https."""
    return canonical_url(url).partition("://")[2]


def author_link(typed: str) -> str:
    """What an author typed as their site, as an absolute http(s) URL; a bare host gets `https://`.

    Raises `InvalidURL`.
    """
    text = typed.strip()
    if "://" not in text and not text.lower().startswith(
        ("http:", "https:", "//", "javascript:", "data:")
    ):
        text = f"https://{text}"
    _, host, *_ = _split(text)
    if "." not in host and not host.startswith("["):
        raise InvalidURL("The address needs a host name with a dot.")
    return text


# A request asks several times about its page's address, and the next one about the same page.
@lru_cache(maxsize=1024)
def _split(url: str) -> tuple[str, str, int | None, str, str]:
    if len(url) > URL_MAX_CHARS:
        raise InvalidURL(f"Addresses may have at most {URL_MAX_CHARS} characters.")
    _check_characters(url)
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
        if not host.isascii():
            host = _ascii_host(host)
    except (ValueError, UnicodeError):
        raise InvalidURL("The address cannot be read.") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise InvalidURL("The address must start with http:// or https://.")
    if not host:
        raise InvalidURL("The address has no host.")
    if parts.username is not None or parts.password is not None:
        raise InvalidURL("The address must not carry a user name or password.")
    if ":" in host:
        host = f"[{host}]"
    elif not all(label and len(label) <= 63 and _is_label(label) for label in host.split(".")):  # noqa: PLR2004 (RFC 1035)
        raise InvalidURL("The address's host name is not valid.")
    return parts.scheme, host, port, parts.path, parts.query


def _one_spelling(escape: re.Match[str]) -> str:
    if escape[1] is None:
        # A sign that escapes nothing: written out, so that what follows it cannot complete it.
        return "%25"
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else f"%{escape[1].upper()}"


def _ascii_host(host: str) -> str:
    """The host in its `xn--` form. Raises `InvalidURL` where browsers would find another one.

    Python knows IDNA 2003, browsers use UTS #46: for `\u00df`, the final sigma, joiners and letters
    that got a lower case since, they disagree on which host is meant.
    """
    labels = host.translate(_DOTS).split(".")
    for label in labels:
        if label.isascii():
            continue
        lower = "".join(character.lower() for character in label)
        today = unicodedata.normalize("NFKC", lower)
        today = unicodedata.normalize("NFKC", "".join(one.lower() for one in today))
        if label.encode("idna").decode("idna") != today:
            raise InvalidURL(
                "The address's host name can be read in two ways: write it in its xn-- form."
            )
    return ".".join(labels).encode("idna").decode("ascii")


def _check_characters(url: str) -> None:
    # Browsers drop tabs and newlines and read a backslash as a slash; what we would parse
    # differently from a browser is refused rather than guessed.
    if any(character <= " " or character in '\\<>"^`{|}\x7f' for character in url):
        raise InvalidURL("The address has characters that addresses do not have.")
    # Controls, spaces, bidirectional marks and half surrogate pairs disguise an address; joiners
    # are part of words in Persian and the scripts of India.
    if not url.isascii() and any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
        for character in url
        if character not in "\u200c\u200d"
    ):
        raise InvalidURL("The address has invisible characters.")


def _is_label(label: str) -> bool:
    return all(character.isalnum() or character in "-_" for character in label)


def _origin(scheme: str, host: str, port: int | None) -> str:
    suffix = "" if port is None or port == _DEFAULT_PORTS[scheme] else f":{port}"
    return f"{scheme}://{host}{suffix}"
