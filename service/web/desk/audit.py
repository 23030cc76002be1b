"""The record of what people did: a page of it, narrowed down, and all of it as a table."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, g, request, url_for

from service.core.audit import AuditMark, AuditQuestion, Doer, DoerKind, Event, by_moderator
from service.core.chain import Link
from service.core.errors import NotFound
from service.core.people import Moderator, Permission
from service.core.ports import Reads
from service.core.record_table import HEADER, cells
from service.core.site import Site
from service.usecases.audit import mark_of
from service.web.current import services
from service.web.desk.navigation import Place, add_place
from service.web.desk.pages import allow, blueprint, page
from service.web.desk.record_lines import Line, line
from service.web.desk.session import visit

PAGE_SIZE = 50
INSTALLATION_NAME = "installation"
FIELDS = ("site", "who", "what", "since", "until")
SPECIAL = {
    DoerKind.OPERATOR: "the command line",
    DoerKind.KEY: "a key",
    DoerKind.NOBODY: "nobody who is known",
}

add_place(
    Place(
        "Record",
        "desk.show_audit",
        order=80,
        within=frozenset({"desk.export_audit"}),
        needs=Permission.AUDIT,
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form above the record says, as it stands in an address; the empty text is all."""

    site: str = ""
    who: str = ""
    what: str = ""
    since: str = ""
    until: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in FIELDS if getattr(self, name)}


@blueprint.get("/audit")
@allow(Permission.AUDIT)
def show_audit() -> Response:
    moderator, asked = visit().moderator, _asked(request.args)
    after = _read_mark(request.args.get("after"))
    with services().store.read() as tx:
        chains = _chains(tx, moderator)
        people = tx.moderator_names_at([one for one in chains if one is not None])
    question = _question(asked, chains)
    found = services().audit.page(question, moderator, after=after, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return page(
        "audit",
        200,
        asked=asked,
        lines=_lines(shown, chains),
        sites=[(_slug(site_id, site), _name(site)) for site_id, site in chains.items()],
        people=sorted(people.items(), key=lambda one: one[1].casefold()),
        special=SPECIAL,
        events=Event,
        after=after,
        older=_address(asked, shown[-1]) if len(found) > PAGE_SIZE else None,
    )


@blueprint.post("/audit/export")
@allow(Permission.AUDIT)
def export_audit() -> Response:
    """A POST, since that it was exported is recorded."""
    moderator, asked = visit().moderator, _asked(g.form)
    with services().store.read() as tx:
        chains = _chains(tx, moderator)
    question = _question(asked, chains)
    links = services().audit.export(question, moderator, by_moderator(moderator))
    with services().store.read() as tx:
        people = tx.moderator_names_at([one for one in chains if one is not None])
    response = Response(_table(links, chains, people), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="vestibule-record.csv"'
    return response


def _table(
    links: Iterator[Link], chains: Mapping[str | None, Site | None], people: Mapping[str, str]
) -> Iterator[str]:
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    yield "\ufeff" + _row(HEADER)
    for link in links:
        yield _row(cells(link, _slug(link.site_id, chains[link.site_id]), people=people))


def _row(values: Sequence[str]) -> str:
    into = io.StringIO()
    csv.writer(into, quoting=csv.QUOTE_ALL).writerow(values)
    return into.getvalue()


def _chains(tx: Reads, moderator: Moderator) -> dict[str | None, Site | None]:
    """The chains that somebody may read, the installation's last."""
    found: dict[str | None, Site | None] = {
        site.id: site for site in tx.sites() if moderator.may(Permission.AUDIT, site.id)
    }
    if moderator.may(Permission.AUDIT, None):
        found[None] = None
    return found


def _lines(links: Collection[Link], chains: Mapping[str | None, Site | None]) -> list[Line]:
    ids = {one.doer_id for one in links} | {one.about for one in links if _is_id(one.about)}
    with services().store.read() as tx:
        names = tx.moderator_names({one for one in ids if one is not None})
    return [line(one, _name(chains[one.site_id]), names) for one in links]


# -- what an address asks for ----------------------------------------------------------------------


def _asked(given: Mapping[str, str]) -> Asked:
    return Asked(**{name: given.get(name, "").strip() for name in FIELDS})


def _question(asked: Asked, chains: Mapping[str | None, Site | None]) -> AuditQuestion:
    """Raises `NotFound` for what the form does not offer."""
    by_slug = {_slug(site_id, site): site_id for site_id, site in chains.items()}
    if asked.site and asked.site not in by_slug:
        raise NotFound
    if asked.what and asked.what not in set(Event):
        raise NotFound
    question = AuditQuestion(
        [by_slug[asked.site]] if asked.site else list(chains),
        events=[asked.what] if asked.what else [],
        doer=_doer(asked.who),
        since=_day(asked.since),
    )
    until = _day(asked.until)
    # The last day is shown, too.
    return replace(question, until=until + timedelta(days=1)) if until is not None else question


def _doer(who: str) -> Doer | None:
    if not who:
        return None
    if who in SPECIAL:
        return Doer(DoerKind(who))
    if not _is_id(who):
        raise NotFound
    return Doer(DoerKind.MODERATOR, str(UUID(who)))


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise NotFound from None
    # No database takes the days at either end of what Python knows.
    if not 1970 <= found.year < 9000:  # noqa: PLR2004 (years)
        raise NotFound
    return found


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _read_mark(text: str | None) -> AuditMark | None:
    if not text:
        return None
    try:
        at, site_id, number = text.split(".")
        micros = int(at)
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
        mark = AuditMark(when, str(UUID(site_id)), int(number))
    except (ValueError, OverflowError):
        raise NotFound from None
    if micros < 0 or not 0 <= mark.number < 2**31:
        raise NotFound
    return mark


def _address(asked: Asked, last: Link) -> str:
    mark = mark_of(last)
    micros = (mark.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    arguments: dict[str, Any] = {
        **asked.arguments,
        "after": f"{micros}.{mark.site_id}.{mark.number}",
    }
    return url_for("desk.show_audit", **arguments)


def _slug(site_id: str | None, site: Site | None) -> str:
    return site.slug if site is not None else (site_id or INSTALLATION_NAME)


def _name(site: Site | None) -> str:
    return site.name if site is not None else "The installation"
