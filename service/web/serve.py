"""Serves the application with granian's WSGI interface.

Another server can do the same job: `application` is a factory that any of them can call, as in
`gunicorn 'service.web.serve:application()'`.
"""

import errno
import multiprocessing
import os
import socket
import time
from typing import TYPE_CHECKING, Any

from service.core.errors import SetupError
from service.running.processes import die_with_parent
from service.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

# How long requests that are being answered may take when the server is asked to end.
GRACE_SECONDS = 5


def application() -> "Flask":
    """The application, its parts built from the environment."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        # Granian's serving process would outlive a killed granian, and keep the port.
        die_with_parent(parent.pid)
    from service.web.app import create_app  # noqa: PLC0415 (the supervisor imports this module too)

    return create_app()


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; then requests under way are finished."""
    check_address(settings)
    from granian.constants import Interfaces  # noqa: PLC0415 (as above)
    from granian.log import LogLevels  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    server = Server(
        "service.web.serve:application",
        address=_resolve(settings.host, settings.port)[1][0],
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.web_threads,
        # There is no access log: a path may name a page that somebody read.
        log_access=False,
        # Granian's own announcements and its advice on threads are no news to an operator.
        log_level=LogLevels.debug if settings.log_level == "debug" else LogLevels.error,
        workers_kill_timeout=GRACE_SECONDS,
    )
    # A loader of our own, since granian's would put the current directory on the import path.
    server.serve(target_loader=_load)


def check_address(settings: Settings, *, patience_seconds: float = 0.0) -> None:
    """Raise `SetupError` if the address cannot be listened on, looking again for a while if taken.

    Granian shares its port with whoever asks (SO_REUSEPORT), so a second server would start without
    a word and take half of the requests.
    """
    deadline = time.monotonic() + patience_seconds
    while (fault := _bind_fault(settings)) == errno.EADDRINUSE and time.monotonic() < deadline:
        time.sleep(0.05)
    where = f"port {settings.port} on {settings.host}"
    match fault:
        case None:
            return
        case errno.EADDRINUSE:
            raise SetupError(
                f"Another program already uses {where}: end it, or choose another port with "
                "VESTIBULE_PORT."
            )
        case errno.EACCES:
            raise SetupError(
                f"This user may not listen on {where}: choose a port above 1023 with "
                "VESTIBULE_PORT."
            )
        case _:
            raise SetupError(
                f"It is not possible to listen on {where} ({os.strerror(fault)}): check "
                "VESTIBULE_HOST."
            )


def _bind_fault(settings: Settings) -> int | None:
    family, address = _resolve(settings.host, settings.port)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections of a former server that wait to be forgotten are in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            return error.errno
    return None


def _resolve(host: str, port: int) -> tuple[int, Any]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise SetupError("VESTIBULE_HOST is not an address or a name of this machine.") from None
    return found[0][0], found[0][4]


def _load(_target: str) -> Any:
    return application()
