"""Sites: add one, change one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.core.audit import BY_OPERATOR, Doer, Entry, Event
from service.core.errors import Conflict, NotFound, SetupError
from service.core.ports import Clock, NewId, Store
from service.core.site import SITE_SETTING_NAMES, Site, SiteSettings
from service.core.urls import origin_of

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class AddSite:
    """Raises `InvalidURL` for an origin, `SetupError` for a slug, `Conflict` where it is taken."""

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(
        self,
        slug: str,
        *,
        name: str,
        origins: Sequence[str],
        settings: SiteSettings,
        by: Doer = BY_OPERATOR,
    ) -> Site:
        if not _SLUG.fullmatch(slug):
            raise SetupError("A site's short name has 1 to 64 letters a-z, digits and hyphens.")
        site = Site(
            id=self.new_id(),
            slug=slug,
            name=name or slug,
            origins=_origins(origins),
            settings=settings,
            version=1,
        )
        with self.store.write() as tx:
            now = self.clock()
            if not tx.add_site(site, now=now):
                raise Conflict(f"There is already a site {slug}.")
            details = {"name": site.name, "origins": site.origins}
            tx.record(Entry(site.id, Event.SITE_ADDED, by, now, site.id, details))
        return site


class KnownSites:
    """Sites as they were seen last, for those who find out before they end whether they still are.

    It spares a question to the database at the beginning of what will ask it something anyway.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, Site] = {}

    def last_seen(self, slug: str) -> Site | None:
        return self._seen.get(slug) or self.latest(slug)

    def latest(self, slug: str) -> Site | None:
        with self._store.look() as reads:
            site = reads.site(slug)
        if site is None:
            self._seen.pop(slug, None)
        else:
            self._seen[slug] = site
        return site


@dataclass(frozen=True, slots=True)
class ChangeSite:
    """Replaces a site's settings and, where given, its name and origins."""

    store: Store
    clock: Clock

    def __call__(
        self,
        slug: str,
        *,
        settings: SiteSettings,
        name: str | None = None,
        origins: Sequence[str] | None = None,
        by: Doer = BY_OPERATOR,
    ) -> Site:
        with self.store.write() as tx:
            site = tx.site(slug)
            if site is None:
                raise NotFound(f"There is no site {slug}.")
            changed = replace(
                site,
                name=name or site.name,
                origins=site.origins if origins is None else _origins(origins),
                settings=settings,
            )
            if not tx.change_site(changed):
                raise Conflict(f"The site {slug} has just been changed by someone else.")
            details = _differences(site, changed)
            if details:
                tx.record(Entry(site.id, Event.SITE_CHANGED, by, self.clock(), site.id, details))
        return replace(changed, version=site.version + 1)


def _differences(before: Site, after: Site) -> dict[str, object]:
    """What changed, by its name: the old value and the new one."""
    pairs = [("name", before.name, after.name), ("origins", before.origins, after.origins)]
    pairs += [
        (one, getattr(before.settings, one), getattr(after.settings, one))
        for one in SITE_SETTING_NAMES
    ]
    return {name: {"from": old, "to": new} for name, old, new in pairs if old != new}


def _origins(origins: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(origin_of(origin) for origin in origins))
