"""Feeds of what readers see: the newest comments of a site, or of one of its pages."""

import hashlib
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from service.core.feeds import FEED_MAX
from service.core.form import THREAD_ID_MAX_CHARS
from service.core.urls import URL_MAX_CHARS
from service.web.api.access import allow_reading
from service.web.api.reading import position_asked_for
from service.web.atom import MEDIA_TYPE, Feed, written
from service.web.current import services

blueprint = Blueprint("feeds", __name__, url_prefix="/v1/sites/<slug:slug>")
blueprint.after_request(allow_reading)


@blueprint.get("/feed.atom")
def feed(slug: str) -> Response:
    """Approved comments, newest first; answers 304 while the feed is the same."""
    wanted = {name: request.args[name] for name in ("thread", "thread_id") if name in request.args}
    with services().store.read() as tx:
        _, position = position_asked_for(tx, slug)
        site, thread = position.site, position.thread
        is_whole = not any(wanted.values())
        entries = (
            tx.newest_shown(site.id, thread.id if thread else None, limit=FEED_MAX)
            if thread or is_whole
            else ()
        )
    cut = {"thread": URL_MAX_CHARS, "thread_id": THREAD_ID_MAX_CHARS}
    query = urlencode({name: value[: cut[name]] for name, value in wanted.items()})
    url = services().settings.public_url + url_for("feeds.feed", slug=slug)
    url = f"{url}?{query}" if query else url
    about = thread.title or thread.url if thread else ""
    body = written(
        Feed(
            # A page that nobody has commented on has no id of its own yet.
            id=f"urn:uuid:{thread.id if thread else site.id}" if thread or is_whole else url,
            title=f"{about} - {site.name}" if about else site.name,
            url=url,
            page=thread.url if thread else next(iter(site.origins), None),
            entries=entries,
        )
    )
    response = Response(body, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response.set_etag(hashlib.blake2b(body, digest_size=12).hexdigest())
    # Stored, but asked about each time: what is removed is gone with the next look.
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request.environ)
    return response
