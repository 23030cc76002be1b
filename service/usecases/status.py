"""Status: what its author is told of a comment, and whether they may contest it."""

from service.core.decisions import Actor, effective
from service.core.errors import NotFound
from service.core.flags import APPEALABLE, FlagKind, FlagState
from service.core.own import Status, statement_of
from service.core.ports import Reads
from service.core.states import State


def read_status(tx: Reads, site_id: str, comment_id: str) -> Status:
    """Raises `NotFound` for a comment that is not there, or was erased."""
    comment = tx.own_comment(site_id, comment_id)
    if comment is None:
        raise NotFound("This link leads to no comment.")
    record = tx.decisions(site_id, comment_id)
    made = [one for one in effective(record) if not one.revision]
    flags = tx.flags_of(site_id, comment_id)
    appeal = next((one.state for one in flags if one.kind is FlagKind.APPEAL), None)
    reported = any(one.kind is FlagKind.REPORT and one.state is FlagState.UPHELD for one in flags)
    withdrawn = comment.state is State.DELETED and bool(made) and made[-1].actor is Actor.AUTHOR
    return Status(
        comment=comment,
        statement=None if withdrawn else statement_of(record, reported=reported),
        can_appeal=appeal is None and comment.state in APPEALABLE and not withdrawn,
        appeal=appeal,
        withdrawn=withdrawn,
        own_reasons=tx.own_reasons([site_id]).get(site_id, ()),
    )
