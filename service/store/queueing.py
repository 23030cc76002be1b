"""The lines of the desk's queue: narrowed down, in order, and paged by key.

Each site, and where need be each state, is one range of an index; what they have is merged. What
has no index of its own is looked for along the way, `EXAMINED` lines at a time, so that no page
takes longer than another, whatever it asks for.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    literal_column,
    select,
    union_all,
)

from service.core.desk_queue import Order, QueueFilter, QueueKey, QueueKeys, QueueMark
from service.core.states import State
from service.store.counting import CountReads
from service.store.flag_tables import flags
from service.store.flags import IS_OPEN
from service.store.queue_conditions import (
    behind,
    conditions_of,
    has_flag,
    has_symbol,
    is_in_language,
)
from service.store.searching import FEW, SearchReads
from service.store.tables import comments, revisions, signals

EXAMINED = 5_000
EXAMINED_MIN = 500
PARTS_MAX = 200
"""So many ranges stand in one statement: SQLite takes 500."""

LISTED_STATES = tuple(state for state in State if state is not State.ERASED)

# The second condition is that of the partial index, which only then is seen to serve the first.
IS_HELD_EDIT = (revisions.c.state == literal_column("'held'")) & revisions.c.state.in_(
    [literal_column("'pending'"), literal_column("'held'")]
)

Few = Collection[tuple[str, str]]
Condition = Callable[[Any], ColumnElement[bool]]

_COMMENTS = select(
    comments.c.site_id,
    comments.c.id,
    literal_column("0").label("revision"),
    comments.c.version,
    comments.c.severity,
)
_EDITS = (
    select(
        revisions.c.site_id,
        revisions.c.comment_id.label("id"),
        revisions.c.number.label("revision"),
        comments.c.version,
        comments.c.severity,
    )
    .join(
        comments,
        (comments.c.site_id == revisions.c.site_id) & (comments.c.id == revisions.c.comment_id),
    )
    .where(IS_HELD_EDIT, comments.c.state != State.ERASED)
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A range of an index. `rest` is what must be looked for along the way."""

    range: Select[Any]
    rest: tuple[Condition, ...]
    id: ColumnElement[Any]


class QueueReads(CountReads, SearchReads):
    _last_found: tuple[tuple[list[str], tuple[str, ...]], Few | None] | None = None

    def queue_keys(self, wanted: QueueFilter, *, after: QueueMark | None, limit: int) -> QueueKeys:
        found, words_are_known = self._few(wanted)
        parts = self._parts(wanted, found, after, words_are_known=words_are_known)
        rows = self._merged(wanted, [_limited(part, wanted, limit + 1, parts) for part in parts])
        # A comment and its held edit have one id, and stand on one page.
        cut = limit
        while 0 < cut < len(rows) and rows[cut].id == rows[cut - 1].id:
            cut += 1
        keys = tuple(map(_key, rows[:cut]))
        more = keys[-1].mark if len(rows) > cut else None
        # What a lone part found lies before its own horizon; of several, one may have found a page
        # full beyond that of another.
        if not any(part.rest for part in parts) or (more and len(parts) == 1):
            return QueueKeys(keys, more)
        return self._up_to_horizon(wanted, parts, keys, more)

    def keys_among(self, wanted: QueueFilter, few: Few, *, limit: int) -> Sequence[QueueKey]:
        """Of these comments those that `wanted` takes."""
        parts = self._parts(wanted, few, None, words_are_known=False)
        queries = [_limited(part, wanted, limit, parts) for part in parts]
        return [_key(row) for row in self._merged(wanted, queries)]

    # -- narrowing down ----------------------------------------------------------------------------

    def _few(self, wanted: QueueFilter) -> tuple[Few | None, bool]:
        """The only comments that can be meant, where an index says that they are few; and whether
        all of them are known to have the words that are searched.
        """
        ids = [site.id for site in wanted.sites]
        if wanted.words:
            found = self._found(ids, wanted.words)
            if found is not None:
                return found, True
        if wanted.flag is not None:
            rows = self._connection.execute(
                select(flags.c.site_id, flags.c.comment_id)
                .where(flags.c.site_id.in_(ids), flags.c.kind == wanted.flag, IS_OPEN)
                .distinct()
                .limit(FEW + 1)
            ).all()
            if len(rows) <= FEW:
                return {(row.site_id, row.comment_id) for row in rows}, False
        if wanted.symbol is not None:
            rows = self._connection.execute(
                select(signals.c.site_id, signals.c.comment_id)
                .where(signals.c.site_id.in_(ids), signals.c.symbol == wanted.symbol)
                .limit(FEW + 1)
            ).all()
            if len(rows) <= FEW:
                return {(row.site_id, row.comment_id) for row in rows}, False
        return None, False

    def _found(self, ids: list[str], words: tuple[str, ...]) -> Few | None:
        """As `found_by`, asked once for a page and the number of all that fit."""
        if self._last_found is None or self._last_found[0] != (ids, words):
            self._last_found = (ids, words), self.found_by(ids, words)
        return self._last_found[1]

    def _parts(
        self,
        wanted: QueueFilter,
        few: Few | None,
        after: QueueMark | None,
        *,
        words_are_known: bool,
    ) -> list[_Part]:
        rest = self._rest(wanted, words_are_known=words_are_known)
        by_site: dict[str, list[str]] = {site.id: [] for site in wanted.sites}
        for site_id, comment_id in few or ():
            if site_id in by_site:
                by_site[site_id].append(comment_id)
        parts: list[_Part] = []
        for site_id, ids in by_site.items():
            if few is not None and not ids:
                continue
            common = [
                *conditions_of(wanted),
                *([comments.c.id.in_(ids)] if few is not None else []),
            ]
            for state in _ranges(wanted, looked_up=few is not None):
                query = _COMMENTS.where(
                    comments.c.site_id == site_id,
                    comments.c.state == state if state else comments.c.state != State.ERASED,
                    *common,
                    *behind(wanted, comments.c.id, after),
                )
                parts.append(_Part(query, rest, comments.c.id))
            if wanted.state in (None, State.HELD):
                # An edit is looked for by its own columns, of which there are few.
                query = _EDITS.where(
                    revisions.c.site_id == site_id,
                    *common,
                    *behind(wanted, revisions.c.comment_id, after),
                )
                parts.append(_Part(query, rest, revisions.c.comment_id))
        return parts

    def _rest(self, wanted: QueueFilter, *, words_are_known: bool) -> tuple[Condition, ...]:
        """What no range says."""
        symbol, words = wanted.symbol, wanted.words
        found: list[Condition] = []
        flag = wanted.flag
        if flag is not None:
            found.append(lambda line: has_flag(line, flag))
        if symbol is not None:
            found.append(lambda line: has_symbol(line, symbol))
        language = wanted.language
        if language is not None and wanted.order is Order.SEVEREST:
            # The index of severity gives the order, and knows no languages.
            found.append(lambda line: is_in_language(line, language))
        if words and not words_are_known:
            found.append(lambda line: self.has_words(line.site_id, line.id, words))
        return tuple(found)

    # -- merging -----------------------------------------------------------------------------------

    def _merged(self, wanted: QueueFilter, queries: Sequence[Select[Any]]) -> list[Row[Any]]:
        rows: list[Row[Any]] = []
        for start in range(0, len(queries), PARTS_MAX):
            some = queries[start : start + PARTS_MAX]
            statement: Any = (
                some[0]
                if len(some) == 1
                else union_all(*(select(query.subquery()) for query in some))
            )
            rows += self._connection.execute(statement)
        return sorted(rows, key=_place(wanted), reverse=wanted.order is not Order.OLDEST)

    def _up_to_horizon(
        self,
        wanted: QueueFilter,
        parts: Sequence[_Part],
        keys: tuple[QueueKey, ...],
        more: QueueMark | None,
    ) -> QueueKeys:
        """What was found, up to where all parts have been looked through; `more` is where a page
        that is full ends.
        """
        last = [
            part.range.order_by(*_order(wanted, part)).offset(_examined(parts) - 1).limit(1)
            for part in parts
        ]
        horizons = self._merged(wanted, last)
        if not horizons:
            return QueueKeys(keys, more)
        nearest = _key(horizons[0])
        place = _place(wanted)
        kept = [
            key
            for key in keys
            if (wanted.order is Order.OLDEST and place(key)[:2] <= place(nearest)[:2])
            or (wanted.order is not Order.OLDEST and place(key)[:2] >= place(nearest)[:2])
        ]
        return QueueKeys(tuple(kept), more if more and len(kept) == len(keys) else nearest.mark)


