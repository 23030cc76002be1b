"""What forms about lists say, and which lists somebody may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.core.errors import FieldProblem, InvalidSubmission, NotFound
from service.core.list_file import end_of, noted
from service.core.listing import Excerpt
from service.core.lists import ALL_SITES, EFFECTS, Effect, EntryKind
from service.core.people import Moderator, Permission
from service.core.ports import Reads
from service.core.site import Site
from service.usecases.listing.edit import NewEntry
from service.web.current import services
from service.web.desk.evidence import visible

ALL_NAME = "all"

KIND_LABELS: Mapping[EntryKind, str] = {
    EntryKind.WORD: "Word or phrase",
    EntryKind.DOMAIN: "Domain",
    EntryKind.NETWORK: "Network",
    EntryKind.NAME: "Name",
    EntryKind.ADDRESS: "E-mail address",
}
EFFECT_LABELS: Mapping[Effect, str] = {
    Effect.HOLD: "Hold",
    Effect.BLOCK: "Block",
    Effect.ALLOW: "Allow",
}
DURATIONS = {"1": "one day", "7": "a week", "30": "30 days", "365": "a year"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose list it is: a site's, or all sites' together."""

    site_id: str
    slug: str
    name: str
    sites: Sequence[Site]


def reaches(tx: Reads, moderator: Moderator) -> Sequence[Reach]:
    """The lists that somebody may change, those for all sites last."""
    sites = tx.sites()
    found = [
        Reach(site.id, site.slug, site.name, [site])
        for site in sites
        if moderator.may(Permission.LISTS, site.id)
    ]
    if moderator.may(Permission.LISTS, None):
        found.append(Reach(ALL_SITES, ALL_NAME, "All sites", sites))
    return found


def reach_of(tx: Reads, moderator: Moderator, site_id: str) -> Reach:
    for one in reaches(tx, moderator):
        if one.site_id == site_id:
            return one
    raise NotFound


def new_entry(form: Mapping[str, str]) -> NewEntry:
    """The entry that a form describes. Raises `InvalidSubmission`."""
    kind, effect = read_kind(form.get("kind")), read_effect(form.get("effect"))
    if kind is None or effect is None or effect not in EFFECTS[kind]:
        raise InvalidSubmission(
            FieldProblem("/effect", "unknown", "Choose what it is about, and what it brings about.")
        )
    return NewEntry(
        kind=kind,
        effect=effect,
        value=form.get("value", ""),
        note=noted(form.get("note", "")),
        expires_at=end_of(form.get("expires", "")),
    )


def read_kind(text: str | None) -> EntryKind | None:
    return EntryKind(text) if text in set(EntryKind) else None


def read_effect(text: str | None) -> Effect | None:
    return Effect(text) if text in set(Effect) else None


def until(days: str | None) -> str:
    """The last day of a number of days from now on, as `end_of` reads it; empty for no end."""
    if days not in DURATIONS:
        return ""
    return (services().clock() + timedelta(days=int(days))).date().isoformat()


@dataclass(frozen=True, slots=True)
class ShownExcerpt:
    excerpt: Excerpt
    author_name: str
    text: str


def shown(excerpts: Sequence[Excerpt]) -> Sequence[ShownExcerpt]:
    return [ShownExcerpt(one, visible(one.author_name), visible(one.text)) for one in excerpts]


def problems_text(error: InvalidSubmission) -> Sequence[str]:
    return [one.message for one in error.problems]
