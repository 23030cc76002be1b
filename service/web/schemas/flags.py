"""Reports and appeals as they come in, from JSON or from an HTML form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from service.core.flags import FLAG_TEXT_MAX_CHARS, ReportReason
from service.web.schemas.faults import MISSING, WRONG_TYPE_TEXT, Fault, StrictSchema, refuse
from service.web.schemas.text import Content

UNKNOWN_REASON = Fault(
    "unknown", f"A reason is one of these: {', '.join(one.value for one in ReportReason)}."
)


class Reason(fields.Field[ReportReason]):
    """One of the reasons for a report, by its name."""

    def __init__(self) -> None:
        super().__init__(required=True, error_messages={"required": "missing", "null": "missing"})

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> ReportReason:
        if not isinstance(value, str):
            raise refuse(WRONG_TYPE_TEXT)
        if not value.strip():
            raise refuse(MISSING)
        try:
            return ReportReason(value)
        except ValueError:
            raise refuse(UNKNOWN_REASON) from None


class ReportSchema(StrictSchema):
    reason = Reason()
    text = Content(required=False, max_chars=FLAG_TEXT_MAX_CHARS, empty="")


class AppealSchema(StrictSchema):
    text = Content(required=True, max_chars=FLAG_TEXT_MAX_CHARS)


_REPORT, _APPEAL = ReportSchema(), AppealSchema()


@dataclass(frozen=True, slots=True)
class LoadedReport:
    reason: ReportReason
    text: str


def load_report(data: Mapping[str, Any]) -> LoadedReport:
    """Raises `InvalidSubmission` naming every bad field."""
    return LoadedReport(**_REPORT.load_strictly(data))


def load_appeal(data: Mapping[str, Any]) -> str:
    """The appeal's text. Raises `InvalidSubmission` naming every bad field."""
    text: str = _APPEAL.load_strictly(data)["text"]
    return text
