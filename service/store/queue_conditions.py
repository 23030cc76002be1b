"""What a line of the desk's queue has to fulfil, in SQL."""

from typing import Any

from sqlalchemy import ColumnElement, literal, select, tuple_

from service.core.desk_queue import Order, QueueFilter, QueueMark
from service.core.flags import FlagKind
from service.store.flag_tables import flags
from service.store.flags import IS_OPEN
from service.store.tables import comments, signals
from service.store.types import Id


def conditions_of(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.thread_id is not None:
        found.append(comments.c.thread_id == wanted.thread_id)
    if wanted.author_ids:
        found.append(comments.c.contact_id.in_(wanted.author_ids))
    if wanted.language is not None and wanted.order is not Order.SEVEREST:
        found.append(comments.c.language == wanted.language)
    if wanted.from_id is not None:
        found.append(comments.c.id >= wanted.from_id)
    if wanted.before_id is not None:
        found.append(comments.c.id < wanted.before_id)
    return found


def behind(
    wanted: QueueFilter, id_column: Any, after: QueueMark | None
) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    if wanted.order is Order.OLDEST:
        return [id_column > after.id]
    if wanted.order is Order.NEWEST:
        return [id_column < after.id]
    mark = tuple_(literal(after.severity), literal(after.id, Id))
    return [tuple_(comments.c.severity, id_column) < mark]


def is_in_language(line: Any, language: str) -> ColumnElement[bool]:
    same = comments.alias()
    return (
        select(same.c.id)
        .where(same.c.site_id == line.site_id, same.c.id == line.id, same.c.language == language)
        .exists()
    )


def has_flag(line: Any, kind: FlagKind) -> ColumnElement[bool]:
    return (
        select(flags.c.comment_id)
        .where(
            flags.c.site_id == line.site_id,
            flags.c.comment_id == line.id,
            flags.c.kind == kind,
            IS_OPEN,
        )
        .exists()
    )


def has_symbol(line: Any, symbol: str) -> ColumnElement[bool]:
    return (
        select(signals.c.comment_id)
        .where(
            signals.c.site_id == line.site_id,
            signals.c.comment_id == line.id,
            signals.c.revision == line.revision,
            signals.c.symbol == symbol,
        )
        .exists()
    )
