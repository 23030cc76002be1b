"""Ties a process's life to its parent's, so that a killed supervisor leaves nothing behind.

Linux does it in the kernel (`PR_SET_PDEATHSIG`, prctl(2)): the moment the parent dies, however it
dies, the child gets SIGKILL. Systems without prctl have no such thing; there a daemon thread looks
at the parent's id twice a second.

This file is also run as a script, in front of programs that know nothing of this (`guarded`), so it
uses the standard library only and imports nothing of the service.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.5


def die_with_parent(parent_pid: int | None = None) -> None:
    """Have this process killed when its parent ends.

    The kernel watches the *thread* that started this process: start children from the main thread.
    The setting outlasts exec but not fork, so each generation calls this for itself. Given the id
    that its parent had, a process whose parent died before the call ends at once.
    """
    if parent_pid is None:
        parent_pid = os.getppid()
    if not _watched_by_kernel():
        threading.Thread(target=_watch, args=(parent_pid,), daemon=True).start()
    if os.getppid() != parent_pid:
        os._exit(1)


def guarded(command: Sequence[str]) -> list[str]:
    """The command line that runs `command` as a child of this process that dies with it.

    A script in between, rather than a function run between fork and exec: the supervisor has
    threads, and Python code in a forked copy of a threaded process may wait for a lock for ever.
    """
    # -I keeps this folder off the script's import path, where queue.py would hide the standard one.
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), *command]


def _watched_by_kernel() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) == 0)


def _watch(parent_pid: int) -> None:
    while os.getppid() == parent_pid:
        time.sleep(_POLL_SECONDS)
    os._exit(1)


def _run_guarded(parent_pid: int, command: Sequence[str]) -> NoReturn:
    if _watched_by_kernel():
        if os.getppid() != parent_pid:
            os._exit(1)
        os.execvp(command[0], list(command))  # noqa: S606 (no shell is wanted)
    # Without the kernel's help this process stays, as the parent that ends the command.
    child = subprocess.Popen(command)  # noqa: S603 (the supervisor's own command)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        try:
            sys.exit(child.wait(_POLL_SECONDS))
        except subprocess.TimeoutExpired:
            if os.getppid() != parent_pid:
                child.kill()


if __name__ == "__main__":
    _run_guarded(int(sys.argv[1]), sys.argv[2:])
