"""The record of what people did: its entries, who did it, and the ports that keep and show them.

What the checks conclude is not in here: each verdict has its trace (`core.trace`).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from service.core.chain import Head, Link
from service.core.people import Moderator

TEXT_MAX_CHARS = 2000
ITEMS_MAX = 200


class Event(StrEnum):
    """What was done, by its stable name; `label` says it in words, after the doer's name."""

    label: str

    def __new__(cls, name: str, label: str) -> Self:
        made = str.__new__(cls, name)
        made._value_ = name
        made.label = label
        return made

    COMMENT_DECIDED = "comment.decided", "decided about a comment"
    COMMENT_UNDONE = "comment.undone", "took back a decision"
    COMMENT_REDACTED = "comment.redacted", "redacted a comment"
    COMMENT_ANSWERED = "comment.answered", "answered as staff"
    COMMENT_ERASED = "comment.erased", "erased what somebody had sent"
    FLAGS_SETTLED = "flags.settled", "settled reports or an appeal"
    ADDRESS_REVEALED = "address.revealed", "looked at an address"
    AUTHOR_CHANGED = "author.changed", "trusted, muted or banned an author"
    LIST_CHANGED = "list.changed", "changed a list"
    CAMPAIGN_DECIDED = "campaign.decided", "decided about a campaign"
    CAMPAIGN_ENDED = "campaign.ended", "ended a campaign"
    POLICY_SET = "policy.set", "set a policy"
    FILTER_REBUILT = "filter.rebuilt", "rebuilt the filter"
    FILTER_RESET = "filter.reset", "reset the filter"
    SITE_ADDED = "site.added", "added the site"
    SITE_CHANGED = "site.changed", "changed the site's settings"
    THREAD_CLOSED = "thread.closed", "closed the comments of a page"
    THREAD_OPENED = "thread.opened", "opened the comments of a page"
    THREAD_OFF = "thread.off", "switched the comments of a page off"
    THREAD_ON = "thread.on", "switched the comments of a page on"
    KEY_ADDED = "key.added", "made a key"
    KEY_REMOVED = "key.removed", "took a key away"
    WEBHOOK_CHANGED = "webhook.changed", "changed a webhook"
    DATA_IMPORTED = "data.imported", "imported data"
    DATA_EXPORTED = "data.exported", "exported data"
    PERSON_INVITED = "person.invited", "invited somebody"
    INVITATION_WITHDRAWN = "invitation.withdrawn", "withdrew an invitation"
    PERSON_JOINED = "person.joined", "took an invitation"
    PERSON_ADDED = "person.added", "added somebody"
    PERSON_REMOVED = "person.removed", "removed somebody"
    ROLE_CHANGED = "role.changed", "changed somebody's roles"
    NAME_CHANGED = "name.changed", "changed their name"
    PASSWORD_SET = "password.set", "set a password"
    TOTP_STARTED = "totp.started", "began to sign in with codes"
    TOTP_ENDED = "totp.ended", "ended signing in with codes"
    TOTP_REQUIRED = "totp.required", "said who needs codes to sign in"
    RECOVERY_CODES_MADE = "recovery.made", "made recovery codes"
    RECOVERY_CODE_USED = "recovery.used", "signed in with a recovery code"
    SIGNED_IN = "session.started", "signed in"
    SIGN_IN_FAILED = "session.refused", "failed to sign in"
    SIGNED_OUT = "session.ended", "signed out"
    SESSION_MOVED = "session.moved", "went on from another place"
    SESSIONS_ENDED = "sessions.ended", "signed somebody out everywhere"
    RECORD_ERASED = "record.erased", "erased details of the record"
    RECORD_EXPORTED = "record.exported", "exported the record"


class DoerKind(StrEnum):
    MODERATOR = "moderator"
    OPERATOR = "operator"
    """Whoever used the command line."""
    KEY = "key"
    NOBODY = "nobody"
    """Somebody of whom it is not known who they are."""


@dataclass(frozen=True, slots=True)
class Doer:
    kind: DoerKind
    id: str | None = None


BY_OPERATOR = Doer(DoerKind.OPERATOR)
BY_NOBODY = Doer(DoerKind.NOBODY)


def by_moderator(moderator: Moderator) -> Doer:
    return Doer(DoerKind.MODERATOR, moderator.id)


def by_key(key_id: str) -> Doer:
    return Doer(DoerKind.KEY, key_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did, to be recorded. `site_id` is None for the whole installation.

    `about` is the id of what it was done to. `details` are all that may be erased later: whatever
    comes from a visitor or tells of a person stands there and nowhere else, and never an e-mail
    address. Long texts and lists in it are cut.
    """

    site_id: str | None
    event: Event
    by: Doer
    at: datetime
    about: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    def payload(self) -> str:
        """The details as ASCII, the same for the same details."""
        return json.dumps({key: _cut(value) for key, value in self.details.items()}, sort_keys=True)


def _cut(value: object) -> object:
    """Of a value what JSON and a page can take."""
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {str(key)[:100]: _cut(one) for key, one in list(value.items())[:ITEMS_MAX]}
    if isinstance(value, Collection) and not isinstance(value, str | bytes):
        return [_cut(one) for one in list(value)[:ITEMS_MAX]]
    text = str(value)
    return text if len(text) <= TEXT_MAX_CHARS else f"{text[:TEXT_MAX_CHARS]}…"


@dataclass(frozen=True, slots=True)
class AuditMark:
    """A place in the record, which is read from the newest entry on."""

    at: datetime
    site_id: str
    number: int


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Which entries to show. None of `events` stands for all of them; `until` is not included."""

    site_ids: Sequence[str | None]
    events: Collection[str] = ()
    doer: Doer | None = None
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditReads(Protocol):
    def audit_page(
        self, question: AuditQuestion, *, after: AuditMark | None, limit: int
    ) -> Sequence[Link]:
        """Entries from the newest on, after a mark."""
        ...

    def audit_links(self, site_id: str | None, *, after: int, limit: int) -> Sequence[Link]:
        """A chain's entries in order, after a number."""
        ...

    def audit_numbers(self, site_id: str | None, about: str) -> Sequence[int]:
        """Entries about something that still have details."""
        ...

    def audit_head(self, site_id: str | None) -> Head | None: ...
    def audit_chains(self) -> Sequence[str | None]:
        """The sites that have a chain; None stands for the installation."""
        ...


class AuditWrites(AuditReads, Protocol):
    def record(self, entry: Entry) -> None:
        """Append to its chain as the last thing that the transaction does, whenever it is called.

        So it makes no difference what locks before or after, and a chain is held only for a moment.
        """
        ...

    def forget_details(self, site_id: str | None, numbers: Sequence[int]) -> None:
        """Erase the details of entries for good. The caller records that (`RECORD_ERASED`)."""
        ...
