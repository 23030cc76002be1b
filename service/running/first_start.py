"""What an installation needs before its first run, and what each `up` makes sure of again.

Data directory, secret, schema, the demo site and the first account. Each step looks first and does
only what is missing, so that running them twice changes nothing.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from service.core.audit import BY_OPERATOR, Event
from service.core.errors import Conflict, SetupError
from service.core.lists import Effect, EntryKind, ListEntry
from service.core.people import Role
from service.core.site import SiteSettings
from service.core.urls import origin_of
from service.settings import Settings

if TYPE_CHECKING:
    from service.wiring import Services

DEMO_SLUG = "demo"
DEMO_HELD_WORD = "marmalade"
# `.example` is reserved (RFC 2606): the form of an address, and no mailbox of anybody behind it.
FIRST_EMAIL = "admin@vestibule.example"
_LOCK_NAME = "running.lock"
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """What the first moderator signs in with. Shown once; the password is kept nowhere."""

    email: str
    password: str


def new_password() -> str:
    """A random password of 100 bits, in groups that can be read out and typed."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


@contextmanager
def hold_data_dir(data_dir: Path) -> Iterator[Path]:
    """Make the data directory if need be and keep it for this process while the block runs.

    Yields a file whose text outlives the process. The lock does not: the kernel lets it go with its
    holder. Raises `SetupError` if the directory cannot be written or another process has it.
    """
    path = data_dir / _LOCK_NAME
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(data_dir, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                f"Vestibule already runs with the data directory {data_dir}: end it first, or "
                "choose another directory with VESTIBULE_DATA_DIR."
            ) from None
        yield path
    finally:
        os.close(handle)


def ensure_secret(settings: Settings) -> Settings:
    """Settings with a secret: the given one, or a new one in the data directory.

    The schema must be there. Raises `SetupError` where the database holds what a lost secret has
    sealed: with a new one nobody could read the addresses again, nor sign in.
    """
    if settings.secret_key is not None:
        return settings
    from service.store import SqlStore  # noqa: PLC0415 (slow to import, and seldom needed)

    store = SqlStore(settings.database_url, pool_size=1)
    try:
        with store.read() as reads:
            in_use = reads.has_contacts() or reads.has_moderators()
    finally:
        store.close()
    if in_use:
        raise SetupError(
            "The secret is gone, but the database holds addresses that only it can open. Restore "
            f"{settings.secret_file} from your backup, or set VESTIBULE_SECRET_KEY or "
            "VESTIBULE_SECRET_KEY_FILE to the secret you used before. Nothing has been changed."
        )
    secret = secrets.token_urlsafe(48)
    try:
        _write_once(settings.secret_file, secret)
    except OSError as error:
        raise _unwritable(settings.data_dir, error) from None
    return replace(settings, secret_key=secret)


def ensure_demo(services: "Services", settings: Settings) -> None:
    """A site `demo` for this server's own pages, where there is no site yet.

    One that is there gets the origins that this server has now, beside those that it has had.
    """
    # A browser on this machine may use either name, and both are origins of their own.
    local = [f"http://{name}:{settings.port}" for name in ("127.0.0.1", "localhost")]
    origins = tuple(dict.fromkeys(origin_of(url) for url in (*local, settings.public_url)))
    with services.store.read() as reads:
        is_empty, demo = not reads.sites(), reads.site(DEMO_SLUG)
    if is_empty:
        added = services.add_site(
            DEMO_SLUG, name="Vestibule demo", origins=origins, settings=SiteSettings()
        )
        # Made by hand: what looks at typed words takes memory, and this process stays.
        held = ListEntry(
            id=services.new_id(),
            site_id=added.id,
            kind=EntryKind.WORD,
            effect=Effect.HOLD,
            value=DEMO_HELD_WORD,
            key=DEMO_HELD_WORD,
            created_at=services.clock(),
        )
        services.lists.edit.add_made(added.id, held, BY_OPERATOR, event=Event.LIST_CHANGED)
    elif demo is not None and not set(origins) <= set(demo.origins):
        _add_demo_origins(services, origins)


def _add_demo_origins(services: "Services", origins: tuple[str, ...]) -> None:
    # Read again where it is written, so that what an operator changes meanwhile is not undone.
    with services.store.write() as tx:
        demo = tx.site(DEMO_SLUG)
        if demo is not None:
            known = dict.fromkeys((*demo.origins, *origins))
            tx.change_site(replace(demo, origins=tuple(known)))


def ensure_moderator(services: "Services") -> FirstAccount | None:
    """The first account where there is none yet; its password must be shown now or never."""
    with services.store.read() as reads:
        if reads.has_moderators():
            return None
    account = FirstAccount(FIRST_EMAIL, new_password())
    try:
        services.people.add(
            account.email,
            name="Administrator",
            role=Role.ADMIN,
            site_slug=None,
            password=account.password,
        )
    except Conflict:  # another process of the installation was faster, and has shown its password
        return None
    return account


def _write_once(path: Path, text: str) -> None:
    """Write a new file that only its owner may read, completely or not at all, and durably."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, fails where there is a file by that name.
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unwritable(data_dir: Path, error: OSError) -> SetupError:
    return SetupError(
        f"The data directory {data_dir} cannot be written ({error.strerror}): give this user the "
        "right to, or choose another with VESTIBULE_DATA_DIR."
    )
