"""A crowd that posts comments over HTTP, and knows what became of each that was accepted."""

import http.client
import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from running import Installation, get_json, wait_until
from sqlalchemy import create_engine, text

WORDS = [
    "bread",
    "rye",
    "oven",
    "crumb",
    "crust",
    "salt",
    "water",
    "flour",
    "starter",
    "kitchen",
    "grandmother",
    "village",
    "mill",
    "stone",
    "morning",
    "loaf",
    "butter",
    "table",
    "harvest",
    "field",
    "winter",
    "basket",
    "neighbour",
    "recipe",
    "patience",
    "heat",
]


UNLIMITED = {
    "VESTIBULE_RATE_NETWORK_PER_MINUTE": 1_000_000,
    "VESTIBULE_RATE_SITE_PER_MINUTE": 1_000_000,
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]
    seconds: float


@dataclass
class Crowd:
    """`accepted` are the ids of all comments that were answered with 202."""

    running: Installation
    accepted: list[str] = field(default_factory=list)
    _number: int = 0

    def post(self, **changes: Any) -> Answer:
        """One more comment, unlike the others. Raises `OSError` where nobody answers."""
        self._number += 1
        place = self._number
        chosen = " ".join(WORDS[(place * step + step) % len(WORDS)] for step in range(3, 17))
        comment = {
            "thread": {"url": f"{self.running.base_url}/demo/"},
            "author_name": f"Reader {place}",
            "author_email": f"reader{place}@news.example",
            "content": f"On {chosen}: {place}.",
        }
        link = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=60)
        began = time.monotonic()
        try:
            link.request(
                "POST",
                "/v1/sites/demo/comments",
                json.dumps(comment | changes),
                {"Content-Type": "application/json"},
            )
            answer = link.getresponse()
            body = json.loads(answer.read())
        finally:
            link.close()
        if answer.status == 202:
            self.accepted.append(body["id"])
        return Answer(answer.status, dict(answer.getheaders()), body, time.monotonic() - began)

    def post_all(self, number: int) -> None:
        for _ in range(number):
            assert self.post().status == 202, self.running.log()

    # -- what became of them -----------------------------------------------------------------------

    def rows(self, statement: str) -> list[Any]:
        engine = create_engine(self.running.database_url)
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(statement)))
        finally:
            engine.dispose()

    def states(self) -> dict[str, str]:
        """The states of all that were accepted; one that is lost makes the test fail."""
        known = {_id(row.id): row.state for row in self.rows("SELECT id, state FROM comments")}
        lost = set(self.accepted) - set(known)
        assert not lost, f"accepted and lost: {lost}"
        return {one: known[one] for one in self.accepted}

    def pending(self) -> int:
        return Counter(self.states().values())["pending"]

    def wait_for_verdicts(self, timeout: float = 60) -> None:
        """Until each accepted comment has a verdict; none may have two."""

        def told() -> str:
            return f"{self.pending()} of {len(self.accepted)} pending\n{self.running.log()}"

        wait_until(lambda: self.pending() == 0, timeout=timeout, what=told)
        decided = Counter(
            _id(row.comment_id) for row in self.rows("SELECT comment_id FROM decisions")
        )
        assert {decided[one] for one in self.accepted} <= {1}

    def screening(self) -> bool | None:
        """What `/readyz` says of the workers; None while it does not say 200."""
        try:
            found: bool = get_json(f"{self.running.base_url}/readyz")["screening"]
        except OSError:
            return None
        return found

    def wait_until_screening(self, expected: bool = True, timeout: float = 40) -> None:
        wait_until(lambda: self.screening() is expected, timeout=timeout, what=self.running.log)


class Paused:
    """While the block runs the workers stand still: what is posted stays pending."""

    def __init__(self, running: Installation) -> None:
        self._workers = running.part("worker")

    def __enter__(self) -> None:
        for one in self._workers:
            one.suspend()

    def __exit__(self, *_: object) -> None:
        for one in self._workers:
            with suppress(Exception):
                one.resume()


def _id(stored: Any) -> str:
    """An id as the API spells it: SQLite keeps digits, PostgreSQL a UUID."""
    return str(UUID(str(stored)))
