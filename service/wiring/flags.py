"""Puts together what concerns reports and appeals."""

from dataclasses import dataclass

from service.usecases.flags import AppealDecision, ReportComment, SettleFlags
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Flags:
    report: ReportComment
    appeal: AppealDecision
    settle: SettleFlags


def build_flags(parts: Parts) -> Flags:
    filing = (parts.store, parts.limiter, parts.room, parts.vault, parts.clock, parts.new_id)
    return Flags(
        report=ReportComment(*filing),
        appeal=AppealDecision(*filing),
        settle=SettleFlags(parts.store, parts.clock),
    )
