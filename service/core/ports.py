"""What the use cases need from the outside, as protocols; `wiring` joins adapters to them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from service.core.accounts import AccountReads, AccountWrites
from service.core.audit import AuditReads, AuditWrites
from service.core.authors import AuthorReads
from service.core.bulk import BulkReads, BulkWrites
from service.core.campaigns import Member
from service.core.comment import (
    AuthorHistory,
    CommentHead,
    Draft,
    NewComment,
    NewContact,
    ParentComment,
    PublicComment,
    Rates,
    Revision,
    Subject,
    Thread,
    TokenFact,
)
from service.core.copies import Fingerprint
from service.core.deciding import DecidingReads, DecidingWrites
from service.core.decisions import Decision, Screening
from service.core.desk_queue import QueueReads, QueueWrites
from service.core.digests import DigestReads, DigestWrites
from service.core.erasing import ErasureReads, ErasureWrites
from service.core.events import Event
from service.core.feeds import FeedReads
from service.core.flags import FlagReads, FlagWrites
from service.core.learning import LessonReader, LessonReads, LessonWrites
from service.core.leaving import LeavingReads
from service.core.listing import ListReads, ListWrites
from service.core.metrics import MetricReads
from service.core.moved import MovingReads, MovingWrites
from service.core.own import OwnReads
from service.core.reasons import ReasonReads, ReasonWrites
from service.core.records import (
    CopyKind,
    CopyMark,
    Judged,
    KeyClaim,
    KnownCopy,
    PageMark,
    PageQuestion,
    QueuedComment,
    Received,
    ThreadPosition,
    WorkItem,
)
from service.core.redaction import RedactionReads, RedactionWrites
from service.core.ruling import RulingReads, RulingWrites
from service.core.signals import Signal
from service.core.site import Site
from service.core.site_policy import SitePolicy
from service.core.states import State
from service.core.surge import Activity, Surge
from service.core.trace import Trace
from service.core.webhooks import WebhookReads, WebhookWrites

Clock = Callable[[], datetime]
"""The current time, aware, UTC."""

NewId = Callable[[], str]
"""A new UUIDv7 (RFC 9562) in canonical form; ids sort by time of creation."""


# -- store -----------------------------------------------------------------------------------------


class Reads(
    AccountReads,
    AuditReads,
    AuthorReads,
    BulkReads,
    DecidingReads,
    ErasureReads,
    FeedReads,
    FlagReads,
    LeavingReads,
    LessonReads,
    ListReads,
    MetricReads,
    MovingReads,
    OwnReads,
    QueueReads,
    RulingReads,
    ReasonReads,
    RedactionReads,
    WebhookReads,
    DigestReads,
    Protocol,
):
    """A look at the store: on SQLite at one moment, on PostgreSQL each query at its own."""

    def site(self, slug: str) -> Site | None: ...
    def sites(self) -> Sequence[Site]: ...
    def sites_by_id(self, ids: Collection[str]) -> Mapping[str, Site]: ...
    def thread(self, site_id: str, page_key: str | None, external_id: str | None) -> Thread | None:
        """The thread of a page; where both name one, the site's own id wins."""
        ...

    def thread_position(
        self, slug: str, page_key: str | None, external_id: str | None
    ) -> ThreadPosition | None: ...
    def thread_counts(
        self, site_id: str, pages: Sequence[tuple[str | None, str | None]]
    ) -> Sequence[int]:
        """How many approved comments each page has, by its address's key and the site's own id."""
        ...

    def thread_page(
        self, thread: Thread, *, newest_first: bool, after: PageMark | None, limit: int
    ) -> Sequence[tuple[PublicComment, PageMark]]:
        """Up to `limit` comments in reading order after a mark, each with its own mark."""
        ...

    def claimed_key(self, site_id: str, key_hash: bytes) -> tuple[bytes, str] | None:
        """The fingerprint and the comment id that came with an Idempotency-Key."""
        ...

    def comment_state(self, site_id: str, comment_id: str) -> State | None: ...
    def parent(self, site_id: str, comment_id: str) -> ParentComment | None: ...
    def pending_count(self, at_most: int) -> int: ...
    def stranded(self, *, before: datetime, now: datetime, limit: int) -> Sequence[WorkItem]:
        """Pending comments from before a time on which no lease is in force, oldest first."""
        ...

    def histories(
        self, site_id: str, contact_ids: Collection[str]
    ) -> Mapping[str, AuthorHistory]: ...
    def rates(
        self, site_id: str, drafts: Sequence[Draft], *, since: datetime
    ) -> Mapping[str, Rates]:
        """By draft id, how many comments its author and its network have sent since then."""
        ...

    def copies(
        self, site_id: str, keys: Collection[tuple[CopyKind, int]], *, since: datetime
    ) -> Sequence[KnownCopy]:
        """Comments that share these keys, for each key the ten earliest and the ten latest."""
        ...

    def sealed_emails(self, site_id: str, contact_ids: Collection[str]) -> Mapping[str, bytes]: ...
    def sealed_ips(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, bytes]:
        """Addresses of visitors whose comments wait for remote checks, as far as there are any."""
        ...

    def thread_urls(self, site_id: str, thread_ids: Collection[str]) -> Mapping[str, str]: ...
    def activity(self, site_id: str, *, since: datetime) -> Sequence[Activity]: ...
    def surges(self, site_ids: Collection[str] | None = None) -> Mapping[str, Surge]:
        """Surges that go on, by site; of all sites where none are named."""
        ...

    def members(self, site_id: str, campaign_ids: Collection[str]) -> Sequence[Member]:
        """The comments of campaigns, but for those that are not counted."""
        ...

    def queued(self, site: Site, comment_id: str) -> QueuedComment | None: ...

    def traces(self, site_id: str, comment_ids: Collection[str]) -> Mapping[tuple[str, int], Trace]:
        """What the latest verdicts came from, by comment id and revision."""
        ...

    def judged_count(self, site_id: str, *, since: datetime) -> int: ...
    def judged_page(
        self, site_id: str, *, since: datetime, after: str | None, limit: int
    ) -> Sequence[Judged]:
        """What checks have judged since then and left a trace of, oldest first, after a mark."""
        ...

    def judged_drafts(
        self, site_id: str, keys: Collection[tuple[str, int]]
    ) -> Mapping[tuple[str, int], Draft]:
        """The texts that were judged, by comment id and revision."""
        ...

    def policies_in_force(self, site_ids: Collection[str]) -> Sequence[SitePolicy]:
        """The latest of each kind that these sites have set."""
        ...

    def shadow_counts(
        self, site_id: str, policy_version: str, *, since: datetime
    ) -> Mapping[tuple[State, State], int]:
        """How often checks concluded the first while this draft would have concluded the second."""
        ...

    def site_policies(self, site_id: str) -> Sequence[SitePolicy]:
        """Every version of a site's own policy, oldest first."""
        ...

    def head(self, site_id: str, comment_id: str) -> CommentHead | None: ...
    def open_revision(self, site_id: str, comment_id: str) -> Revision | None:
        """The revision that waits for checks or for a moderator; there is one at most."""
        ...

    def has_contacts(self) -> bool: ...
    def has_sealed_with(self, key_id: bytes) -> bool:
        """Whether there is an address that was sealed with this key."""
        ...

    def key_ids(self) -> frozenset[str]: ...


