"""What readers and authors have flagged, on cards: shown with their words, and settled."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import g, redirect, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from service.core.flags import Flag, FlagKind, FlagState, ReportReason
from service.core.people import Permission
from service.core.ports import Reads
from service.core.records import QueuedComment
from service.web.current import services
from service.web.desk.evidence import visible
from service.web.desk.filters import queue_address, read_back
from service.web.desk.finding import read_mark
from service.web.desk.pages import allow, blueprint
from service.web.desk.session import visit
from service.web.form_door import BadForm

SHOWN_MAX = 10
"""So many reports are shown in full on a card; of the others it says how many there are."""

_REASONS = {
    ReportReason.SPAM: "Spam",
    ReportReason.INSULT: "Insult",
    ReportReason.HATE: "Hate",
    ReportReason.THREAT: "Threat",
    ReportReason.PERSONAL_DATA: "Personal data",
    ReportReason.ILLEGAL: "Illegal",
    ReportReason.OFF_TOPIC: "Off topic",
    ReportReason.OTHER: "Other",
}


@dataclass(frozen=True, slots=True)
class ShownFlag:
    flag: Flag
    reason: str
    text: Markup


@dataclass(frozen=True, slots=True)
class ShownFlags:
    """Flags of one kind on a comment; `last` is the id of the newest, `reasons` are counted."""

    kind: FlagKind
    shown: tuple[ShownFlag, ...]
    more: int
    reasons: tuple[tuple[str, int], ...]
    last: str
    is_open: bool


def open_flags_on(
    tx: Reads, comments: Iterable[QueuedComment]
) -> Mapping[str, tuple[ShownFlags, ...]]:
    """By comment, what waits to be settled: one query for each site."""
    by_site: dict[str, list[str]] = defaultdict(list)
    for one in comments:
        by_site[one.site_id].append(one.id)
    return {
        comment_id: shown_flags(found)
        for site_id, ids in by_site.items()
        for comment_id, found in tx.open_flags(site_id, ids).items()
    }


def shown_flags(found: Sequence[Flag]) -> tuple[ShownFlags, ...]:
    """Appeals first, then reports, those that wait before those that are settled."""
    parts = []
    for is_open in (True, False):
        for kind in (FlagKind.APPEAL, FlagKind.REPORT):
            of_kind = [
                one
                for one in found
                if one.kind is kind and (one.state is FlagState.OPEN) is is_open
            ]
            if of_kind:
                parts.append(_group(kind, of_kind, is_open=is_open))
    return tuple(parts)


def _group(kind: FlagKind, found: Sequence[Flag], *, is_open: bool) -> ShownFlags:
    counts: dict[str, int] = defaultdict(int)
    for one in found:
        counts[_REASONS[one.reason] if one.reason else ""] += 1
    return ShownFlags(
        kind=kind,
        shown=tuple(
            ShownFlag(one, _REASONS[one.reason] if one.reason else "", visible(one.text))
            for one in found[:SHOWN_MAX]
        ),
        more=max(0, len(found) - SHOWN_MAX),
        reasons=tuple(sorted(counts.items(), key=lambda one: -one[1])),
        last=found[-1].id,
        is_open=is_open,
    )


@blueprint.post("/comments/<uuid:site_id>/<uuid:comment_id>/flags")
@allow(Permission.DECIDE)
def settle_flags(site_id: UUID, comment_id: UUID) -> BaseResponse:
    """Dismiss what was flagged up to the flag that the moderator saw last."""
    form: dict[str, str] = g.form
    try:
        kind = FlagKind(form.get("kind", ""))
    except ValueError:
        raise BadForm("The form does not say what to dismiss.") from None
    up_to = read_mark(form.get("up_to"))
    if up_to is None:
        raise BadForm("The form does not say what to dismiss.")
    back = read_back(form.get("back", ""))
    services().flags.settle((str(site_id), str(comment_id)), kind, visit().moderator, up_to=up_to)
    if back is not None:
        return redirect(queue_address(back), 303)
    return redirect(url_for("desk.show_record", site_id=site_id, comment_id=comment_id), 303)
