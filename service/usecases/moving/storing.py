"""One batch of moved comments on its way into the store: threads, parents, authors, states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from service.core.addresses import mentions_address
from service.core.comment import MAX_DEPTH, DoorFacts, NewComment, NewContact, Thread, ThreadRef
from service.core.decisions import Actor, Decision
from service.core.errors import Conflict
from service.core.moved import (
    Account,
    Move,
    Moved,
    Place,
    Settled,
    id_at,
    is_id,
)
from service.core.ports import NewId, Reads, Vault, Writes
from service.core.states import State
from service.core.urls import page_key
from service.usecases.submit import network_of
from service.usecases.threads import open_thread

_ID_BYTES = 16


def known_places(tx: Reads, move: Move, rows: Sequence[Moved]) -> dict[str, Place]:
    """Comments that are in the site already, and those that are answered, by ids of the source."""
    wanted = {one.source_id for one in rows} | {one.parent_id for one in rows if one.parent_id}
    found = dict(tx.moved_places(move.site.id, move.source, wanted))
    ours = {one.source_id for one in rows if one.keeps_id}
    if ours:
        # Also those that never came by a file: where a site's own export is put back.
        ids = ours | {one for one in wanted if is_id(one)}
        found = {**tx.places_of(move.site.id, ids), **found}
    return found


@dataclass(slots=True)
class Storing:
    """One batch on its way into the store."""

    vault: Vault
    new_id: NewId
    tx: Writes
    move: Move
    account: Account
    orphans: bool
    _threads: dict[tuple[str, str | None], Thread] = field(default_factory=dict)

    def store(self, rows: Sequence[Moved]) -> int:
        """How many wait for their parents."""
        known = known_places(self.tx, self.move, rows)
        contacts = self._contacts([one for one in rows if one.source_id not in known])
        settled: list[Settled] = []
        waiting = 0
        for row in rows:
            if row.source_id in known:
                continue
            parent = known.get(row.parent_id) if row.parent_id else None
            if row.parent_id and parent is None and not self.orphans:
                waiting += 1
                continue
            made = self._settled(row, parent, contacts, self.account.imported + len(settled))
            known[row.source_id] = Place(made.comment.id, made.comment.thread_id, made.comment.path)
            settled.append(made)
            self.account.orphans += bool(row.parent_id and parent is None)
        self.tx.add_moved(self.move.site.id, self.move.source, settled)
        self.account.imported += len(settled)
        for one in settled:
            self.account.states[one.state] = self.account.states.get(one.state, 0) + 1
        return waiting

    def _settled(
        self, row: Moved, parent: Place | None, contacts: Mapping[str, str], order: int
    ) -> Settled:
        site, vault = self.move.site, self.vault
        comment_id = row.source_id if row.keeps_id else id_at(row.created_at, self.new_id(), order)
        if parent is not None and len(parent.path) >= MAX_DEPTH * _ID_BYTES:
            # As with everybody's replies, it becomes a sibling there.
            path = parent.path[:-_ID_BYTES]
            parent = Place(str(UUID(bytes=path[-_ID_BYTES:])), parent.thread_id, path)
        thread_id = parent.thread_id if parent else self._thread(row).id
        network = network_of(row.ip or "")
        comment = NewComment(
            id=comment_id,
            site_id=site.id,
            thread_id=thread_id,
            parent_id=parent.comment_id if parent else None,
            path=(parent.path if parent else b"") + UUID(comment_id).bytes,
            contact_id=contacts.get(row.author_email or ""),
            author_name=row.author_name,
            author_url=row.author_url,
            content=row.content,
            ip_hash=vault.keyed_hash("ip", f"{site.id} {row.ip or comment_id}"),
            # Those without an address have no network in common.
            network_hash=vault.keyed_hash("network", network if row.ip else comment_id),
            network_sealed=vault.seal(network, bound_to=f"{comment_id}/network"),
            facts=DoorFacts(),
            created_at=row.created_at,
        )
        state = self._state(row)
        return Settled(comment, state, row.edited_at, row.source_id, self._decision(comment, state))

    def _state(self, row: Moved) -> State:
        """Its state; one that shows its author's own address waits for a moderator."""
        shows = f"{row.content} {row.author_url or ''} {row.author_name}"
        if (
            row.state is State.APPROVED
            and row.author_email
            and mentions_address(shows, row.author_email)
        ):
            self.account.held_for_address += 1
            return State.HELD
        return row.state

    def _decision(self, comment: NewComment, state: State) -> Decision | None:
        if state is State.PENDING:
            return None
        return Decision(
            id=id_at(comment.created_at, self.new_id()),
            comment_id=comment.id,
            site_id=comment.site_id,
            from_state=State.PENDING,
            to_state=state,
            actor=Actor.SYSTEM,
            moderator_id=None,
            at=comment.created_at,
            note=f"Imported from {self.move.source}.",
        )

    def _thread(self, row: Moved) -> Thread:
        names = (page_key(row.page_url), row.page_id)
        if names not in self._threads:
            known = self.tx.thread(self.move.site.id, *names)
            ref = ThreadRef(row.page_url, row.page_id, row.page_title)
            self._threads[names] = open_thread(
                self.tx,
                self.move.site,
                ref,
                known,
                new_id=self.new_id,
                now=row.created_at,
            )
        return self._threads[names]

    def _contacts(self, rows: Sequence[Moved]) -> Mapping[str, str]:
        """By address the ids of the authors' contacts; those that are new are added."""
        site_id, vault = self.move.site.id, self.vault
        first = {one.author_email: one for one in reversed(rows) if one.author_email}
        indexes = {email: vault.email_indexes(email, scope=site_id) for email in first}
        wanted = {(site_id, one) for found in indexes.values() for one in found}
        if not wanted:
            return {}
        known = dict(self.tx.receive([], [], wanted).contact_ids)
        new: list[NewContact] = []
        found: dict[str, str] = {}
        for email, keys in indexes.items():
            names = [(site_id, key) for key in keys]
            contact_id = next((known[one] for one in names if one in known), None)
            if contact_id is None:
                contact_id = self.new_id()
                # Two spellings of an address have one index.
                known[site_id, keys[0]] = contact_id
                new.append(
                    NewContact(
                        id=contact_id,
                        site_id=site_id,
                        email_index=keys[0],
                        email_sealed=vault.seal(email, bound_to=f"{site_id}/{contact_id}/email"),
                        avatar_id=vault.keyed_hash("avatar", self.new_id()).hex(),
                        created_at=first[email].created_at,
                    )
                )
            found[email] = contact_id
        if new and not self.tx.add_comments([], new):
            raise Conflict("Somebody else has just added one of these authors. Run it again.")
        return found