class Writes(
    Reads,
    AccountWrites,
    AuditWrites,
    BulkWrites,
    DecidingWrites,
    ErasureWrites,
    FlagWrites,
    LessonWrites,
    MovingWrites,
    ListWrites,
    QueueWrites,
    ReasonWrites,
    RedactionWrites,
    RulingWrites,
    WebhookWrites,
    DigestWrites,
    Protocol,
):
    """One transaction: all of it is stored when the block ends, or nothing."""

    def receive(
        self,
        claims: Sequence[KeyClaim],
        pages: Collection[PageQuestion],
        indexes: Collection[tuple[str, bytes]],
    ) -> Received:
        """What adding comments begins with, asked at once: claim their Idempotency-Keys, look for
        their pages, and for their authors by site and index.

        Where not all keys could be claimed, `claimed_key` tells whose they are.
        """
        ...

    def release_key(self, claim: KeyClaim) -> None:
        """Take a claim back, of a comment that is not stored after all."""
        ...

    def add_thread(
        self, thread: Thread, page_key: str, external_id: str | None, *, now: datetime
    ) -> Thread:
        """Add a thread, or find the one that another request has just added."""
        ...

    def link_thread(self, thread: Thread, external_id: str) -> None:
        """Let a thread that was known by its address only be found by the site's own id too."""
        ...

    def set_thread_state(self, thread: Thread, *, closed: bool, off: bool) -> None: ...
    def add_comments(
        self, comments: Sequence[NewComment], contacts: Sequence[NewContact] = ()
    ) -> bool:
        """Add comments and the contacts of new authors.

        False if another transaction has just added one of the contacts: undo this one then. A
        comment that is there already, from a commit whose answer was lost, stays as it is.
        """
        ...

    def lease(
        self, items: Sequence[WorkItem], *, until: datetime, now: datetime
    ) -> Sequence[Draft]:
        """Take those that are pending and free; each one's attempt is counted."""
        ...

    def renew(self, drafts: Sequence[Draft], *, until: datetime) -> None: ...
    def release(self, drafts: Sequence[Draft]) -> None:
        """Give leases back as if they had not been taken."""
        ...

    def add_copy_marks(
        self,
        site_id: str,
        marks: Sequence[CopyMark],
        found: Mapping[str, tuple[int, ...]],
        *,
        now: datetime,
    ) -> None:
        """Remember where keys were seen, and by comment the sketches, each its own campaign."""
        ...

    def join_campaigns(
        self, site_id: str, joined: Mapping[str, str], *, uncounted: Collection[str]
    ) -> None:
        """Give all comments of campaigns other ones; those named are members without counting."""
        ...

    def count_activity(self, counts: Mapping[tuple[str, datetime], tuple[int, int]]) -> None:
        """Add to what came, and what of it was refused, by site and stretch of ten minutes."""
        ...

    def start_surge(self, site_id: str, *, now: datetime, event_id: str) -> bool:
        """Also tells; False if one goes on already."""
        ...

    def end_surge(self, site_id: str, *, now: datetime, event_id: str) -> bool:
        """Also tells; False if none goes on."""
        ...

    def hold_again(
        self, site_id: str, notes: Mapping[str, str], *, now: datetime, new_id: NewId
    ) -> Collection[str]:
        """Hold comments that the checks approved and no person decided about; ids of those.

        `notes` by id say why; each stands in the comment's record.
        """
        ...

    def conclude(
        self, screenings: Sequence[Screening], *, now: datetime, new_id: NewId
    ) -> Collection[str]:
        """Store verdicts, signals, decisions and events; ids of those whose lease still held."""
        ...

    def move(self, head: CommentHead, decision: Decision) -> bool:
        """Store a decision if the comment still is as `head` says; False if it is not."""
        ...

    def add_revision(self, head: CommentHead, content: str, *, now: datetime) -> int | None:
        """Store an author's new text as pending; its number, or None if `head` is out of date.

        One that was still open gives way to it.
        """
        ...

    def move_revision(self, head: CommentHead, revision: Revision, decision: Decision) -> bool:
        """Store a decision about a revision if both still are as given; False if not."""
        ...

    def tell(self, events: Sequence[Event]) -> None:
        """Have others told of these, once the transaction is committed."""
        ...

    def add_site(self, site: Site, *, now: datetime) -> bool:
        """False if the slug is taken."""
        ...

    def change_site(self, site: Site) -> bool:
        """Store a site's name, origins and settings if its version is still `site.version`."""
        ...

    def add_policy(self, policy: SitePolicy) -> bool:
        """False if the version is taken."""
        ...

    def add_key_id(self, key_id: str) -> None: ...
    def forget_key_id(self, key_id: str) -> None: ...
    def prune(self, *, now: datetime) -> None:
        """Forget what has served its time: idempotency keys, copy marks, events, sessions."""
        ...


