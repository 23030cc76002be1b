"""Comments as the desk's cards show them, with all that stands around them.

A page takes the same number of queries however many comments, sites and authors are on it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, union_all

from service.core.desk_queue import QueueFilter, QueueKey, QueueMark, QueuePage
from service.core.policy import Contribution, packaged_policy
from service.core.policy_file import policy_from_data
from service.core.records import Answered, AuthorSeen, QueuedComment, Similar
from service.core.rules import Family, Policy
from service.core.site import Site
from service.core.states import State
from service.store.arrivals import ArrivalReads
from service.store.queue_tables import readings
from service.store.tables import comments, contacts, revisions, sketches, threads
from service.store.traces import Screened, TraceReads, signal_from

NAMES_MAX = 5
NAMED_MAX = 100
"""In so many comments of an author other names are looked for."""

_CARDS = select(
    comments,
    threads.c.url.label("thread_url"),
    threads.c.title.label("thread_title"),
    contacts.c.email_sealed,
    contacts.c.created_at.label("first_seen"),
    readings.c.read_as,
    sketches.c.campaign_id,
).select_from(
    comments.join(
        threads, (threads.c.site_id == comments.c.site_id) & (threads.c.id == comments.c.thread_id)
    )
    .outerjoin(
        contacts,
        (contacts.c.site_id == comments.c.site_id) & (contacts.c.id == comments.c.contact_id),
    )
    .outerjoin(
        readings,
        (readings.c.site_id == comments.c.site_id) & (readings.c.comment_id == comments.c.id),
    )
    .outerjoin(
        sketches,
        (sketches.c.site_id == comments.c.site_id) & (sketches.c.comment_id == comments.c.id),
    )
)


class CardReads(ArrivalReads, TraceReads):
    def queue_page(self, wanted: QueueFilter, *, after: QueueMark | None, limit: int) -> QueuePage:
        found = self.queue_keys(wanted, after=after, limit=limit)
        return QueuePage(self._cards(found.keys, wanted.sites), found.more)

    def queued(self, site: Site, comment_id: str) -> QueuedComment | None:
        found = self._cards([QueueKey(site.id, comment_id, 0, 0, 0)], [site])
        return found[0] if found else None

    def _cards(self, keys: Sequence[QueueKey], sites: Sequence[Site]) -> tuple[QueuedComment, ...]:
        """Cards of lines of the queue, in their order, as far as they are still there."""
        if not keys:
            return ()
        site_ids, ids = {key.site_id for key in keys}, {key.id for key in keys}
        rows = {
            (row.site_id, row.id): row
            for row in self._connection.execute(
                _CARDS.where(comments.c.site_id.in_(site_ids), comments.c.id.in_(ids))
            )
        }
        edits = self._edits(keys)
        seen = self._seen(site_ids, ids)
        policies = {
            key: policy_from_data(data["policy"], complete=False)
            for key, data in self._trace_data(site_ids, ids).items()
        }
        around = _Around(
            sites={site.id: site for site in sites},
            answered=self._answered(rows.values()),
            authors=self._authors(rows.values()),
            others=self._campaign_sizes(rows.values()),
        )
        found = []
        for key in keys:
            row = rows.get((key.site_id, key.id))
            edit = edits.get((key.id, key.revision))
            if row is None or (key.revision and edit is None):
                continue
            policy = policies.get((key.id, key.revision)) or packaged_policy()
            found.append(_card(row, edit, around, seen.get((key.id, key.revision), ()), policy))
        return tuple(found)

    def _edits(self, keys: Sequence[QueueKey]) -> Mapping[Screened, Row[Any]]:
        wanted = {(key.id, key.revision) for key in keys if key.revision}
        if not wanted:
            return {}
        rows = self._connection.execute(
            select(revisions).where(
                revisions.c.site_id.in_({key.site_id for key in keys}),
                revisions.c.comment_id.in_({comment_id for comment_id, _ in wanted}),
            )
        )
        return {
            (row.comment_id, row.number): row
            for row in rows
            if (row.comment_id, row.number) in wanted
        }

    def _answered(self, rows: Collection[Row[Any]]) -> Mapping[str, Answered]:
        parents = {row.parent_id for row in rows if row.parent_id}
        if not parents:
            return {}
        found = self._connection.execute(
            select(
                comments.c.id, comments.c.author_name, comments.c.content, comments.c.state
            ).where(
                comments.c.site_id.in_({row.site_id for row in rows}), comments.c.id.in_(parents)
            )
        )
        return {
            row.id: Answered(row.id, row.author_name, row.content, State(row.state))
            for row in found
        }

    def _authors(self, rows: Collection[Row[Any]]) -> Mapping[str, tuple[Any, list[str]]]:
        """By contact, the numbers of comments by state, and names that were used lately."""
        pairs = sorted({(row.site_id, row.contact_id) for row in rows if row.contact_id})
        if not pairs:
            return {}
        counts: dict[str, dict[State, int]] = defaultdict(dict)
        for row in self._connection.execute(
            select(comments.c.contact_id, comments.c.state, func.count().label("number"))
            .where(
                comments.c.site_id.in_({site_id for site_id, _ in pairs}),
                comments.c.contact_id.in_({contact_id for _, contact_id in pairs}),
            )
            .group_by(comments.c.contact_id, comments.c.state)
        ):
            counts[row.contact_id][State(row.state)] = row.number
        names: dict[str, list[str]] = defaultdict(list)
        some = [
            select(comments.c.contact_id, comments.c.author_name)
            .where(comments.c.site_id == site_id, comments.c.contact_id == contact_id)
            .limit(NAMED_MAX)
            .subquery()
            for site_id, contact_id in pairs
        ]
        for row in self._connection.execute(
            union_all(*(select(one.c.contact_id, one.c.author_name).distinct() for one in some))
        ):
            names[row.contact_id].append(row.author_name)
        return {contact_id: (counts[contact_id], names[contact_id]) for _, contact_id in pairs}

    def _campaign_sizes(self, rows: Collection[Row[Any]]) -> Mapping[str, int]:
        pairs = {(row.site_id, row.campaign_id) for row in rows if row.campaign_id}
        if not pairs:
            return {}
        found = self._connection.execute(
            select(sketches.c.campaign_id, func.count().label("number"))
            .where(
                sketches.c.site_id.in_({site_id for site_id, _ in pairs}),
                sketches.c.campaign_id.in_({campaign_id for _, campaign_id in pairs}),
            )
            .group_by(sketches.c.campaign_id)
        )
        return {row.campaign_id: row.number - 1 for row in found}


class _Around:
    """What stands around the comments of a page, by their ids or those of their authors."""

    def __init__(
        self,
        *,
        sites: Mapping[str, Site],
        answered: Mapping[str, Answered],
        authors: Mapping[str, tuple[Mapping[State, int], Sequence[str]]],
        others: Mapping[str, int],
    ) -> None:
        self.sites = sites
        self.answered = answered
        self.authors = authors
        self.others = others

    def author_of(self, row: Row[Any]) -> AuthorSeen | None:
        if row.contact_id not in self.authors:
            return None
        by_state, names = self.authors[row.contact_id]
        others = sorted(name for name in names if name != row.author_name)
        return AuthorSeen(by_state, row.first_seen, tuple(others[:NAMES_MAX]))

    def similar_to(self, row: Row[Any]) -> Similar | None:
        others = self.others.get(row.campaign_id, 0)
        return Similar(row.campaign_id, others) if others else None


def _card(
    row: Row[Any],
    edit: Row[Any] | None,
    around: _Around,
    seen: Sequence[Row[Any]],
    policy: Policy,
) -> QueuedComment:
    revision = edit.number if edit is not None else 0
    return QueuedComment(
        id=row.id,
        site_id=row.site_id,
        site_slug=around.sites[row.site_id].slug,
        thread_id=row.thread_id,
        thread_url=row.thread_url,
        thread_title=row.thread_title,
        parent_id=row.parent_id,
        author_name=row.author_name,
        author_url=row.author_url,
        email_sealed=row.email_sealed,
        contact_id=row.contact_id,
        network_sealed=row.network_sealed,
        content=edit.content if edit is not None else row.content,
        state=State(edit.state if edit is not None else row.state),
        version=row.version,
        created_at=row.created_at,
        contributions=tuple(_contribution(one, policy) for one in seen if not one.shadow),
        policy=policy,
        revision=revision,
        shown_content=row.content if edit is not None else None,
        severity=row.severity,
        language=row.language,
        shadowed=tuple(_contribution(one, policy) for one in seen if one.shadow),
        read_as=tuple(
            (start, end, read)
            for number, start, end, read in row.read_as or ()
            if number == revision
        ),
        answered=around.answered.get(row.parent_id),
        author=around.author_of(row),
        similar=around.similar_to(row),
    )


def _contribution(row: Row[Any], policy: Policy) -> Contribution:
    rule = policy.rule(row.symbol)
    return Contribution(
        signal_from(row),
        points=row.points,
        sentence=rule.sentence,
        family=Family(row.family) if row.family is not None else None,
    )
