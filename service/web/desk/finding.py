"""Finds what an address or a form names, for whoever may see it."""

from uuid import UUID

from service.core.errors import NotFound
from service.core.people import Moderator
from service.core.ports import Reads
from service.core.records import QueuedComment
from service.web.current import services
from service.web.desk.cards import Card, card
from service.web.desk.session import visit


def card_of(comment: QueuedComment) -> Card:
    return card(comment, visit().moderator, services().vault, now=services().clock())


def find_comment(tx: Reads, moderator: Moderator, site_id: str, comment_id: str) -> QueuedComment:
    """One comment. Another site's does not exist for a moderator, whatever its id."""
    site = tx.sites_by_id([site_id]).get(site_id) if moderator.may_see(site_id) else None
    found = tx.queued(site, comment_id) if site is not None else None
    if found is None:
        raise NotFound
    return found


def read_mark(text: str | None) -> str | None:
    """A place in the queue: a comment's id. Raises `NotFound` for anything else."""
    if not text:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound from None
