"""The one place where real parts are put together: settings in, services out. The only clock."""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from uuid_utils import uuid7

from service.altcha import AltchaChallenges
from service.bell import RedisBell
from service.core.comment import Receipt, Submission
from service.core.errors import SetupError, Unavailable
from service.core.policy import packaged_policy
from service.core.ports import Screener
from service.crypto import Argon2Passwords, Keyring, SealedVault, TokenSigner
from service.mailing import MailServer, SmtpMailer
from service.outbound import GuardedClient, Reach
from service.queue import RedisGate, RedisMemory, RedisQueue, RedisRateLimiter, connect
from service.room import WatchedRoom
from service.settings import Settings, sqlite_path
from service.spent import RedisSpentProofs
from service.store import SqlStore, is_current
from service.store.schema import unreachable
from service.usecases.audit import Audit
from service.usecases.erase import EraseAddress
from service.usecases.find_author import FindAuthor
from service.usecases.gather import Gather
from service.usecases.learn import SiteFilters
from service.usecases.look_up import LookUp
from service.usecases.measure import Measure
from service.usecases.moderate import DecideComment
from service.usecases.policies import ComparePolicy, ReportShadow, SetPolicy
from service.usecases.prove import Proofs
from service.usecases.rebuild_filter import RebuildFilter
from service.usecases.replay import PrepareReplay
from service.usecases.revise import EditComment, WithdrawComment
from service.usecases.screen import ScreenComments
from service.usecases.sites import AddSite, ChangeSite, KnownSites
from service.usecases.submit import SubmitComments
from service.usecases.surge import WatchSurges
from service.usecases.sweep import Sweep
from service.usecases.threads import CloseThread, SwitchThread
from service.usecases.together import Together
from service.usecases.weigh import Weigh
from service.wiring.authors import Authors, build_authors
from service.wiring.deciding import Deciding, build_deciding
from service.wiring.delivering import Delivering, build_delivering
from service.wiring.flags import Flags, build_flags
from service.wiring.listing import Listing, build_listing
from service.wiring.moving import Moving, build_moving
from service.wiring.parts import Parts
from service.wiring.people import People, build_audit, build_people

SCREENER = "workers.pipeline:build_screener"
"""Where the checks are: loaded by name and late, since `service` imports nothing of `workers`."""


REMOTES = "service.remotes.building"
"""Where look-ups are put together: late and by name, since only workers ask others."""


@dataclass(frozen=True, slots=True)
class Services(Parts):
    """Everything a door needs. Build it after a fork, and close it when done.

    An area that has several use cases puts them together in a module of its own here, from `Parts`.
    """

    sites: KnownSites
    submit: Callable[[Submission], Receipt]
    screen: ScreenComments
    filters: SiteFilters
    rebuild_filter: RebuildFilter
    decide: DecideComment
    deciding: Deciding
    edit: EditComment
    withdraw: WithdrawComment
    flags: Flags
    proofs: Proofs
    sweep: Sweep
    add_site: AddSite
    change_site: ChangeSite
    set_policy: SetPolicy
    compare_policy: ComparePolicy
    report_shadow: ReportShadow
    prepare_replay: PrepareReplay
    close_thread: CloseThread
    switch_thread: SwitchThread
    find_author: FindAuthor
    people: People
    audit: Audit
    lists: Listing
    authors: Authors
    delivering: Delivering
    measure: Measure
    moving: Moving
    erase: EraseAddress
    close: Callable[[], None]


