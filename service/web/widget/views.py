"""Routes for readers: the widget's files, the demo article that embeds it, and the front page."""

from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from service.core.languages import DEFAULT_LANGUAGE, FORM_WORDS
from service.core.lists import Effect, EntryKind
from service.core.site import Site
from service.web.api.pages import show_comments
from service.web.current import services
from service.web.widget.assets import asset_response, load_assets
from service.web.widget.playground import PROPERTIES

DEMO_SLUG = "demo"
DEMO_TITLE = "The room before the room"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
"""The strictest policy that the widget promises to run under; the demo page tries it."""

blueprint = Blueprint("widget", __name__, template_folder="templates")

_ASSETS = load_assets()


@blueprint.get("/embed.js")
def embed() -> Response:
    return asset_response(_ASSETS["embed.js"])


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """What browsers ask for on their own, on every page that names no icon."""
    return asset_response(_ASSETS["demo/icon.svg"])


@blueprint.get("/<any(embed, demo):folder>/<path:name>")
def file(folder: str, name: str) -> Response:
    asset = _ASSETS.get(f"{folder}/{name}")
    if asset is None:
        abort(HTTPStatus.NOT_FOUND)
    return asset_response(asset)


@blueprint.get("/")
def front() -> BaseResponse:
    if _demo_site() is not None:
        return redirect("/demo/", HTTPStatus.FOUND)
    return _page("demo/front.html")


@blueprint.get("/demo/")
def demo() -> Response:
    site = _demo_site()
    if site is None:
        abort(HTTPStatus.NOT_FOUND)
    return _page(
        "demo/article.html",
        site=site,
        comments=_included(site, _demo_url(site)),
        held_words=_held_words(site),
    )


def _included(site: Site, page_url: str) -> Markup:
    """The thread as any site's server would include it. Ours asks itself, so links need no host."""
    query = {"thread": page_url, "title": DEMO_TITLE, "lang": DEFAULT_LANGUAGE}
    path = url_for("pages.show_comments", slug=site.slug)
    with current_app.test_request_context(path, query_string=query):
        g.included_here = True
        html = show_comments(site.slug).get_data(as_text=True)
    return Markup(html)  # noqa: S704 (rendered by a template that escapes)


def _held_words(site: Site) -> list[str]:
    entries = services().lists.known([site.id])[site.id].of_kind(EntryKind.WORD)
    return [one.value for one in entries if one.effect is Effect.HOLD]


@blueprint.get("/demo/playground")
def playground() -> Response:
    site = _demo_site()
    if site is None:
        abort(HTTPStatus.NOT_FOUND)
    return _page(
        "demo/playground.html",
        site=site,
        page_url=_demo_url(site),
        attributes={
            "theme": ("light", "dark", "auto"),
            "sort": ("oldest", "newest"),
            "lang": tuple(FORM_WORDS),
        },
        properties=PROPERTIES,
    )


def _demo_site() -> Site | None:
    with services().store.read() as tx:
        return tx.site(DEMO_SLUG)


def _demo_url(site: Site) -> str:
    """The article's address as its reader sees it (localhost or 127.0.0.1): the form without
    scripts leads back there; under a name that the site does not know, the server's public one.
    """
    own = request.host_url.rstrip("/")
    return f"{own if own in site.origins else services().settings.public_url}/demo/"


def _page(template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    # The form in the page carries a token with the time of its making.
    response.cache_control.no_store = True
    # A page that sends no referrer posts its plain form with `Origin: null`, which is refused.
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
