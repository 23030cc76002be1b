"""The record of what people did as a table, for spreadsheets."""

from collections.abc import Mapping

from service.core.chain import Link

HEADER = ("site", "number", "time", "who", "who_id", "event", "about", "details", "digest")

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cells(link: Link, site: str, *, people: Mapping[str, str]) -> tuple[str, ...]:
    """One row. `people` are the names of moderators by id."""
    row = (
        site,
        str(link.number),
        link.at.isoformat(timespec="microseconds"),
        people.get(link.doer_id or "", link.doer_kind),
        link.doer_id or "",
        link.event,
        link.about,
        link.payload if link.payload is not None else "(erased)",
        link.digest.hex(),
    )
    return tuple(map(inert, row))


def inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    OWASP, "CSV Injection": a quote stands before what begins like one. Whitespace before it does
    not help, since programs trim it.
    """
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_STARTS_A_FORMULA) else text