class Store(Protocol):
    def look(self) -> AbstractContextManager[Reads]:
        """For one question, quickly: two of them may be answered from different moments."""
        ...

    def read(self) -> AbstractContextManager[Reads]: ...
    def write(self) -> AbstractContextManager[Writes]: ...


# -- everything else -------------------------------------------------------------------------------


class Queue(Protocol):
    """Wakes the workers. Losing everything in it loses no comment: the sweeper finds the rows."""

    def push(self, items: Sequence[WorkItem]) -> bool:
        """Put comments up for screening; False if the queue cannot be reached."""
        ...

    def pop(self, limit: int) -> Sequence[WorkItem]: ...
    def waiting(self) -> int | None:
        """How many comments are up for screening; None if the queue cannot be reached."""
        ...

    def nudge(self) -> bool:
        """See to it that a job drains what waits; False if the queue cannot be reached."""
        ...

    def is_served(self, now: datetime) -> bool:
        """Whether the queue can be reached and a worker has been heard of lately."""
        ...


class RateLimiter(Protocol):
    """GCRA. Answers 0.0 for "go on", else seconds to wait; None where rates cannot be counted."""

    def admit_comment(self, network: bytes, site_id: str) -> float | None: ...
    def admit_comments(self, senders: Sequence[tuple[bytes, str]]) -> Sequence[float | None]:
        """As one after the other: for each the hash of its network, and its site's id."""
        ...

    def admit_flag(self, network: bytes) -> float | None:
        """For a report or an appeal."""
        ...

    def admit_sign_in(self, network: bytes) -> float | None: ...
    def admit_guess(self, at: str) -> float | None:
        """Ten in a quarter of an hour at the same account, or code; `at` names no address."""
        ...


