"""Digests: mails that tell those who decide that comments wait, and when one is due.

A digest holds nothing that a visitor typed: numbers, times, the checks' own sentences, and links to
pages of the desk that ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Protocol

from service.core.mail import SUBJECT_MAX_CHARS, Mail, one_line
from service.core.site import Site

COUNTED_MAX = 1_000
"""What waits is counted up to here; a mail then says "1,000 or more"."""

LISTED_MAX = 10
REASONS_MAX = 5
AGAIN_AFTER = timedelta(days=1)
"""Where nothing new has come since the last digest, the next one comes after this."""

RETRY_AFTER = timedelta(minutes=15)
"""How long after a mail that the server did not take another one is tried."""


@dataclass(frozen=True, slots=True)
class WaitingComment:
    """One of those that wait longest, with the symbol that weighed most."""

    id: str
    since: datetime
    symbol: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits at a site for a moderator, edits included. `newest` is the latest one's id."""

    number: int
    since: datetime
    newest: str
    oldest: tuple[WaitingComment, ...]


@dataclass(frozen=True, slots=True)
class DigestMark:
    """The last digest about a site to somebody: when, and up to which comment it told."""

    sent_at: datetime
    newest: str


def is_due(site: Site, waiting: Waiting, mark: DigestMark | None, *, now: datetime) -> bool:
    settings = site.settings
    many = 0 < settings.digest_waiting <= waiting.number
    after = timedelta(minutes=settings.digest_after_minutes)
    long = settings.digest_after_minutes > 0 and now - waiting.since >= after
    if not (many or long):
        return False
    if mark is None:
        return True
    if now - mark.sent_at < timedelta(minutes=settings.digest_pause_minutes):
        return False
    return waiting.newest > mark.newest or now - mark.sent_at >= AGAIN_AFTER


@dataclass(frozen=True, slots=True)
class Letter:
    """Who a digest goes to, and where its links lead. `desk_url` ends with a slash."""

    to: str
    name: str
    desk_url: str
    off_url: str


def digest_mail(
    letter: Letter, site: Site, waiting: Waiting, sentences: Mapping[str, str], *, now: datetime
) -> Mail:
    """`sentences` by symbol say in plain words what was seen."""
    number = f"{waiting.number:,}" + (" or more" if waiting.number >= COUNTED_MAX else "")
    verb = "waits" if waiting.number == 1 else "wait"
    noun = "comment" if waiting.number == 1 else "comments"
    site_name = one_line(site.name)
    subject = f"{number} {noun} {verb} at {site_name}"[:SUBJECT_MAX_CHARS]
    queue_url = f"{letter.desk_url}?state=held"
    lines = [
        (
            f"{letter.desk_url}comments/{site.id}/{one.id}",
            f"for {_long(now - one.since)}",
            sentences.get(one.symbol or "", ""),
        )
        for one in waiting.oldest[:LISTED_MAX]
    ]
    opening = f"Hello {one_line(letter.name)},"
    summary = (
        f"{number} {noun} {verb} for a moderator at {site_name}, "
        f"the first for {_long(now - waiting.since)}."
    )
    closing = "Opening a link decides nothing: the page asks."
    ending = "No more such mails:"
    return Mail(
        to=letter.to,
        subject=subject,
        text=_text(
            opening, summary, queue_url, lines, f"{closing}\n\n{ending}\n{letter.off_url}\n"
        ),
        html=_html(opening, summary, queue_url, lines, (closing, ending, letter.off_url)),
        off_url=letter.off_url,
    )


def _text(
    opening: str, summary: str, queue_url: str, lines: Sequence[tuple[str, ...]], end: str
) -> str:
    listed = "".join(f"- {since}. {why}\n  {url}\n" for url, since, why in lines)
    return f"{opening}\n\n{summary}\n{queue_url}\n\nThose that wait longest:\n\n{listed}\n{end}"


def _html(
    opening: str,
    summary: str,
    queue_url: str,
    lines: Sequence[tuple[str, ...]],
    end: tuple[str, str, str],
) -> str:
    closing, ending, off_url = map(escape, end)
    listed = "".join(
        f'<li><a href="{escape(url)}">{escape(since)}</a>. {escape(why)}</li>'
        for url, since, why in lines
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title></title></head><body>'
        f"<p>{escape(opening)}</p>"
        f'<p>{escape(summary)} <a href="{escape(queue_url)}">Look at them</a></p>'
        f"<p>Those that wait longest:</p><ul>{listed}</ul>"
        f'<p>{closing}</p><p>{ending} <a href="{off_url}">switch them off</a></p></body></html>\n'
    )


def _long(time: timedelta) -> str:
    minutes = max(int(time.total_seconds() // 60), 0)
    for size, name in ((1440, "day"), (60, "hour")):
        if minutes >= size * 2:
            return f"{minutes // size} {name}s"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


class DigestReads(Protocol):
    def waiting(self, site_id: str) -> Waiting | None:
        """What waits for a moderator, None if nothing does."""
        ...

    def digest_marks(self, site_id: str) -> Mapping[str, DigestMark]:
        """The last digests about a site, by moderator."""
        ...

    def without_digests(self) -> frozenset[str]:
        """Moderators who want none."""
        ...


class DigestWrites(DigestReads, Protocol):
    def mark_digest(
        self,
        site_id: str,
        moderator_id: str,
        mark: DigestMark,
        *,
        before: DigestMark | None,
    ) -> bool:
        """Note a digest; False if another one has been noted since `before`."""
        ...

    def want_digests(self, moderator_id: str, *, wanted: bool) -> None: ...
