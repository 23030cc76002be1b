"""The site's pages that visitors are led back to: no others, whatever a form says."""

from flask import Response, make_response, redirect

from service.core.errors import InvalidURL, OriginRefused
from service.core.site import Site
from service.core.urls import canonical_url, origin_of


def article_of(site: Site, url: str) -> str | None:
    """The article's address if it is one of this site: nobody is led anywhere else."""
    try:
        return canonical_url(url) if origin_of(url) in site.origins else None
    except InvalidURL:
        return None


def require_article(site: Site, url: str) -> str:
    """The article's address. Raises `OriginRefused` for one that is not of this site."""
    article = article_of(site, url)
    if article is None:
        raise OriginRefused("The page's address does not belong to this site.")
    return article


def back_to_article(site: Site, url: str, said: str) -> Response:
    """303 to the article with `#vestibule-` and what is to be said there, for its style to show."""
    article = require_article(site, url)
    response = make_response(redirect(f"{article}#vestibule-{said}", code=303))
    response.headers["Cache-Control"] = "no-store"
    return response
