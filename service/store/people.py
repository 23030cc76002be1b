"""People at the desk: their accounts, roles and invitations. Sessions: `store/sessions.py`."""

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from service.core.accounts import Credentials, Invitation, NewModerator, Person
from service.core.chain import INSTALLATION
from service.core.people import Membership, Moderator, Role
from service.store.connected import Connected
from service.store.people_tables import (
    invitations,
    known_networks,
    memberships,
    moderators,
    recovery_codes,
    sessions,
    totp_rules,
)

_IS_THERE = moderators.c.removed_at.is_(None)


class PeopleReads(Connected):
    def moderator(self, moderator_id: str) -> Moderator | None:
        name = self._connection.execute(
            select(moderators.c.name).where(moderators.c.id == moderator_id, _IS_THERE)
        ).scalar()
        return self._moderator(moderator_id, name) if name is not None else None

    def moderator_names(self, ids: Collection[str]) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(moderators.c.id, moderators.c.name).where(moderators.c.id.in_(ids))
        )
        return {row.id: row.name for row in rows}

    def moderator_names_at(self, site_ids: Collection[str]) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(moderators.c.id, moderators.c.name).where(_works_at(site_ids), _IS_THERE)
        )
        return {row.id: row.name for row in rows}

    def people_at(self, site_ids: Collection[str] | None) -> Sequence[Person]:
        statement = select(
            moderators,
            select(func.max(sessions.c.seen_at))
            .where(sessions.c.moderator_id == moderators.c.id)
            .scalar_subquery()
            .label("seen_at"),
        ).where(_IS_THERE)
        if site_ids is not None:
            statement = statement.where(_works_at(site_ids))
        rows = self._connection.execute(
            statement.order_by(moderators.c.name, moderators.c.id)
        ).all()
        roles = self._memberships([row.id for row in rows])
        return [
            Person(
                moderator=Moderator(row.id, row.name, roles[row.id]),
                email_sealed=row.email_sealed,
                created_at=row.created_at,
                has_totp=row.totp_sealed is not None,
                seen_at=row.seen_at,
            )
            for row in rows
        ]

    def credentials(self, email_indexes: Collection[bytes]) -> Credentials | None:
        return self._credentials(moderators.c.email_index.in_(email_indexes))

    def credentials_of(self, moderator_id: str) -> Credentials | None:
        return self._credentials(moderators.c.id == moderator_id)

    def _credentials(self, condition: ColumnElement[bool]) -> Credentials | None:
        row = self._connection.execute(select(moderators).where(condition, _IS_THERE)).first()
        if row is None:
            return None
        return Credentials(
            moderator=self._moderator(row.id, row.name),
            password_hash=row.password_hash,
            totp_sealed=row.totp_sealed,
            totp_step=row.totp_step,
        )

    def has_moderators(self) -> bool:
        return self._connection.execute(select(moderators.c.id).limit(1)).first() is not None

    def admins_of_all(self) -> Sequence[str]:
        rows = self._connection.execute(
            select(memberships.c.moderator_id)
            .where(memberships.c.site_id == INSTALLATION, memberships.c.role == Role.ADMIN)
            # Two who take each other's role away at the same moment must not both succeed.
            .with_for_update()
        )
        return rows.scalars().all()

    def recovery_codes_left(self, moderator_id: str) -> int:
        return self._connection.execute(
            select(func.count())
            .select_from(recovery_codes)
            .where(recovery_codes.c.moderator_id == moderator_id)
        ).scalar_one()

    def knows_network(self, moderator_id: str, network_hash: bytes, *, since: datetime) -> bool:
        found = self._connection.execute(
            select(known_networks.c.seen_at).where(
                known_networks.c.moderator_id == moderator_id,
                known_networks.c.network_hash == network_hash,
                known_networks.c.seen_at >= since,
            )
        ).first()
        return found is not None

    def invitation(self, token_hash: bytes) -> Invitation | None:
        row = self._connection.execute(
            select(invitations).where(invitations.c.token_hash == token_hash)
        ).first()
        return _invitation(row) if row is not None else None

    def invitations(self) -> Sequence[Invitation]:
        rows = self._connection.execute(select(invitations).order_by(invitations.c.id))
        return [_invitation(row) for row in rows]

    def totp_rules(self) -> Collection[str | None]:
        return {_site_id(one) for one in self._connection.execute(select(totp_rules)).scalars()}

    def _moderator(self, moderator_id: str, name: str) -> Moderator:
        return Moderator(moderator_id, name, self._memberships([moderator_id])[moderator_id])

    def _memberships(self, ids: Collection[str]) -> Mapping[str, tuple[Membership, ...]]:
        found: dict[str, tuple[Membership, ...]] = defaultdict(tuple)
        rows = self._connection.execute(
            select(memberships)
            .where(memberships.c.moderator_id.in_(ids))
            .order_by(memberships.c.site_id)
        )
        for row in rows:
            found[row.moderator_id] += (Membership(Role(row.role), _site_id(row.site_id)),)
        return found


