"""Weigh: by the policy that is in force on a comment's site, with a trace of how."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from service.core.comment import Draft
from service.core.decisions import Screening
from service.core.errors import InvalidPolicy
from service.core.policy import decide
from service.core.ports import Reads, Vault
from service.core.rules import Policy
from service.core.signals import CHECK_FAILED, Signal
from service.core.site_policy import PolicyKind, SitePolicy
from service.core.trace import shadow_of, trace_of

POLICY_FAULT = "the site's policy"
SITES_PARSED = 1_000
"""Of so many sites the policies are kept parsed; reading one takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A site's policy, what is wrong with the one it has set if that cannot be used, and its draft.

    A draft that cannot be used is left aside: it counts nothing anyway.
    """

    policy: Policy
    fault: str = ""
    draft: Policy | None = None


class Weigh:
    """Turns signals into a screening."""

    def __init__(self, packaged_policy: Callable[[], Policy], vault: Vault) -> None:
        self._packaged = packaged_policy
        self._vault = vault
        self._over = lru_cache(maxsize=SITES_PARSED)(_over)

    def policies(self, tx: Reads, site_ids: Collection[str]) -> Mapping[str, InForce]:
        """What is in force on each of these sites, in one query."""
        packaged = self._packaged()
        found = {site_id: InForce(packaged) for site_id in site_ids}
        for own in tx.policies_in_force(site_ids):
            policy, fault = self._over(own, packaged)
            known = found[own.site_id]
            if own.kind is PolicyKind.SHADOW:
                found[own.site_id] = replace(known, draft=policy)
            else:
                found[own.site_id] = replace(known, policy=policy or packaged, fault=fault)
        return found

    def __call__(
        self,
        draft: Draft,
        signals: Sequence[Signal],
        in_force: InForce,
        *,
        versions: Mapping[str, str],
    ) -> Screening:
        """Where a site's own policy cannot be used, its comments wait for a person."""
        draft_verdict = decide(signals, in_force.draft) if in_force.draft is not None else None
        if in_force.fault:
            signals = [*signals, Signal(CHECK_FAILED, detail=in_force.fault)]
        policy = in_force.policy
        verdict = decide(signals, policy)
        # Keyed, since a plain hash of a short text would tell what it was.
        looked_at = json.dumps([draft.content, draft.author_name, draft.author_url])
        input_hash = self._vault.keyed_hash("screened", looked_at).hex()
        return Screening(
            comment_id=draft.id,
            site_id=draft.site_id,
            attempt=draft.attempt,
            verdict=verdict,
            revision=draft.revision,
            trace=replace(
                trace_of(verdict, policy, versions=versions, input_hash=input_hash),
                shadow=shadow_of(draft_verdict, verdict) if draft_verdict is not None else None,
            ),
        )


def _over(own: SitePolicy, packaged: Policy) -> tuple[Policy | None, str]:
    try:
        return own.over(packaged), ""
    except InvalidPolicy:
        return None, POLICY_FAULT
