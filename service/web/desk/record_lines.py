"""One entry of the record of what people did, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from markupsafe import Markup

from service.core.audit import DoerKind, Event
from service.core.chain import Link
from service.web.desk.evidence import visible

_DOERS = {
    DoerKind.MODERATOR: "a former moderator",
    DoerKind.OPERATOR: "the command line",
    DoerKind.KEY: "a key",
    DoerKind.NOBODY: "somebody",
}
_KNOWN = {event.value: event for event in Event}


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    at: datetime
    where: str
    who: str
    did: str
    about: Markup
    """What or whom it was about: a name, or an id."""
    href: str | None
    details: tuple[tuple[Markup, Markup], ...]
    is_erased: bool


def line(link: Link, where: str, names: Mapping[str, str]) -> Line:
    """`names` are those of moderators, by id."""
    event = _KNOWN.get(link.event)
    is_comment = link.event.startswith("comment.") and link.site_id is not None and bool(link.about)
    about = "" if link.about in {link.site_id, link.doer_id} else link.about
    return Line(
        number=link.number,
        at=link.at,
        where=where,
        who=names.get(link.doer_id or "", _DOERS[DoerKind(link.doer_kind)]),
        did=event.label if event is not None else link.event,
        about=visible(names.get(about, about)),
        href=(
            url_for("desk.show_record", site_id=link.site_id, comment_id=link.about)
            if is_comment
            else None
        ),
        details=tuple(
            (visible(name), visible(text)) for name, text in _texts(link.details) if text
        ),
        is_erased=link.is_erased,
    )


def _texts(details: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if {"from", "to"} <= set(details):
        change = {name: details[name] for name in ("from", "to")}
        rest = {name: value for name, value in details.items() if name not in change}
        details = {"": change, **rest}
    for name, value in details.items():
        if isinstance(value, dict) and set(value) == {"from", "to"}:
            yield name, f"{_plain(value['from'])} → {_plain(value['to'])}"
        else:
            yield name, _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    return "" if value is None or value == "" else str(value)
