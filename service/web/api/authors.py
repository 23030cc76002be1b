"""Who a request comes from, as far as the routes of a comment's author need to know."""

from uuid import UUID

from flask import request

from service.core.errors import NotFound
from service.core.site import Site
from service.web.current import services


def is_author(purpose: str, token: str, site: Site | None, comment_id: UUID) -> bool:
    """Whether this token of the comment opens `purpose`: `status` or `edit`."""
    return site is not None and services().signer.check_comment_token(
        purpose, token, site.id, str(comment_id)
    )


def require_author(purpose: str, token: str, site: Site | None, comment_id: UUID) -> Site:
    """The site, for whoever bears the comment's token. To all others there is no comment."""
    if site is None or not is_author(purpose, token, site, comment_id):
        raise NotFound("There is no such comment.")
    return site


def bearer_token() -> str:
    """What stands in `Authorization: Bearer`, or an empty text."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
