"""What somebody types into a list, made to what the entry says and is known by."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from service.core.addresses import masked
from service.core.errors import FieldProblem, InvalidSubmission, InvalidURL
from service.core.form import EMAIL_MAX_CHARS, NAME_MAX_CHARS, folded_name
from service.core.lists import EntryKind, Wording
from service.core.networks import NotANetwork, parse_network
from service.core.urls import origin_of

WORD_MAX_CHARS = 200
DOMAIN_MAX_CHARS = 253

_MAX_CHARS = {
    EntryKind.WORD: WORD_MAX_CHARS,
    EntryKind.DOMAIN: DOMAIN_MAX_CHARS,
    EntryKind.NETWORK: 60,
    EntryKind.NAME: NAME_MAX_CHARS,
    EntryKind.ADDRESS: EMAIL_MAX_CHARS,
}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")


def wording(kind: EntryKind, typed: str) -> Wording:
    """The value and its key; of an address both are masked, and the vault makes the real key.

    Raises `InvalidSubmission`, which says what is wrong and never repeats what was typed.
    """
    text = " ".join(typed.split())
    if not text:
        raise InvalidSubmission(FieldProblem("/value", "missing", "Say what the entry is about."))
    if len(text) > _MAX_CHARS[kind]:
        raise InvalidSubmission(
            FieldProblem("/value", "too_long", f"At most {_MAX_CHARS[kind]} characters are taken.")
        )
    if any(unicodedata.category(one) in {"Cc", "Cs"} for one in text):
        raise InvalidSubmission(
            FieldProblem("/value", "control_characters", "Control characters are not taken.")
        )
    return _WORDINGS[kind](text)


def _word(text: str) -> Wording:
    return Wording(text, text.casefold())


def _network(text: str) -> Wording:
    try:
        return parse_network(text)
    except NotANetwork as error:
        problem = FieldProblem("/value", "not_a_network", str(error))
        raise InvalidSubmission(problem) from None


def _name(text: str) -> Wording:
    return Wording(text, folded_name(text))


def _address(text: str) -> Wording:
    if not _ADDRESS.fullmatch(text):
        raise InvalidSubmission(
            FieldProblem("/value", "invalid_email", "Write an address as ann@example.org.")
        )
    return Wording(masked(text), masked(text))


def _domain(text: str) -> Wording:
    """A host that links lead to; a mere ending ("com") would block too much."""
    domain = text.lower().removeprefix("*.").strip(".")
    try:
        origin = origin_of(f"https://{domain}")
    except InvalidURL:
        origin = ""
    if not origin or "." not in domain or "/" in domain or ":" in domain:
        raise InvalidSubmission(
            FieldProblem("/value", "not_a_domain", 'A domain is a host name such as "example.com".')
        )
    return Wording(domain, domain)


_WORDINGS: Mapping[EntryKind, Callable[[str], Wording]] = {
    EntryKind.WORD: _word,
    EntryKind.DOMAIN: _domain,
    EntryKind.NETWORK: _network,
    EntryKind.NAME: _name,
    EntryKind.ADDRESS: _address,
}
