"""Reading and posting, each beside a bare Flask view under the same server."""

import itertools
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from figures import Compared, Figure, interleaved, say
from load import load, request
from running import get_json, wait_until
from servers import Service, bare_server, databases, service

THREAD_SIZE = 100
READ_TARGET, POST_TARGET = 0.30, 0.40
_JSON = {"Content-Type": "application/json"}


def reading(folder: Path, *, rounds: int, seconds: float) -> list[Figure]:
    """A thread of 100: whole, and as the 304 that a browser gets which has it already."""
    with service(folder) as ours, bare_server(f"sqlite:///{folder / 'bare.db'}") as bare:
        etag, size = _seed(ours)
        say(f"a thread of {THREAD_SIZE} comments is {size:,} bytes of JSON")
        path = ours.comments_path("read")
        whole = _rate(ours.port, request(ours.port, "GET", path), 200, seconds)
        static = _rate(bare, request(bare, "GET", f"/static/{size}"), 200, seconds)
        known = {"If-None-Match": etag}
        again = _rate(ours.port, request(ours.port, "GET", path, headers=known), 304, seconds)
        unchanged = _rate(bare, request(bare, "GET", "/unchanged", headers=known), 304, seconds)
        for warm_up in (whole, static):
            warm_up()
        return [
            interleaved("reads", rounds, whole, static).at_least(
                f"reads of a thread of {THREAD_SIZE}, beside a static view of its size",
                ratio=READ_TARGET, unit="/s",
            ),
            interleaved("reads that get 304", rounds, again, unchanged).at_least(
                "reads that get 304, beside a view that answers 304",
                ratio=READ_TARGET, unit="/s",
            ),
        ]  # fmt: skip


def _seed(ours: Service) -> tuple[str, int]:
    """Fill a thread; the ETag and the size of its page."""
    ours.ripen_token()
    load(ours.port, ours.posts(THREAD_SIZE, "read"), seconds=60).require(202)
    url = f"{ours.installation.base_url}{ours.comments_path('read')}"
    wait_until(lambda: get_json(url)["total"] == THREAD_SIZE, timeout=60, what="the thread is full")
    import urllib.request

    with urllib.request.urlopen(url) as answer:
        return str(answer.headers["ETag"]), len(answer.read())


def _rate(port: int, one: bytes, status: int, seconds: float) -> Callable[[], float]:
    return lambda: load(port, itertools.repeat(one), seconds=seconds).require(status).per_second


def posting(folder: Path, kind: str, *, rounds: int, seconds: float, most: int) -> list[Figure]:
    """Posts beside a view that inserts one row: with the worker at rest, and with it at work."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        databases(kind, folder) as urls,
        service(folder, VESTIBULE_DATABASE_URL=urls.ours) as ours,
        bare_server(urls.bare) as bare,
    ):
        ours.ripen_token()
        one = {"author_name": "", "author_email": "", "content": ""}

        def rows() -> float:
            made = (json.loads(post.partition(b"\r\n\r\n")[2]) for post in ours.posts(most, "bare"))
            bodies = (json.dumps({key: post[key] for key in one}).encode() for post in made)
            requests = [request(bare, "POST", "/rows", headers=_JSON, body=body) for body in bodies]
            return load(bare, requests, seconds=seconds).require(202).per_second

        def posts() -> float:
            requests = ours.posts(most, "posts")
            done = load(ours.port, requests, seconds=seconds).require(202)
            return done.per_second

        def posts_then_rest() -> float:
            found = posts()
            # What still waits for its checks would take the machine's time from the next round.
            ours.wait_until_screened()
            return found

        def posts_unscreened() -> float:
            with _stopped(ours):
                found = posts()
            ours.wait_until_screened()
            return found

        rows()
        posts_then_rest()
        label = f"posts, {kind}"
        alone = interleaved(f"{label}, worker at rest", rounds, posts_unscreened, rows)
        screened = interleaved(f"{label}, screening", rounds, posts_then_rest, rows)
    return [
        _post_figure(f"{label}: taking comments in", alone),
        _post_figure(f"{label}: taking in and screening at once", screened),
    ]


def _post_figure(what: str, found: Compared) -> Figure:
    return found.at_least(f"{what}, beside a view that inserts a row", ratio=POST_TARGET, unit="/s")


@contextmanager
def _stopped(ours: Service) -> Iterator[None]:
    """The worker, stopped by signal: comments are taken in and nobody looks at them."""
    workers: list[psutil.Process] = ours.installation.part("worker")
    for one in workers:
        one.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for one in workers:
            one.send_signal(signal.SIGCONT)