def _ranges(wanted: QueueFilter, *, looked_up: bool) -> Sequence[State | None]:
    """The states that are one range of an index each; None where a range has them all."""
    if wanted.state is not None:
        return (wanted.state,)
    plain = (
        wanted.order is not Order.SEVEREST and wanted.thread_id is None and wanted.language is None
    )
    return (None,) if plain or looked_up or wanted.author_ids else LISTED_STATES


def _order(wanted: QueueFilter, part: _Part) -> list[ColumnElement[Any]]:
    if wanted.order is Order.OLDEST:
        return [part.id]
    if wanted.order is Order.NEWEST:
        return [part.id.desc()]
    severity: ColumnElement[int] = comments.c.severity
    if wanted.thread_id is not None or wanted.author_ids:
        # Of one page or author there are few, to be sorted; the index of severity would be gone
        # through in vain for them.
        severity = severity + 0
    return [severity.desc(), part.id.desc()]


def _limited(part: _Part, wanted: QueueFilter, limit: int, parts: Sequence[_Part]) -> Select[Any]:
    ordered = part.range.order_by(*_order(wanted, part))
    if not part.rest:
        return ordered.limit(limit)
    lines = ordered.limit(_examined(parts)).subquery()
    found = select(lines).where(*(condition(lines.c) for condition in part.rest))
    if wanted.order is Order.SEVEREST:
        found = found.order_by(lines.c.severity.desc(), lines.c.id.desc())
    else:
        found = found.order_by(lines.c.id if wanted.order is Order.OLDEST else lines.c.id.desc())
    return found.limit(limit)


def _examined(parts: Sequence[_Part]) -> int:
    return max(EXAMINED_MIN, EXAMINED // max(1, len(parts)))


def _place(wanted: QueueFilter) -> Callable[[Any], tuple[Any, ...]]:
    if wanted.order is Order.SEVEREST:
        return lambda line: (line.severity, line.id, line.revision)
    return lambda line: (line.id, 0, line.revision)


def _key(row: Row[Any]) -> QueueKey:
    return QueueKey(
        site_id=row.site_id,
        id=row.id,
        revision=row.revision,
        version=row.version,
        severity=row.severity,
    )
