"""Sites' own policies: versions are added and never changed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, literal_column, select

from service.core.decisions import Actor
from service.core.site_policy import PolicyKind, SitePolicy
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import decisions, policies

_later = policies.alias("later")


class PolicyReads(Connected):
    def policies_in_force(self, site_ids: Collection[str]) -> Sequence[SitePolicy]:
        is_followed = exists().where(
            _later.c.site_id == policies.c.site_id,
            _later.c.kind == policies.c.kind,
            _later.c.version > policies.c.version,
        )
        rows = self._connection.execute(
            select(policies).where(policies.c.site_id.in_(site_ids), ~is_followed)
        )
        return [_policy(row) for row in rows]

    def site_policies(self, site_id: str) -> Sequence[SitePolicy]:
        rows = self._connection.execute(
            select(policies).where(policies.c.site_id == site_id).order_by(policies.c.version)
        )
        return [_policy(row) for row in rows]

    def shadow_counts(
        self, site_id: str, policy_version: str, *, since: datetime
    ) -> Mapping[tuple[State, State], int]:
        shadow = decisions.c.trace["shadow"]
        other = shadow["state"].as_string()
        rows = self._connection.execute(
            select(decisions.c.to_state, other.label("other"), func.count())
            .where(
                decisions.c.site_id == site_id,
                decisions.c.actor == Actor.CHECKS,
                decisions.c.at >= since,
                shadow["version"].as_string() == policy_version,
            )
            .group_by(decisions.c.to_state, literal_column("other"))
        )
        return {
            (State(state), State(other if other is not None else state)): number
            for state, other, number in rows
        }


class PolicyWrites(Connected):
    def add_policy(self, policy: SitePolicy) -> bool:
        made = self._connection.execute(
            self._insert(policies)
            .values(
                site_id=policy.site_id,
                version=policy.version,
                kind=policy.kind,
                text=policy.text,
                note=policy.note,
                created_at=policy.created_at,
            )
            .on_conflict_do_nothing()
            .returning(policies.c.version)
        ).all()
        return bool(made)


def _policy(row: Row[Any]) -> SitePolicy:
    return SitePolicy(
        site_id=row.site_id,
        version=row.version,
        kind=PolicyKind(row.kind),
        text=row.text,
        note=row.note,
        created_at=row.created_at,
    )
