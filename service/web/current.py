"""What belongs to the request being answered: the service's parts, and the request's body."""

from flask import current_app, request

from service.web.bodies import Bodies
from service.wiring import Services

SERVICES = "vestibule"
BODIES = "vestibule-bodies"


def services() -> Services:
    found: Services = current_app.extensions[SERVICES]
    return found


def request_body(cap: int) -> bytes:
    """The body, at most `cap` bytes. Raises what `Bodies.read` raises."""
    return _bodies().read(request.environ["wsgi.input"], cap, declared=request.content_length)


def _bodies() -> Bodies:
    found: Bodies = current_app.extensions[BODIES]
    return found
