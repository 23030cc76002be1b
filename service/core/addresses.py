"""E-mail addresses: in public texts, however they are disguised; and masked for the desk."""

import re
import unicodedata
from urllib.parse import unquote

OWN_ADDRESS = "Your comment contains your own e-mail address; it would be public."


def mentions_address(text: str, address: str) -> bool:
    """Whether a public text holds this very e-mail address, in any case, width or URL escaping."""
    if "@" not in text and "\uff20" not in text and "\ufe6b" not in text and "%40" not in text:
        return False
    wanted = re.escape(_address_form(address))
    # Next to more letters of an address it is another one; other scripts need no space.
    pattern = re.compile(rf"(?<![0-9a-z]){wanted}(?![0-9a-z])")
    return any(pattern.search(_address_form(form)) for form in {text, unquote(text)})


def masked(email: str) -> str:
    """Enough of an address to tell two apart, too little to write to: `j•••@e•••.org`."""
    local, _, domain = email.rpartition("@")
    name, dot, last = domain.rpartition(".")
    return f"{local[:1]}•••@{(name or last)[:1]}•••{dot}{last if dot else ''}"


def _address_form(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in folded if one.isascii() or unicodedata.category(one) != "Cf")


ADDRESS_LEFT_OUT = "[address]"


def without_addresses(text: str) -> str:
    """The text with each word that holds something like an e-mail address left out.

    For texts that leave the house. In linear time, and rather once too often: `@` between two
    characters, with a dot somewhere behind it, in any width or URL escaping.
    """
    if not _may_hold_address(text):
        return text
    return "".join(
        ADDRESS_LEFT_OUT if _may_hold_address(word) and _is_like_address(word) else word
        for word in _WORDS.split(text)
    )


_WORDS = re.compile(r"(\s+)")


def _may_hold_address(text: str) -> bool:
    return "@" in text or "\uff20" in text or "\ufe6b" in text or "%40" in text


def _is_like_address(word: str) -> bool:
    local, at, rest = _address_form(unquote(word)).lstrip("@").partition("@")
    return bool(at and local) and "." in rest
