"""The WSGI application: blueprints, error answers, and what every answer carries."""

import logging

from flask import Flask, Response

from service import settings as configuration
from service import wiring
from service.web import errors, health, metrics, problems
from service.web.api import comments as comments_api
from service.web.api import counting, feeds, flags, pages, previewing, reading, status
from service.web.api.access import SlugConverter
from service.web.api.shortcut import Shortcut
from service.web.bodies import Bodies
from service.web.current import BODIES, SERVICES
from service.web.desk import blueprint as desk
from service.web.proxies import trust_proxies
from service.web.widget import blueprint as widget
from service.wiring import Services

# How the page for a refused form post names the fields.
_FIELD_LABELS = {
    "/content": "Comment:",
    "/author_name": "Name:",
    "/author_email": "Email:",
    "/author_url": "Website:",
    "/parent_id": "Reply:",
}


def create_app(services: Services | None = None) -> Flask:
    """The application on given services, or on those that the environment describes."""
    if services is None:
        settings = configuration.load()
        logging.basicConfig(
            level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
        )
        services = wiring.build(settings)
    app = Flask("service.web", root_path=_package_path())
    app.extensions[SERVICES] = services
    # Two threads always answer those who read, however slowly others send.
    app.extensions[BODIES] = Bodies(places=max(1, services.settings.web_threads - 2))
    app.jinja_env.globals["field_labels"] = _FIELD_LABELS
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.converters["slug"] = SlugConverter
    app.wsgi_app = Shortcut(app.wsgi_app, services.store)  # type: ignore[method-assign]
    app.wsgi_app = trust_proxies(app.wsgi_app, services.settings.trusted_proxies)  # type: ignore[method-assign]
    for blueprint in (
        comments_api.blueprint,
        reading.blueprint,
        feeds.blueprint,
        flags.blueprint,
        status.blueprint,
        pages.blueprint,
        previewing.blueprint,
        counting.blueprint,
        desk,
        widget,
        health.blueprint,
        metrics.blueprint,
        problems.blueprint,
    ):
        app.register_blueprint(blueprint)
    errors.register(app)
    app.after_request(_harden)
    return app


def _harden(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault(
        "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
    )
    return response


def _package_path() -> str:
    return __file__.rpartition("/")[0]
