"""Flags: readers report comments, authors appeal, moderators settle both.

Who wants a comment gone can send reports from many places: a network counts once for a comment, not
at all once most of its reports were wrong, and no report moves what a person has decided about.
"""

import ipaddress
from dataclasses import dataclass

from service.core.audit import Entry, Event, by_moderator
from service.core.decisions import Actor, Decision, effective
from service.core.errors import AppealRefused, NotFound, Overloaded, TooManyRequests
from service.core.flags import (
    APPEALABLE,
    REPORTS_KEPT_MAX,
    REPORTS_PER_DAY_MAX,
    Flag,
    FlagKind,
    FlagState,
    ReportReason,
    Settlement,
    settled_by,
)
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, RateLimiter, Reads, Room, Store, Vault, Writes
from service.core.site import Site
from service.core.states import State

_DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class ReportComment:
    """Keeps a reader's report of a comment that is shown; a network's second one changes nothing.

    Raises `NotFound` for a comment that readers do not see, `TooManyRequests` or `Overloaded`.
    """

    store: Store
    limiter: RateLimiter
    room: Room
    vault: Vault
    clock: Clock
    new_id: NewId

    def __call__(
        self, site: Site, comment_id: str, reason: ReportReason, text: str, *, ip: str
    ) -> None:
        network = self.vault.keyed_hash("reporter", reporting_network(ip))
        _admit(self.limiter, self.room, network)
        now = self.clock()
        with self.store.write() as tx:
            if tx.comment_state(site.id, comment_id) is not State.APPROVED:
                raise NotFound("There is no such comment.")
            record = tx.reporter_record(site.id, network, now=now)
            if record.today >= REPORTS_PER_DAY_MAX:
                raise TooManyRequests(retry_after_seconds=_DAY_SECONDS)
            if len(tx.open_flags(site.id, [comment_id]).get(comment_id, ())) >= REPORTS_KEPT_MAX:
                return
            flag = Flag(
                id=self.new_id(),
                site_id=site.id,
                comment_id=comment_id,
                kind=FlagKind.REPORT,
                text=text,
                created_at=now,
                reason=reason,
                network_hash=network,
                counts=record.counts,
            )
            if tx.add_flag(flag):
                self._hold_again(tx, site, flag)

    def _hold_again(self, tx: Writes, site: Site, flag: Flag) -> None:
        enough = site.settings.hold_at_reports
        # Whatever the setting says: one network never does it alone.
        if not enough or not flag.counts:
            return
        number = tx.counting_reports(site.id, flag.comment_id)
        if number >= max(enough, 2):
            note = f"Readers on {number} networks have reported it."
            tx.hold_again(site.id, {flag.comment_id: note}, now=flag.created_at, new_id=self.new_id)


@dataclass(frozen=True, slots=True)
class AppealDecision:
    """Keeps an author's appeal against what was decided about their comment: one a comment.

    Whoever holds the comment's status token is its author; the door has checked it. Raises
    `NotFound`, `AppealRefused`, `TooManyRequests` or `Overloaded`.
    """

    store: Store
    limiter: RateLimiter
    room: Room
    vault: Vault
    clock: Clock
    new_id: NewId

    def __call__(self, site: Site, comment_id: str, text: str, *, ip: str) -> None:
        network = self.vault.keyed_hash("reporter", reporting_network(ip))
        _admit(self.limiter, self.room, network)
        flag = Flag(
            id=self.new_id(),
            site_id=site.id,
            comment_id=comment_id,
            kind=FlagKind.APPEAL,
            text=text,
            created_at=self.clock(),
        )
        with self.store.write() as tx:
            state = tx.comment_state(site.id, comment_id)
            if state is None or state is State.ERASED:
                raise NotFound("There is no such comment.")
            if not is_appealable(tx, site.id, comment_id, state):
                raise AppealRefused("Nothing was decided about it that can be appealed.")
            if not tx.add_flag(flag):
                raise AppealRefused("It has been appealed already. A moderator looks at it.")


@dataclass(frozen=True, slots=True)
class SettleFlags:
    """A moderator settles a comment's flags of one kind without deciding about the comment anew.

    Flags that came after `up_to`, the last that the moderator saw, stay open. An appeal can only be
    dismissed so: it is granted by showing the comment. Twice is as good as once. Raises `Forbidden`
    or `NotFound`.
    """

    store: Store
    clock: Clock

    def __call__(
        self, comment: tuple[str, str], kind: FlagKind, moderator: Moderator, *, up_to: str
    ) -> int:
        """How many were settled. `comment` is the ids of its site and its own."""
        site_id, comment_id = comment
        moderator.require(Permission.DECIDE, site_id)
        settlement = Settlement(self.clock(), moderator_id=moderator.id, up_to=up_to)
        with self.store.write() as tx:
            if tx.comment_state(site_id, comment_id) is None:
                raise NotFound
            outcomes = {kind: FlagState.DISMISSED}
            settled = tx.settle_flags(site_id, comment_id, outcomes, settlement)
            if settled:
                tx.record(
                    Entry(
                        site_id,
                        Event.FLAGS_SETTLED,
                        by_moderator(moderator),
                        settlement.at,
                        about=comment_id,
                        details={"kind": kind, "to": FlagState.DISMISSED, "number": settled},
                    )
                )
        return settled


def settle_flags(tx: Writes, decision: Decision) -> None:
    """Settle what a decision answers: call it for each one by a person, in its transaction.

    `Writes.reopen_flags` takes this back, for a decision that is undone.
    """
    if decision.revision:
        return
    outcomes = settled_by(decision.to_state)
    if decision.actor is Actor.AUTHOR:
        outcomes = dict.fromkeys(FlagKind, FlagState.MOOT)
    settlement = Settlement(decision.at, decision.id, decision.moderator_id)
    tx.settle_flags(decision.site_id, decision.comment_id, outcomes, settlement)


def is_appealable(tx: Reads, site_id: str, comment_id: str, state: State) -> bool:
    """Whether a comment is in a state that its author can contest, and did not bring about."""
    if state not in APPEALABLE:
        return False
    made = [one for one in effective(tx.decisions(site_id, comment_id)) if not one.revision]
    return bool(made) and made[-1].actor is not Actor.AUTHOR


def reporting_network(ip: str) -> str:
    """Whom a report counts for: IPv4 /24, IPv6 /48, which is what one customer is given."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = 24 if address.version == 4 else 48  # noqa: PLR2004 (the version number of IPv4)
    return str(ipaddress.ip_network((address, prefix), strict=False))


def _admit(limiter: RateLimiter, room: Room, network: bytes) -> None:
    if not room.has_room():
        raise Overloaded("The service has no room for more right now.")
    wait = limiter.admit_flag(network)
    if wait:
        raise TooManyRequests(retry_after_seconds=int(wait) + 1)
