"""Posts real comments to a running instance over HTTP, and follows each one to its verdict.

    python tests/bench/drive.py --url http://127.0.0.1:8080 --site demo --comments FILE.jsonl.gz

It works against any instance. Each line of the file is an object with `text`, and maybe `author`,
`url`, `y` (1 is bad) and `ds` (which set it is of). An honest client: it waits until its form token
is as old as a person needs to write, repeats what failed under the same Idempotency-Key, and waits
when it is told to. The instance's rate limits must allow for one network that posts it all.

It fails if a comment that was accepted reaches no verdict. Every tenth comment is watched closely,
for the time to a verdict; the others are asked about when all are posted, since asking takes time
from the server, too. `--out` writes what became of each one, a JSON line each, without its text.
"""

import argparse
import gzip
import http.client
import json
import queue
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from outcomes import Progress, Report, Sent, lines_of, write_each

TOKEN_AGE_SECONDS = 3.2
TRY_SECONDS = 120.0
WATCHED_EVERY = 10
LOOK_AGAIN_SECONDS = 0.02
THREADS = 20
DECIDED = {"approved", "held", "rejected", "removed"}


class Client:
    """One keep-alive connection that is opened again when it breaks."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Raises OSError or HTTPException where the server cannot be reached."""
        if self._connection is None:
            kind = (
                http.client.HTTPSConnection
                if self._parts.scheme == "https"
                else http.client.HTTPConnection
            )
            self._connection = kind(self._parts.hostname or "", self._parts.port, timeout=30)
        try:
            self._connection.request(method, path, body, headers or {})
            answer = self._connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Driver:
    """Sends comments on several connections while one more follows them."""

    def __init__(self, url: str, site: str, *, connections: int) -> None:
        self.url = url.rstrip("/")
        self.site = site
        self.connections = connections
        self._pages = [f"{self.url}/demo/?driven={number}" for number in range(THREADS)]
        self._accepted: queue.Queue[Sent | None] = queue.Queue()
        self._number_accepted = 0

    def run(self, comments: list[dict[str, Any]]) -> Report:
        sent = [
            Sent(comment, watched=number % WATCHED_EVERY == 0)
            for number, comment in enumerate(comments)
        ]
        token = self._token()
        time.sleep(TOKEN_AGE_SECONDS)  # a person needs as long to write
        waiting: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        for one in sent:
            waiting.put(one)
        progress = Progress(len(sent))
        began = time.monotonic()
        posters = [
            threading.Thread(target=self._post_all, args=(waiting, token, progress))
            for _ in range(self.connections)
        ]
        follower = threading.Thread(target=self._follow, args=(progress,))
        for thread in (*posters, follower):
            thread.start()
        for thread in posters:
            thread.join()
        seconds = time.monotonic() - began
        self._accepted.put(None)
        follower.join()
        progress.end()
        lost = [one for one in sent if one.id and one.state not in DECIDED]
        return Report(sent, began, seconds, lost)

    def _token(self) -> str:
        path = f"/v1/sites/{self.site}/form?thread={quote(self._pages[0], safe='')}"
        status, _, body = Client(self.url).ask("GET", path)
        if status != http.HTTPStatus.OK:
            raise SystemExit(f"{self.url} answers {status} for the form of site {self.site}")
        return str(json.loads(body)["token"])

    def _post_all(
        self, waiting: "queue.SimpleQueue[Sent]", token: str, progress: "Progress"
    ) -> None:
        client = Client(self.url)
        while True:
            try:
                one = waiting.get_nowait()
            except queue.Empty:
                client.close()
                return
            self._post(client, one, token)
            progress.posted(one)
            if one.id:
                self._number_accepted += 1
                self._accepted.put(one)

    def _post(self, client: Client, one: Sent, token: str) -> None:
        number = uuid.uuid4().hex
        body = json.dumps(
            {
                "thread": {"url": self._pages[int(number[:4], 16) % THREADS], "title": "Driven"},
                "author_name": (one.comment.get("author") or f"Reader {number[:6]}")[:100],
                "author_email": f"reader-{number}@example.org",
                "author_url": one.comment.get("url") or None,
                "content": one.comment["text"],
                "token": token,
            }
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": number,
            "Origin": self.url,
        }
        give_up = time.monotonic() + TRY_SECONDS
        while time.monotonic() < give_up:
            one.tries += 1
            try:
                status, head, answer = client.ask(
                    "POST", f"/v1/sites/{self.site}/comments", body, headers
                )
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)  # the server may be coming back
                continue
            one.status = status
            if status in {429, 503}:
                time.sleep(min(float(head.get("Retry-After", "1")), 5.0))
                continue
            if status == http.HTTPStatus.ACCEPTED:
                told = json.loads(answer)
                one.id, one.accepted_at = told["id"], time.monotonic()
                parts = urlsplit(told["status_url"])
                one.status_path = f"{parts.path}?{parts.query}"
            return

    def accepted_so_far(self) -> int:
        return self._number_accepted

    def _follow(self, progress: "Progress") -> None:
        """Ask for each accepted comment's status, in turns, until it has a verdict."""
        client = Client(self.url)
        watched: list[Sent] = []
        later: list[Sent] = []
        posting, give_up = True, float("inf")
        while (posting or watched or later) and time.monotonic() < give_up:
            for one in self._arrived():
                if one is None:
                    posting, give_up = False, time.monotonic() + TRY_SECONDS
                else:
                    (watched if one.watched else later).append(one)
            watched = [one for one in watched if not self._is_decided(client, one, progress)]
            if not posting:
                later = [one for one in later if not self._is_decided(client, one, progress)]
            time.sleep(LOOK_AGAIN_SECONDS)
        client.close()

    def _arrived(self) -> Iterator[Sent | None]:
        while not self._accepted.empty():
            yield self._accepted.get()

    def _is_decided(self, client: Client, one: Sent, progress: "Progress") -> bool:
        try:
            status, _, body = client.ask("GET", one.status_path)
            state = json.loads(body)["state"] if status == http.HTTPStatus.OK else ""
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.2)
            return False
        if state not in DECIDED:
            return False
        one.state, one.decided_at = state, time.monotonic()
        progress.decided()
        return True


def read_comments(path: Path, *, limit: int) -> list[dict[str, Any]]:
    """The first `limit` lines of a JSON Lines file, packed by gzip or not."""
    opens = gzip.open if path.suffix == ".gz" else open
    with opens(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for _, line in zip(range(limit), lines, strict=False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--url", required=True, help="the instance, which is also the site's origin"
    )
    parser.add_argument("--site", default="demo")
    parser.add_argument("--comments", required=True, type=Path)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--limit", type=int, default=2_000)
    parser.add_argument("--out", type=Path, help="a file for what became of each one")
    given = parser.parse_args()
    driver = Driver(given.url, given.site, connections=given.connections)
    report = driver.run(read_comments(given.comments, limit=given.limit))
    print("\n".join(lines_of(report)))
    if given.out:
        write_each(report, given.out)
    sys.exit(1 if report.lost else 0)


if __name__ == "__main__":
    main()
