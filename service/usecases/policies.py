"""Sites' own policies: set one, set a draft in shadow, and tell what differs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.core.audit import BY_OPERATOR, Doer, Entry, Event
from service.core.errors import Conflict, InvalidPolicy, NotFound, SetupError
from service.core.policy_data import differences
from service.core.ports import Clock, Reads, Store
from service.core.rules import Policy
from service.core.site import Site
from service.core.site_policy import NOTE_MAX_CHARS, PolicyKind, SitePolicy, laid_over
from service.core.states import State


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Appends a version; it holds from the next verdict on. None of it, and the site has none.

    Raises `InvalidPolicy` for a text that cannot be used, `Conflict` where somebody else has just
    set one.
    """

    store: Store
    packaged_policy: Callable[[], Policy]
    clock: Clock

    def __call__(
        self,
        slug: str,
        text: str | None,
        *,
        kind: PolicyKind = PolicyKind.LIVE,
        note: str = "",
        by: Doer = BY_OPERATOR,
    ) -> SitePolicy:
        if len(note) > NOTE_MAX_CHARS or not note.isprintable():
            raise SetupError(f"A note is one line of at most {NOTE_MAX_CHARS} characters.")
        with self.store.write() as tx:
            site = site_named(tx, slug)
            version = max((one.version for one in tx.site_policies(site.id)), default=0) + 1
            made = SitePolicy(site.id, version, kind, text, note, self.clock())
            made.over(self.packaged_policy())
            if not tx.add_policy(made):
                raise Conflict(f"Somebody else has just set a policy of {slug}.")
            # The text itself stands in its version, which stays for good.
            details = {"version": version, "kind": kind, "ended": text is None, "note": note}
            tx.record(Entry(site.id, Event.POLICY_SET, by, made.created_at, site.id, details))
        return made


@dataclass(frozen=True, slots=True)
class ComparePolicy:
    """What a site's text would change: places with the values now and then.

    Where what the site has set cannot be used, now is the packaged policy, by which its comments
    are weighed meanwhile. Raises `InvalidPolicy` for the text itself.
    """

    store: Store
    packaged_policy: Callable[[], Policy]

    def __call__(self, slug: str, text: str) -> list[tuple[str, object, object]]:
        packaged = self.packaged_policy()
        then = laid_over(packaged, text, version=packaged.version)
        with self.store.read() as tx:
            try:
                now = policy_in_force(tx, site_named(tx, slug), packaged)
            except InvalidPolicy:
                now = packaged
        return differences(now, then)


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """A draft, and by live and draft verdict how many comments it has been tried on."""

    draft: SitePolicy
    counts: Mapping[tuple[State, State], int]


@dataclass(frozen=True, slots=True)
class ReportShadow:
    """Raises `NotFound` where a site has no draft in shadow."""

    store: Store
    packaged_policy: Callable[[], Policy]

    def __call__(self, slug: str) -> ShadowReport:
        packaged = self.packaged_policy()
        with self.store.read() as tx:
            site = site_named(tx, slug)
            for one in tx.policies_in_force([site.id]):
                if one.kind is PolicyKind.SHADOW and (draft := one.over(packaged)) is not None:
                    since = one.created_at
                    return ShadowReport(one, tx.shadow_counts(site.id, draft.version, since=since))
        raise NotFound(f"No draft is in shadow on {slug}.")


def policy_in_force(tx: Reads, site: Site, packaged: Policy) -> Policy:
    """Raises `InvalidPolicy` where the site's own does not fit the packaged one any more."""
    for one in tx.policies_in_force([site.id]):
        if one.kind is PolicyKind.LIVE:
            return one.over(packaged) or packaged
    return packaged


def site_named(tx: Reads, slug: str) -> Site:
    site = tx.site(slug)
    if site is None:
        raise NotFound(f"There is no site {slug}: `vestibule site list` shows them.")
    return site
