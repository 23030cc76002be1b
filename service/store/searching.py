"""By which words comments are found, and what was read of them: kept beside the comments."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, bindparam, cast, delete, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from service.core.decisions import Screening
from service.core.search import words_of
from service.core.states import State
from service.store.connected import Connected
from service.store.queue_tables import readings, site_word
from service.store.tables import comments, revisions

READ_AS_MAX = 40
"""So many stretches of one text are kept, as much as a moderator looks at."""

FEW = 2_000
"""So many comments are looked up one by one; what more of them have is looked for along the way."""

OR_MAX = 20

_IS_OPEN_EDIT = revisions.c.state.in_([State.PENDING, State.HELD])
_FORGET_WORDS = text(
    "INSERT INTO found_words (found_words, rowid, words) VALUES ('delete', :number, :words)"
)
_FIND_WORDS = text("INSERT INTO found_words (rowid, words) VALUES (:number, :words)")


class SearchReads(Connected):
    def found_by(
        self, site_ids: Sequence[str], words: Sequence[str]
    ) -> Collection[tuple[str, str]] | None:
        """The comments that have all these words, or None if they are not `FEW`."""
        # A search names its sites where there are few, so that others' comments are not in the way.
        sites = [site_word(one) for one in site_ids] if len(site_ids) <= OR_MAX else []
        rows = self._connection.execute(
            _found_on_sqlite(words, sites)
            if self._is_sqlite
            else _found_on_postgresql(words, sites)
        ).all()
        return None if len(rows) > FEW else [(row.site_id, row.comment_id) for row in rows]

    def has_words(self, site_id: Any, comment_id: Any, words: Sequence[str]) -> Any:
        """A condition: that a comment has all these words."""
        of_it = (readings.c.site_id == site_id) & (readings.c.comment_id == comment_id)
        if self._is_sqlite:
            padded = literal(" ") + readings.c.words + " "
            conditions = [
                func.instr(padded, f" {word[:-1]}" if word.endswith("*") else f" {word} ") > 0
                for word in words
            ]
        else:
            conditions = [readings.c.words.op("@@")(_query(words, []))]
        return select(readings.c.comment_id).where(of_it, *conditions).exists()


class SearchWrites(SearchReads):
    def read_anew(self, site_id: str, comment_ids: Collection[str]) -> None:
        self._index(site_id, comment_ids, {})

    def index_screened(self, screenings: Iterable[Screening]) -> None:
        """Of comments that have just been screened, with how their evidence was read."""
        by_site: dict[str, dict[str, list[Screening]]] = {}
        for one in screenings:
            by_site.setdefault(one.site_id, {}).setdefault(one.comment_id, []).append(one)
        for site_id, found in by_site.items():
            self._index(site_id, found.keys(), found)

    def _index(
        self,
        site_id: str,
        comment_ids: Collection[str],
        screened: Mapping[str, Sequence[Screening]],
    ) -> None:
        ids = sorted(comment_ids)
        known = self._taken_out(site_id, ids)
        rows = self._connection.execute(
            select(
                comments.c.id,
                comments.c.author_name,
                comments.c.author_url,
                comments.c.content,
                revisions.c.content.label("edit"),
            )
            .outerjoin(
                revisions,
                (revisions.c.site_id == comments.c.site_id)
                & (revisions.c.comment_id == comments.c.id)
                & _IS_OPEN_EDIT,
            )
            .where(
                comments.c.site_id == site_id,
                comments.c.id.in_(ids),
                comments.c.state != State.ERASED,
            )
        ).all()
        if not rows:
            return
        number = self._last_number() if self._is_sqlite else None
        values = []
        for row in rows:
            texts = [row.author_name, row.author_url or "", row.content, row.edit or ""]
            number = number + 1 if number is not None else None
            values.append(
                {
                    "site_id": site_id,
                    "comment_id": row.id,
                    "number": number,
                    "words": f"{site_word(site_id)} {words_of(texts)}",
                    "read_as": _read_as(known.get(row.id, ()), screened.get(row.id, ())),
                }
            )
        words: Any = bindparam("words", type_=Text)
        self._connection.execute(
            insert(readings).values(words=words if self._is_sqlite else cast(words, TSVECTOR)),
            values,
        )
        if self._is_sqlite:
            self._connection.execute(_FIND_WORDS, values)

    def _taken_out(self, site_id: str, ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """Take these out of what can be found; by id, how they were read."""
        gone = self._connection.execute(
            delete(readings)
            .where(readings.c.site_id == site_id, readings.c.comment_id.in_(ids))
            .returning(
                readings.c.comment_id,
                readings.c.number,
                cast(readings.c.words, Text).label("words"),
                readings.c.read_as,
            )
        ).all()
        if gone and self._is_sqlite:
            self._connection.execute(
                _FORGET_WORDS, [{"number": row.number, "words": row.words} for row in gone]
            )
        return {row.comment_id: row.read_as for row in gone}

    def _last_number(self) -> int:
        return int(
            self._connection.execute(
                select(func.coalesce(func.max(readings.c.number), 0))
            ).scalar_one()
        )


def _read_as(known: Sequence[Any], screened: Sequence[Screening]) -> list[list[Any]]:
    """Entries of revision, start, end and text: those known, but for what was screened anew."""
    anew = {one.revision for one in screened}
    kept = [entry for entry in known if entry[0] not in anew]
    return kept + [
        [one.revision, start, end, read]
        for one in screened
        for start, end, read in one.read_as[:READ_AS_MAX]
    ]


def _found_on_sqlite(words: Sequence[str], sites: Sequence[str]) -> Any:
    asked = " ".join(words)
    if sites:
        asked = f"({' OR '.join(sites)}) AND {' AND '.join(words)}"
    numbers = (
        select(text("rowid AS number"))
        .select_from(text("found_words"))
        .where(text("found_words MATCH :asked").bindparams(asked=asked))
        .limit(FEW + 1)
        .subquery("numbers")
    )
    return select(readings.c.site_id, readings.c.comment_id).where(
        readings.c.number.in_(select(text("numbers.number")).select_from(numbers))
    )


def _found_on_postgresql(words: Sequence[str], sites: Sequence[str]) -> Any:
    return (
        select(readings.c.site_id, readings.c.comment_id)
        .where(readings.c.words.op("@@")(_query(words, sites)))
        .limit(FEW + 1)
    )


def _query(words: Sequence[str], sites: Sequence[str]) -> Any:
    """A `tsquery`. Words are ASCII letters and digits, so nothing in them has to be quoted."""
    asked = [f"{word[:-1]}:*" if word.endswith("*") else word for word in words]
    if sites:
        asked.append(f"({' | '.join(sites)})")
    return cast(literal(" & ".join(asked), Text), TSQUERY)
