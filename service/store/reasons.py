"""A site's own reasons for taking comments away."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, select

from service.core.reasons import Reason, ReasonText
from service.store.connected import Connected
from service.store.deciding_tables import reasons


class ReasonReads(Connected):
    def own_reasons(self, site_ids: Collection[str]) -> Mapping[str, Sequence[Reason]]:
        rows = self._connection.execute(
            select(reasons)
            .where(reasons.c.site_id.in_(site_ids))
            .order_by(reasons.c.position, reasons.c.code)
        )
        found: dict[str, list[Reason]] = defaultdict(list)
        for row in rows:
            texts = {language: ReasonText(*pair) for language, pair in row.texts.items()}
            found[row.site_id].append(Reason(row.code, texts, retired=row.retired, own=True))
        return found


class ReasonWrites(ReasonReads):
    def keep_reason(self, site_id: str, reason: Reason) -> None:
        values = {
            "retired": reason.retired,
            "texts": {
                language: [one.label, one.sentence] for language, one in reason.texts.items()
            },
        }
        last = select(func.coalesce(func.max(reasons.c.position), 0) + 1).where(
            reasons.c.site_id == site_id
        )
        self._connection.execute(
            self._insert(reasons)
            .values(site_id=site_id, code=reason.code, position=last.scalar_subquery(), **values)
            .on_conflict_do_update(index_elements=["site_id", "code"], set_=values)
        )

    def drop_reason(self, site_id: str, code: str) -> bool:
        gone = self._connection.execute(
            delete(reasons).where(reasons.c.site_id == site_id, reasons.c.code == code)
        )
        return gone.rowcount == 1
