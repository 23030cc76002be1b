"""The whole installation: memory at rest, time until it is ready, time from post to visible."""

import json
import statistics
import time
from pathlib import Path

from drive import Client
from figures import Figure, milliseconds, say
from running import Installation, wait_until
from servers import bare_server, service

PSS_MAX_MIB = 300
READY_MAX_SECONDS = 4.0
VISIBLE_MAX_SECONDS = 2.0
POSTS = 50


def readiness(folder: Path, *, rounds: int) -> list[Figure]:
    """From the start of `vestibule up` on an empty data directory to 200 at /readyz."""
    taken, bare = [], []
    for number in range(rounds):
        at = folder / str(number)
        at.mkdir(parents=True)
        began = time.monotonic()
        installation = Installation(at).start()
        taken.append(time.monotonic() - began)
        installation.stop()
        began = time.monotonic()
        with bare_server(f"sqlite:///{at / 'bare.db'}"):
            bare.append(time.monotonic() - began)
        say(f"ready: round {number + 1} of {rounds}: {taken[-1]:.2f} s beside {bare[-1]:.2f} s")
    middle = statistics.median(taken)
    return [
        Figure(
            "ready after `up` on an empty data directory, beside one bare server",
            f"{middle:.2f} s", f"{statistics.median(bare):.2f} s", "", f"<= {READY_MAX_SECONDS:.0f} s", middle <= READY_MAX_SECONDS,
        )
    ]  # fmt: skip


def visibility(folder: Path) -> list[Figure]:
    """One comment at a time: from sending it to reading it, beside a bare round trip; and memory."""
    with service(folder) as ours:
        ours.ripen_token()
        client = Client(ours.installation.base_url)
        path = ours.comments_path("seen", "&sort=newest&limit=1")
        visible, trips = [], []
        for number, post in enumerate(ours.posts(POSTS, "seen")):
            head, _, body = post.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            began = time.monotonic()
            status, _, answer = client.ask("POST", path.partition("?")[0], body, headers)
            assert status == 202, answer
            wanted = json.loads(answer)["id"]

            def shown(wanted: str = wanted) -> bool:
                asked = time.monotonic()
                _, _, page = client.ask("GET", path)
                trips.append(time.monotonic() - asked)
                return any(one["id"] == wanted for one in json.loads(page)["comments"])

            wait_until(shown, timeout=30, what="the comment is visible")
            visible.append(time.monotonic() - began)
            if number % 10 == 9:
                say(f"post to visible: {number + 1} of {POSTS}")
        client.close()
        pss = sum(one.memory_full_info().pss for one in ours.installation.processes()) / 2**20
    late = max(visible)
    return [
        Figure(
            "from post to visible (median / p99), beside a bare GET",
            milliseconds(visible), milliseconds(trips), "",
            f"<= {VISIBLE_MAX_SECONDS:.0f} s", late <= VISIBLE_MAX_SECONDS,
        ),
        Figure(
            "memory of everything, idle (PSS)",
            f"{pss:.0f} MiB", "-", "", f"< {PSS_MAX_MIB} MiB", pss < PSS_MAX_MIB,
        ),
    ]  # fmt: skip
