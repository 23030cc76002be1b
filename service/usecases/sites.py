"""Sites: add one, change one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.core.errors import Conflict, NotFound, SetupError
from service.core.ports import Clock, NewId, Store
from service.core.site import Site, SiteSettings
from service.core.urls import origin_of

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class AddSite:
    """Raises `InvalidURL` for an origin, `SetupError` for a slug, `Conflict` where it is taken."""

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(
        self, slug: str, *, name: str, origins: Sequence[str], settings: SiteSettings
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
            if not tx.add_site(site, now=self.clock()):
                raise Conflict(f"There is already a site {slug}.")
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

    def __call__(
        self,
        slug: str,
        *,
        settings: SiteSettings,
        name: str | None = None,
        origins: Sequence[str] | None = None,
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
        return replace(changed, version=site.version + 1)


def _origins(origins: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(origin_of(origin) for origin in origins))
