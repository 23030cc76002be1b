"""All reads on one connection, and all writes in one transaction."""

from service.store.adding import AddingWrites
from service.store.arriving import ArrivingWrites
from service.store.audit import AuditReads, AuditWrites
from service.store.authors import AuthorReads
from service.store.bulk import BulkReads, BulkWrites
from service.store.cards import CardReads
from service.store.copying import CopyReads, CopyWrites
from service.store.counting import CountWrites
from service.store.decided import DecidedReads, DecidedWrites
from service.store.digests import DigestReads, DigestWrites
from service.store.erasing import ErasureReads, ErasureWrites
from service.store.feeding import FeedReads
from service.store.flags import FlagReads, FlagWrites
from service.store.leaving import LeavingReads
from service.store.lessons import LessonReads, LessonWrites
from service.store.lists import ListReads, ListWrites
from service.store.looking_up import LookUpReads
from service.store.measuring import MetricReads
from service.store.moving import MovingReads, MovingWrites
from service.store.own import OwnReads
from service.store.people import PeopleReads, PeopleWrites
from service.store.policies import PolicyReads, PolicyWrites
from service.store.reading import ThreadReads
from service.store.reads import CoreReads
from service.store.reasons import ReasonReads, ReasonWrites
from service.store.redacting import RedactionReads, RedactionWrites
from service.store.replays import ReplayReads
from service.store.rulings import RulingReads, RulingWrites
from service.store.screening import ScreeningWrites
from service.store.sessions import SessionReads, SessionWrites
from service.store.surging import SurgeReads, SurgeWrites
from service.store.webhook_writes import WebhookWrites
from service.store.webhooks import WebhookReads


class SqlReads(
    AuditReads,
    AuthorReads,
    BulkReads,
    DecidedReads,
    ErasureReads,
    RedactionReads,
    ReasonReads,
    FeedReads,
    FlagReads,
    OwnReads,
    CoreReads,
    CopyReads,
    LookUpReads,
    SurgeReads,
    ThreadReads,
    CardReads,
    SessionReads,
    PeopleReads,
    PolicyReads,
    ReplayReads,
    LeavingReads,
    LessonReads,
    ListReads,
    MetricReads,
    MovingReads,
    RulingReads,
    WebhookReads,
    DigestReads,
):
    """Implements `core.ports.Reads`."""


class SqlWrites(
    AuditWrites,
    AddingWrites,
    ArrivingWrites,
    CopyWrites,
    SurgeWrites,
    MovingWrites,
    ScreeningWrites,
    BulkWrites,
    DecidedWrites,
    ErasureWrites,
    RedactionWrites,
    ReasonWrites,
    FlagWrites,
    SessionWrites,
    PeopleWrites,
    PolicyWrites,
    LessonWrites,
    ListWrites,
    RulingWrites,
    WebhookWrites,
    CountWrites,
    DigestWrites,
    SqlReads,
):
    """Implements `core.ports.Writes`."""
