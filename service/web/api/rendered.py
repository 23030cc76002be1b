"""A thread as HTML for readers without scripts: what `comments.html` shows, where it links to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup

from service.core.comment import Page, PublicComment
from service.web.avatars import Avatar, avatar
from service.web.rendering import render_content, safe_author_url
from service.web.schemas.public import rfc3339


@dataclass(slots=True)
class ShownComment:
    """One comment and the replies that stand under it. All but `content` is escaped later."""

    comment: PublicComment
    author_url: str | None
    avatar: Avatar
    content: Markup
    created_at: str
    edited_at: str | None
    replies: list["ShownComment"] = field(default_factory=list)


def tree_of(page: Page) -> list[ShownComment]:
    """The page's comments, each under the one that it answers if that is on the page, too."""
    top: list[ShownComment] = []
    known: dict[str, ShownComment] = {}
    for one in page.comments:
        shown = known[one.id] = ShownComment(
            comment=one,
            author_url=safe_author_url(one.author_url),
            avatar=avatar(one.avatar_id),
            content=render_content(one.content),
            created_at=rfc3339(one.created_at),
            edited_at=rfc3339(one.edited_at) if one.edited_at else None,
        )
        parent = known.get(one.parent_id or "")
        (parent.replies if parent is not None else top).append(shown)
    return top


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of this thread's whole pages. `base` is the server's, "" within its own pages."""

    base: str
    path: str
    query: Mapping[str, str]

    def to(self, **more: str) -> str:
        """A page that differs from the first one by this: `cursor`, `sort`, `reply` or `report`."""
        return f"{self.base}{self.path}?{urlencode({**self.query, **more, 'whole': '1'})}"
