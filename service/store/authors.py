"""Authors: what came under an address, counted and paged by the index of contacts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from service.core.authors import LATEST, Author, SeenName, SeenNetwork, Traces
from service.core.flags import FlagKind
from service.core.listing import Excerpt
from service.core.states import State
from service.store.connected import Connected
from service.store.flag_tables import flags
from service.store.lists import EXCERPT_CHARS
from service.store.tables import comments, contacts

_STATES = tuple(State)


class AuthorReads(Connected):
    def author(self, site_id: str, contact_id: str) -> Author | None:
        found = self._authors_where(contacts.c.site_id == site_id, contacts.c.id == contact_id)
        return found[0] if found else None

    def author_with(self, site_id: str, indexes: Collection[bytes]) -> str | None:
        found: str | None = self._connection.execute(
            select(contacts.c.id).where(
                contacts.c.site_id == site_id, contacts.c.email_index.in_(indexes)
            )
        ).scalar()
        return found

    def newest_authors(
        self, site_ids: Collection[str], *, after: str | None, limit: int
    ) -> Sequence[Author]:
        found: list[Author] = []
        # Site by site, so that each is one range of the primary key.
        for site_id in site_ids:
            newest = select(contacts.c.id).where(contacts.c.site_id == site_id)
            if after is not None:
                newest = newest.where(contacts.c.id < after)
            ids = newest.order_by(contacts.c.id.desc()).limit(limit)
            known = [row.id for row in self._connection.execute(ids)]
            found += self._authors_where(contacts.c.site_id == site_id, contacts.c.id.in_(known))
        return sorted(found, key=lambda one: one.contact_id, reverse=True)[:limit]

    def _authors_where(self, *where: ColumnElement[bool]) -> Sequence[Author]:
        rows = self._connection.execute(select(contacts).where(*where)).all()
        if not rows:
            return []
        counts: dict[str, dict[State, int]] = defaultdict(dict)
        counted = self._connection.execute(
            select(comments.c.contact_id, comments.c.state, func.count().label("number"))
            .where(
                comments.c.site_id == rows[0].site_id,
                comments.c.contact_id.in_([row.id for row in rows]),
            )
            .group_by(comments.c.contact_id, comments.c.state)
        )
        for row in counted:
            counts[row.contact_id][State(row.state)] = row.number
        return [
            Author(row.site_id, row.id, bytes(row.email_sealed), row.created_at, counts[row.id])
            for row in rows
        ]

    def latest_names(self, site_id: str, contact_ids: Collection[str]) -> Mapping[str, str]:
        names = {}
        for contact_id in contact_ids:
            for state in _STATES:
                row = self._connection.execute(
                    select(comments.c.author_name)
                    .where(
                        comments.c.site_id == site_id,
                        comments.c.contact_id == contact_id,
                        comments.c.state == state,
                    )
                    .order_by(comments.c.created_at.desc())
                    .limit(1)
                ).first()
                if row is not None and row.author_name:
                    names[contact_id] = row.author_name
                    break
        return names

    def author_traces(self, site_id: str, contact_id: str) -> Traces:
        rows = self._latest(site_id, contact_id)
        names = Counter(row.author_name for row in rows)
        networks = Counter(bytes(row.network_hash) for row in rows)
        # The latest of each stays.
        named = {row.author_name: row for row in reversed(rows)}
        placed = {bytes(row.network_hash): row for row in reversed(rows)}
        flagged = self._flagged(site_id, [row.id for row in rows])
        return Traces(
            names=[
                SeenName(name, number, named[name].created_at)
                for name, number in names.most_common()
            ],
            networks=[
                SeenNetwork(network, bytes(row.network_sealed), row.id, number, row.created_at)
                for network, number in networks.most_common()
                for row in [placed[network]]
            ],
            last_seen=rows[0].created_at if rows else None,
            reports=flagged[FlagKind.REPORT],
            appeals=flagged[FlagKind.APPEAL],
        )

    def _latest(self, site_id: str, contact_id: str) -> list[Any]:
        found: list[Any] = []
        # State by state, so that each is one range of the index and none is sorted.
        for state in _STATES:
            rows = self._connection.execute(
                select(
                    comments.c.id,
                    comments.c.author_name,
                    comments.c.network_hash,
                    comments.c.network_sealed,
                    comments.c.created_at,
                )
                .where(
                    comments.c.site_id == site_id,
                    comments.c.contact_id == contact_id,
                    comments.c.state == state,
                )
                .order_by(comments.c.created_at.desc())
                .limit(LATEST)
            )
            found += rows.all()
        return sorted(found, key=lambda row: row.created_at, reverse=True)[:LATEST]

    def _flagged(self, site_id: str, ids: Collection[str]) -> Counter[FlagKind]:
        rows = self._connection.execute(
            select(flags.c.kind, func.count().label("number"))
            .where(flags.c.site_id == site_id, flags.c.comment_id.in_(ids))
            .group_by(flags.c.kind)
        )
        return Counter({FlagKind(row.kind): row.number for row in rows})

    def author_comments(
        self, site_id: str, contact_id: str, state: State, *, before: str | None, limit: int
    ) -> Sequence[Excerpt]:
        statement = select(
            comments.c.id,
            comments.c.author_name,
            func.substr(comments.c.content, 1, EXCERPT_CHARS).label("text"),
            comments.c.version,
            comments.c.created_at,
        ).where(
            comments.c.site_id == site_id,
            comments.c.contact_id == contact_id,
            comments.c.state == state,
        )
        if before is not None:
            at = self._connection.execute(
                select(comments.c.created_at).where(
                    comments.c.site_id == site_id, comments.c.id == before
                )
            ).scalar()
            if at is None:
                return []
            statement = statement.where(
                or_(
                    comments.c.created_at < at,
                    and_(comments.c.created_at == at, comments.c.id < before),
                )
            )
        rows = self._connection.execute(
            statement.order_by(comments.c.created_at.desc(), comments.c.id.desc()).limit(limit)
        )
        return [
            Excerpt(site_id, row.id, row.author_name, row.text, state, row.version, row.created_at)
            for row in rows
        ]