class Vault(Protocol):
    """Keeps addresses: sealed with AES-GCM-SIV bound to their row, found by keyed blind indexes."""

    def seal(self, plain: str, *, bound_to: str) -> bytes: ...
    def open(self, sealed: bytes, *, bound_to: str) -> str: ...
    def email_indexes(self, email: str, *, scope: str) -> Sequence[bytes]:
        """Blind indexes of an address: of the current key first, then of retired ones."""
        ...

    def keyed_hash(self, purpose: str, value: str) -> bytes: ...
    def stamp(self, purpose: str, value: bytes) -> bytes:
        """What only those who know the secret can make of a value; a change of secret keeps it."""
        ...

    def check_stamp(self, purpose: str, value: bytes, stamp: bytes) -> bool | None:
        """Whether it is the value's stamp; None where the secret it was made with is not known."""
        ...


class Signer(Protocol):
    """Signed tokens that the service hands out and takes back."""

    def form_token(self, site_id: str, now: datetime) -> str: ...
    def read_form_token(self, token: str | None, site_id: str, now: datetime) -> TokenFact: ...
    def comment_token(self, purpose: str, site_id: str, comment_id: str) -> str: ...
    def check_comment_token(
        self, purpose: str, token: str, site_id: str, comment_id: str
    ) -> bool: ...


class Codes(Protocol):
    """Codes that an app makes every thirty seconds (TOTP, RFC 6238)."""

    def new_secret(self) -> str: ...
    def uri(self, secret: str, account: str) -> str: ...
    def matching_step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time-step that a code belongs to, if it is one of now."""
        ...


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...
    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; takes as long when there is no hash to compare with."""
        ...


class Screener(LessonReader, Protocol):
    """The checks. `workers.pipeline` implements it; `wiring` loads it by dotted name."""

    def fingerprint(self, text: str) -> Fingerprint: ...
    def screen(
        self, subjects: Sequence[Subject], beat: Callable[[], None]
    ) -> Sequence[Sequence[Signal]]:
        """Signals for each subject, in order; `beat` is called between subjects."""
        ...

    def language(self, text: str) -> str | None:
        """The ISO 639-1 code of the language that a text is in, or None if there is doubt."""
        ...

    def read(self, text: str) -> str:
        """A text as a reader takes it: disguises undone, case folded."""
        ...

    def versions(self) -> Mapping[str, str]:
        """Of the parts that look at comments: what tells later which of them did."""
        ...

    def of_the_moment(self) -> frozenset[str]:
        """Symbols that depend on when a comment came and on what was there, not on its text."""
        ...


class Room(Protocol):
    """Whether more comments can be taken without endangering those that were."""

    def has_room(self) -> bool: ...
