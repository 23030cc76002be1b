"""Editing lists: add entries, end them, put them in force again; each change is recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.core.audit import Doer, Entry, Event
from service.core.errors import Conflict, FieldProblem, InvalidSubmission, NotFound
from service.core.list_file import of_line
from service.core.list_values import wording
from service.core.listing import Lister
from service.core.lists import ALL_SITES, EFFECTS, ENTRIES_MAX, Effect, EntryKind, ListEntry
from service.core.ports import Clock, NewId, Store, Writes
from service.usecases.listing.senders import FindSenders

_IDS_RECORDED = 100


@dataclass(frozen=True, slots=True)
class NewEntry:
    """As it was typed. `line` is where it stands in a file, 0 outside of one."""

    kind: EntryKind
    effect: Effect
    value: str
    note: str = ""
    expires_at: datetime | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """What came of new entries; `known` were there already and stayed as they are."""

    entries: Sequence[ListEntry]
    known: int


@dataclass(frozen=True, slots=True)
class EditLists:
    """`site_id` is a site's or `ALL_SITES`; that somebody may change its lists is for the caller.

    Raises `InvalidSubmission` for what cannot be an entry, and then nothing is changed.
    """

    store: Store
    senders: FindSenders
    lister: Callable[[], Lister]
    clock: Clock
    new_id: NewId

    def made(self, site_id: str, new: NewEntry, *, by: Doer | None = None) -> ListEntry:
        """The entry that would be added."""
        if new.effect not in EFFECTS[new.kind]:
            raise _refused("unknown", f"A {new.kind} cannot be on a list that says {new.effect}.")
        now = self.clock()
        if new.expires_at is not None and new.expires_at <= now:
            raise InvalidSubmission(
                FieldProblem("/expires", "out_of_range", "The day is over already.")
            )
        found = wording(new.kind, new.value)
        problem = self.lister().problem_with(new.kind, found.value)
        if problem:
            raise _refused("invalid", problem)
        key = found.key
        if new.kind is EntryKind.ADDRESS:
            key = self.senders.keys_of(new.value.strip(), site_id)[0]
        return ListEntry(
            id=self.new_id(),
            site_id=site_id,
            kind=new.kind,
            effect=new.effect,
            value=found.value,
            key=key,
            created_at=now,
            created_by=by.id if by is not None else None,
            note=new.note,
            expires_at=new.expires_at,
        )

    def add(self, site_id: str, new: Sequence[NewEntry], by: Doer) -> Added:
        made = self._all_made(site_id, new, by)
        with self.store.write() as tx:
            return self._added(tx, site_id, made, by)

    def add_made(self, site_id: str, entry: ListEntry, by: Doer, *, event: Event) -> ListEntry:
        """Add one that is made otherwise; a mark about an author replaces the one before it."""
        with self.store.write() as tx:
            tx.lock_rules(site_id)
            now = self.clock()
            former = tx.entries_with_keys(site_id, [(entry.kind, entry.key)])
            tx.end_entries(site_id, [one.id for one in former], now=now, by=by.id)
            if not tx.add_entries([entry]):
                raise Conflict("Somebody else has just changed this.")
            tx.record(_change(site_id, [entry], by, now, "added", event=event))
        return entry

    def end(self, site_id: str, ids: Sequence[str], by: Doer, *, event: Event) -> int:
        """End entries; how many had not been ended before. Raises `NotFound` for unknown ones."""
        with self.store.write() as tx:
            tx.lock_rules(site_id)
            entries = [tx.entry(site_id, one) for one in ids]
            known = [one for one in entries if one is not None]
            if len(known) < len(ids):
                raise NotFound
            now = self.clock()
            ended = tx.end_entries(site_id, ids, now=now, by=by.id)
            if ended:
                gone = [one for one in known if one.id in ended]
                tx.record(_change(site_id, gone, by, now, "ended", event=event))
        return len(ended)

    def restore(self, site_id: str, entry_id: str, by: Doer) -> ListEntry:
        """Put an ended or expired entry in force again, without a day on which it ends."""
        with self.store.write() as tx:
            tx.lock_rules(site_id)
            entry = tx.entry(site_id, entry_id)
            if entry is None:
                raise NotFound
            now = self.clock()
            if entry.is_in_force(now):
                return entry
            self._refuse_full(tx, site_id, 1)
            tx.end_entries(site_id, [entry_id], now=now, by=by.id)
            self._end_expired(tx, site_id, [entry], now)
            if not tx.restore_entry(site_id, entry_id, expires_at=None):
                raise Conflict("There is another entry about the same.")
            tx.record(_change(site_id, [entry], by, now, "restored"))
        return replace(entry, ended_at=None, ended_by=None, expires_at=None)

    def change(
        self, site_id: str, entry_id: str, by: Doer, *, note: str, expires_at: datetime | None
    ) -> None:
        now = self.clock()
        if expires_at is not None and expires_at <= now:
            raise InvalidSubmission(
                FieldProblem("/expires", "out_of_range", "The day is over already.")
            )
        with self.store.write() as tx:
            tx.lock_rules(site_id)
            entry = tx.entry(site_id, entry_id)
            if entry is None:
                raise NotFound
            if not tx.change_entry(site_id, entry_id, note=note, expires_at=expires_at):
                raise Conflict("It has been ended.")
            tx.record(_change(site_id, [entry], by, now, "changed"))

    def _all_made(self, site_id: str, new: Sequence[NewEntry], by: Doer) -> Sequence[ListEntry]:
        made: dict[tuple[EntryKind, str], ListEntry] = {}
        problems: list[FieldProblem] = []
        for one in new:
            try:
                entry = self.made(site_id, one, by=by)
            except InvalidSubmission as error:
                if not one.line:
                    raise
                problems += [of_line(one.line, problem) for problem in error.problems]
            else:
                made.setdefault((entry.kind, entry.key), entry)
        if problems:
            raise InvalidSubmission(*problems[:20])
        return list(made.values())

    def _added(self, tx: Writes, site_id: str, made: Sequence[ListEntry], by: Doer) -> Added:
        now = self.clock()
        tx.lock_rules(site_id)
        self._refuse_full(tx, site_id, len(made))
        self._end_expired(tx, site_id, made, now)
        added = tx.add_entries(made)
        entries = [one for one in made if one.id in added]
        if entries:
            tx.record(_change(site_id, entries, by, now, "added"))
        return Added(entries, known=len(made) - len(entries))

    def _end_expired(
        self, tx: Writes, site_id: str, entries: Sequence[ListEntry], now: datetime
    ) -> None:
        keys = {(one.kind, one.key) for one in entries}
        expired = [
            one.id for one in tx.entries_with_keys(site_id, keys) if not one.is_in_force(now)
        ]
        tx.end_entries(site_id, expired, now=now, by=None)

    def _refuse_full(self, tx: Writes, site_id: str, more: int) -> None:
        number = sum(tx.entry_counts(site_id, now=self.clock()).values())
        if number + more > ENTRIES_MAX:
            raise _refused("too_many", f"Lists have at most {ENTRIES_MAX:,} entries in force.")


def _change(
    site_id: str,
    entries: Sequence[ListEntry],
    by: Doer,
    now: datetime,
    what: str,
    *,
    event: Event = Event.LIST_CHANGED,
) -> Entry:
    details: dict[str, object] = {
        "change": what,
        "entries": len(entries),
        "ids": [one.id for one in entries[:_IDS_RECORDED]],
        # Of an address there is only the mask, which an erasure takes as well.
        "values": [f"{one.effect} {one.kind}: {one.value}" for one in entries[:_IDS_RECORDED]],
    }
    about = entries[0].id if len(entries) == 1 else ""
    recorded_at = None if site_id == ALL_SITES else site_id
    return Entry(recorded_at, event, by, now, about, details)


def _refused(code: str, message: str) -> InvalidSubmission:
    return InvalidSubmission(FieldProblem("/value", code, message))