def build(settings: Settings) -> Services:
    """Put the parts together. Raises `SetupError` where they do not fit: no secret, another secret
    than the one the database was written with, a database that cannot be reached.
    """
    secret = settings.required_secret()
    if settings.redis_url is None:
        raise SetupError(
            "VESTIBULE_REDIS_URL is not set. `vestibule up` runs a Redis of its own; "
            "the single parts need to be told of one."
        )
    keyring = Keyring(secret, settings.retired_secret_keys)
    vault = SealedVault(keyring)
    gate = RedisGate(connect(settings.redis_url), time.monotonic)
    bell = RedisBell(gate, settings.redis_url)
    store = SqlStore(
        settings.database_url,
        pool_size=settings.web_threads + 4,
        stamp=vault.stamp,
        ring=bell.ring,
    )
    try:
        _check_secret(store, keyring)
    except (DBAPIError, Unavailable) as error:
        store.close()
        raise unreachable(error) from None
    except SetupError:
        store.close()
        raise
    passwords = Argon2Passwords()
    queue = RedisQueue(gate)
    limiter = RedisRateLimiter(
        gate,
        network_per_minute=settings.rate_network_per_minute,
        site_per_minute=settings.rate_site_per_minute,
    )
    room = WatchedRoom(
        store,
        time.monotonic,
        backlog_max=settings.backlog_max,
        disk=_database_directory(settings),
        disk_free_min_bytes=settings.disk_free_min_mib * 1024 * 1024,
    )

    outbound = GuardedClient(Reach(settings.outbound_networks, settings.outbound_ports))
    memory = RedisMemory(gate)
    watch = WatchSurges(store, utc_now, new_id)

    @lru_cache(maxsize=1)
    def look_up() -> LookUp:
        building = importlib.import_module(REMOTES)
        return LookUp(
            vault,
            building.build_mail_domains(settings, vault, memory),
            time.monotonic,
            building.build_remotes(settings, outbound, memory, utc_now),
            required=settings.remote_required,
        )

    filters = SiteFilters(store, load_screener, vault, utc_now)

    parts = Parts(
        settings=settings,
        store=store,
        queue=queue,
        limiter=limiter,
        room=room,
        outbound=outbound,
        bell=bell,
        mailer=SmtpMailer(MailServer.of(settings), utc_now),
        vault=vault,
        signer=TokenSigner(keyring),
        passwords=passwords,
        clock=utc_now,
        new_id=new_id,
    )

    lists = build_listing(parts)
    deciding = build_deciding(parts, memory)

    def close() -> None:
        store.close()
        bell.close()
        gate.connection.close()

    return Services(
        **{field.name: getattr(parts, field.name) for field in fields(parts)},
        sites=KnownSites(store),
        # Requests that come at the same time share a transaction.
        submit=Together(
            SubmitComments(
                store,
                queue,
                limiter,
                room,
                vault,
                utc_now,
                new_id,
                keep_ip=settings.akismet_key is not None or settings.stop_forum_spam,
            ),
            # SQLite has one writer; to PostgreSQL one asks while the other waits for an answer.
            at_once=1 if sqlite_path(settings.database_url) else 2,
        ),
        screen=ScreenComments(
            store,
            load_screener,
            Gather(
                store,
                load_screener,
                utc_now,
                look_up,
                watch,
                filters,
                lists.known,
                lists.senders,
                lists.known_rulings,
            ),
            Weigh(packaged_policy, vault),
            utc_now,
            new_id,
        ),
        filters=filters,
        rebuild_filter=RebuildFilter(store, filters, utc_now),
        decide=DecideComment(store, utc_now, new_id),
        deciding=deciding,
        edit=EditComment(store, queue, limiter, room, vault, utc_now),
        withdraw=WithdrawComment(store, utc_now, new_id),
        flags=build_flags(parts),
        proofs=Proofs(store, AltchaChallenges(keyring), RedisSpentProofs(gate), utc_now),
        sweep=Sweep(store, queue, utc_now, watch, deciding.bulk),
        add_site=AddSite(store, utc_now, new_id),
        change_site=ChangeSite(store, utc_now),
        set_policy=SetPolicy(store, packaged_policy, utc_now),
        compare_policy=ComparePolicy(store, packaged_policy),
        report_shadow=ReportShadow(store, packaged_policy),
        prepare_replay=PrepareReplay(store, load_screener, packaged_policy, utc_now, lists.known),
        close_thread=CloseThread(store, utc_now, new_id),
        switch_thread=SwitchThread(store, utc_now, new_id),
        find_author=FindAuthor(store, vault),
        people=build_people(parts),
        audit=build_audit(parts),
        lists=lists,
        authors=build_authors(parts, lists.senders),
        delivering=build_delivering(parts),
        erase=EraseAddress(store, vault, lists.senders, utc_now, new_id),
        moving=build_moving(parts),
        measure=Measure(store, queue, utc_now),
        close=close,
    )


def require_schema(settings: Settings) -> None:
    """Raise `SetupError` unless the database can be reached and has the newest schema."""
    if not is_current(settings.database_url):
        raise SetupError(
            "The database does not have this version's tables: run `vestibule migrate`."
        )


@lru_cache(maxsize=1)
def load_screener() -> Screener:
    module_name, _, factory_name = SCREENER.partition(":")
    screener: Screener = getattr(importlib.import_module(module_name), factory_name)()
    return screener


def load_remotes() -> None:
    """Load what look-ups need, so that a worker has it before it forks its jobs."""
    importlib.import_module(REMOTES)


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return str(uuid7())


def _check_secret(store: SqlStore, keyring: Keyring) -> None:
    """Addresses sealed with another secret could never be read again, nor found: say so at once."""
    with store.read() as tx:
        known = tx.key_ids()
        missing = known - {key.id for key in keyring.keys}
        if any(tx.has_sealed_with(bytes.fromhex(key_id)) for key_id in missing):
            raise SetupError(
                "The database holds addresses that were sealed with another secret. Restore that "
                "secret, or name it in VESTIBULE_RETIRED_SECRET_KEYS if this one replaces it."
            )
    if missing or keyring.current.id not in known:
        with store.write() as tx:
            tx.add_key_id(keyring.current.id)
            # Nothing is sealed with these any more, so nobody has to look again.
            for key_id in missing:
                tx.forget_key_id(key_id)


def _database_directory(settings: Settings) -> Path | None:
    path = sqlite_path(settings.database_url)
    return path.parent if path else None
