"""Who may use a site's public API from where: the site of a path, and the Origin of a request."""

from flask import Response, g, request
from werkzeug.routing import BaseConverter

from service.core.errors import NotFound, OriginRefused
from service.core.site import Site
from service.web.current import own_origins

PREFLIGHT_SECONDS = "600"


class SlugConverter(BaseConverter):
    """A site's short name in a path. What cannot be one never gets as far as the database, which
    may not even take its characters (PostgreSQL and NUL).
    """

    regex = "[a-z0-9-]{1,64}"


def admit(site: Site | None, *, from_own_pages: bool = False) -> Site:
    """The site of the path, for a page that may use it.

    No `Origin` is fine (it makes a signal where it matters); a foreign or `null` one is refused.
    Origins are compared whole: an allow-list that matches by suffix lets strangers in. Forms also
    stand on the server's own pages (`from_own_pages`), which no other page can frame.
    """
    if site is None:
        raise NotFound("There is no such site.")
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin not in site.origins and not (from_own_pages and origin in own_origins()):
            raise OriginRefused("This page's origin is not on the site's list.")
        g.admitted_origin = origin
    return site


def allow_reading(response: Response) -> Response:
    """Let the admitted page read the answer; caches must keep pages apart. No cookies, ever."""
    response.headers.add("Vary", "Origin")
    if "admitted_origin" in g:
        response.headers["Access-Control-Allow-Origin"] = g.admitted_origin
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    return response


def preflight() -> Response:
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, DELETE"
    response.headers["Access-Control-Allow-Headers"] = (
        "Authorization, Content-Type, Idempotency-Key"
    )
    response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response