class PeopleWrites(PeopleReads):
    def add_moderator(self, new: NewModerator) -> bool:
        # Under a retired key too, or a change of secret would let one address in twice.
        if self.credentials(new.email_indexes) is not None:
            return False
        made = self._connection.execute(
            self._insert(moderators)
            .values(
                id=new.moderator.id,
                email_index=new.email_indexes[0],
                email_sealed=new.email_sealed,
                name=new.moderator.name,
                password_hash=new.password_hash,
                created_at=new.created_at,
            )
            .on_conflict_do_nothing()
            .returning(moderators.c.id)
        ).all()
        if not made:
            return False
        for one in new.moderator.memberships:
            self.set_membership(new.moderator.id, one)
        return True

    def remove_moderator(self, moderator_id: str, now: datetime) -> None:
        for table in (sessions, memberships, recovery_codes, known_networks):
            self._connection.execute(delete(table).where(table.c.moderator_id == moderator_id))
        self._connection.execute(
            update(moderators)
            .where(moderators.c.id == moderator_id)
            .values(
                # Of the address nothing is left, so that it may be added again.
                email_index=os.urandom(16),
                email_sealed=b"",
                password_hash="",
                totp_sealed=None,
                removed_at=now,
            )
        )

    def set_membership(self, moderator_id: str, membership: Membership) -> None:
        statement = self._insert(memberships).values(
            moderator_id=moderator_id,
            site_id=membership.site_id or INSTALLATION,
            role=membership.role,
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["moderator_id", "site_id"], set_={"role": membership.role}
            )
        )

    def end_membership(self, moderator_id: str, site_id: str | None) -> bool:
        done = self._connection.execute(
            delete(memberships).where(
                memberships.c.moderator_id == moderator_id,
                memberships.c.site_id == (site_id or INSTALLATION),
            )
        )
        return done.rowcount == 1

    def set_name(self, moderator_id: str, name: str) -> None:
        self._change(moderator_id, name=name)

    def set_password(self, moderator_id: str, password_hash: str) -> None:
        self._change(moderator_id, password_hash=password_hash)

    def set_totp(self, moderator_id: str, totp_sealed: bytes | None) -> None:
        self._change(moderator_id, totp_sealed=totp_sealed, totp_step=0)
        if totp_sealed is None:
            self.set_recovery_codes(moderator_id, ())

    def use_totp_step(self, moderator_id: str, step: int) -> bool:
        done = self._connection.execute(
            update(moderators)
            .where(moderators.c.id == moderator_id, moderators.c.totp_step < step)
            .values(totp_step=step)
        )
        return done.rowcount == 1

    def set_recovery_codes(self, moderator_id: str, hashes: Collection[bytes]) -> None:
        self._connection.execute(
            delete(recovery_codes).where(recovery_codes.c.moderator_id == moderator_id)
        )
        if hashes:
            self._connection.execute(
                insert(recovery_codes),
                [{"moderator_id": moderator_id, "code_hash": one} for one in hashes],
            )

    def use_recovery_code(self, moderator_id: str, code_hash: bytes) -> bool:
        done = self._connection.execute(
            delete(recovery_codes).where(
                recovery_codes.c.moderator_id == moderator_id,
                recovery_codes.c.code_hash == code_hash,
            )
        )
        return done.rowcount == 1

    def set_totp_rule(self, site_id: str | None, *, required: bool) -> None:
        place = site_id or INSTALLATION
        if required:
            self._connection.execute(
                self._insert(totp_rules).values(site_id=place).on_conflict_do_nothing()
            )
        else:
            self._connection.execute(delete(totp_rules).where(totp_rules.c.site_id == place))

    def note_network(self, moderator_id: str, network_hash: bytes, now: datetime) -> None:
        statement = self._insert(known_networks).values(
            moderator_id=moderator_id, network_hash=network_hash, seen_at=now
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["moderator_id", "network_hash"], set_={"seen_at": now}
            )
        )

    def add_invitation(self, invitation: Invitation) -> None:
        self._connection.execute(
            insert(invitations).values(
                id=invitation.id,
                token_hash=invitation.token_hash,
                site_id=invitation.membership.site_id or INSTALLATION,
                role=invitation.membership.role,
                email_index=invitation.email_indexes[0],
                email_sealed=invitation.email_sealed,
                invited_by=invitation.invited_by,
                created_at=invitation.created_at,
                expires_at=invitation.expires_at,
            )
        )

    def use_invitation(self, token_hash: bytes, now: datetime) -> bool:
        done = self._connection.execute(
            delete(invitations).where(
                invitations.c.token_hash == token_hash, invitations.c.expires_at > now
            )
        )
        return done.rowcount == 1

    def withdraw_invitation(self, invitation_id: str) -> Invitation | None:
        row = self._connection.execute(
            delete(invitations).where(invitations.c.id == invitation_id).returning(*invitations.c)
        ).first()
        return _invitation(row) if row is not None else None

    def _change(self, moderator_id: str, **values: Any) -> None:
        self._connection.execute(
            update(moderators).where(moderators.c.id == moderator_id).values(**values)
        )


def _works_at(site_ids: Collection[str]) -> ColumnElement[bool]:
    return moderators.c.id.in_(
        select(memberships.c.moderator_id).where(
            memberships.c.site_id.in_([*site_ids, INSTALLATION])
        )
    )


def _site_id(stored: str) -> str | None:
    return None if stored == INSTALLATION else stored


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        membership=Membership(Role(row.role), _site_id(row.site_id)),
        email_sealed=row.email_sealed,
        email_indexes=(bytes(row.email_index),),
        invited_by=row.invited_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        token_hash=bytes(row.token_hash),
    )
