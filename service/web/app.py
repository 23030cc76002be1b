"""The WSGI application: blueprints, error answers, and what every answer carries."""

import logging

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from service import settings as configuration
from service import wiring
from service.web import errors, health, problems
from service.web.api import comments as comments_api
from service.web.api.access import SlugConverter
from service.web.desk import blueprint as desk
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
    app.extensions["vestibule"] = services
    app.jinja_env.globals["field_labels"] = _FIELD_LABELS
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.converters["slug"] = SlugConverter
    # Without trusted proxies the header is ignored: anyone can send one.
    hops = services.settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    for blueprint in (
        comments_api.blueprint,
        desk,
        widget,
        health.blueprint,
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
