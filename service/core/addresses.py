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
