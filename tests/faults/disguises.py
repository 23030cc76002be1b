"""The forms in which an address could lie about: encoded, escaped, hashed without a secret."""

import base64
import hashlib
import html
import json
import quopri
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256")


@dataclass(frozen=True, slots=True)
class Disguise:
    """`data` is looked for as it is, or, if `folds`, whatever the case of its letters."""

    name: str
    data: bytes
    folds: bool = False


def disguises(address: str, *words: str) -> list[Disguise]:
    """All forms of an address as it was typed, and of `words` that stand in it and nowhere else."""
    found = [Disguise(f"the word {word}", word.lower().encode(), folds=True) for word in words]
    for spelling in {address, address.strip(), normalised(address), *cases(address)}:
        found += _texts(spelling)
        for at, encoded in enumerate(_base64_forms(spelling.encode())):
            found.append(Disguise(f"base64 {at} of {spelling}", encoded))
        found += _digests(spelling)
    return found


def cases(address: str) -> set[str]:
    plain = address.strip()
    return {plain.lower(), plain.upper(), plain.casefold(), plain.title()}


def normalised(address: str) -> str:
    """As mail libraries do it: the domain in small letters, the rest as typed."""
    local, _, domain = address.strip().rpartition("@")
    return f"{local}@{domain.lower()}"


def _texts(text: str) -> list[Disguise]:
    encoded = text.encode()
    forms = {
        "plain": encoded,
        "percent-encoded": quote(text, safe="").encode(),
        "form-encoded": quote_plus(text, safe="").encode(),
        "percent-encoded but for @": quote(text, safe="@").encode(),
        "doubly percent-encoded": quote(quote(text, safe=""), safe="").encode(),
        "HTML": html.escape(text).encode(),
        "HTML number": html.escape(text).replace("@", "&#64;").encode(),
        "HTML hexadecimal": html.escape(text).replace("@", "&#x40;").encode(),
        "HTML name": html.escape(text).replace("@", "&commat;").encode(),
        "JSON": json.dumps(text)[1:-1].encode(),
        "JSON escape": json.dumps(text)[1:-1].replace("@", "\\u0040").encode(),
        "quoted-printable": quopri.encodestring(encoded).replace(b"@", b"=40"),
        "hexadecimal": encoded.hex().encode(),
        "UTF-16 little": text.encode("utf-16-le"),
        "UTF-16 big": text.encode("utf-16-be"),
        "reversed": encoded[::-1],
        "base32": base64.b32encode(encoded).rstrip(b"=")[:-1],
    }
    return [Disguise(f"{name} of {text}", data, folds=True) for name, data in forms.items()]


def _base64_forms(data: bytes) -> Iterable[bytes]:
    """What base64 makes of `data` at each of the three places that it can begin at."""
    for before in range(3):
        padded = b"\0" * before + data
        whole = base64.b64encode(padded)
        # Characters that carry bits of a neighbour are left out.
        inner = whole[-(-before * 8 // 6) : len(padded) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def _digests(text: str) -> Iterable[Disguise]:
    for name in HASHES:
        digest = hashlib.new(name, text.encode()).digest()
        label = f"{name} of {text}"
        yield Disguise(label, digest)
        yield Disguise(f"{label}, hexadecimal", digest.hex().encode(), folds=True)
        for encoded in (base64.b64encode(digest), base64.urlsafe_b64encode(digest)):
            yield Disguise(f"{label}, base64", encoded.rstrip(b"="))


def seen(haystack: bytes, looked_for: Iterable[Disguise]) -> list[str]:
    """The names of the disguises that stand in `haystack`."""
    folded = haystack.lower()
    return [
        one.name
        for one in looked_for
        if (one.data.lower() in folded if one.folds else one.data in haystack)
    ]


def flattened(value: Any) -> bytes:
    """All bytes of nested values; what is compressed stands there unpacked as well."""
    match value:
        case bytes():
            return b"\n".join([value, *_unpacked(value)])
        case str():
            return flattened(value.encode())
        case dict():
            return b"\n".join(flattened(one) for pair in value.items() for one in pair)
        case list() | tuple() | set() | frozenset():
            return b"\n".join(flattened(one) for one in value)
        case _:
            return str(value).encode()


def _unpacked(data: bytes) -> Iterable[bytes]:
    for packed in (data, _from_base64(data)):
        try:
            yield zlib.decompress(packed)
        except zlib.error:
            continue


def _from_base64(data: bytes) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        return b""
