"""What readers get to see of a comment: an allow-list, key by key.

Plain functions rather than marshmallow's dump, since a page of comments is the hottest response.
A key that is not written here cannot get out, whatever `PublicComment` may hold one day.
"""

from datetime import UTC, datetime
from typing import Any

from service.core.comment import Page, PublicComment
from service.web.rendering import render_content, safe_author_url


def public_comment(comment: PublicComment) -> dict[str, Any]:
    """One comment. `content_html` is safe to insert as it is, all other texts are plain text."""
    removed = comment.removed
    return {
        "id": comment.id,
        "parent_id": comment.parent_id,
        "depth": comment.depth,
        "author_name": "" if removed else comment.author_name,
        "author_url": None if removed else safe_author_url(comment.author_url),
        "avatar": comment.avatar_id,
        "content_html": "" if removed else str(render_content(comment.content)),
        "created_at": rfc3339(comment.created_at),
        "edited_at": rfc3339(comment.edited_at) if comment.edited_at else None,
        "removed": removed,
        "staff": comment.staff,
    }


def public_page(page: Page) -> dict[str, Any]:
    return {
        "comments": [public_comment(comment) for comment in page.comments],
        "next": page.next_cursor,
        "total": page.total,
    }


def rfc3339(moment: datetime) -> str:
    """An aware time in UTC with milliseconds: `2026-05-04T12:30:00.123Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
