"""What belongs to the request being answered: the service's parts, and the request's body."""

from urllib.parse import urlsplit

from flask import current_app, request

from service.web.bodies import Bodies
from service.web.connections import Client
from service.wiring import Services

SERVICES = "vestibule"
BODIES = "vestibule-bodies"


def services() -> Services:
    found: Services = current_app.extensions[SERVICES]
    return found


def request_body(cap: int) -> bytes:
    """The body, at most `cap` bytes. Raises what `Bodies.read` raises."""
    return _bodies().read(
        request.environ["wsgi.input"], cap, declared=request.content_length, client=_client()
    )


def own_origins() -> tuple[str, ...]:
    """What browsers say in `Origin` on this server's own pages."""
    public = urlsplit(services().settings.public_url)
    public_origin = f"{public.scheme}://{public.netloc}"
    if public.scheme == "https":
        # Behind a proxy the request may look like plain HTTP; the browser says what it sees.
        return (public_origin,)
    # On one's own machine the same server is `localhost` and `127.0.0.1`, and both are fine.
    return (public_origin, f"{request.scheme}://{request.host}")


def _bodies() -> Bodies:
    found: Bodies = current_app.extensions[BODIES]
    return found


def _client() -> Client | None:
    environ = request.environ
    # Behind a proxy the socket's other end is the proxy.
    told = environ.get("werkzeug.proxy_fix.orig", environ)
    address, port = told.get("REMOTE_ADDR"), str(environ.get("SERVER_PORT", ""))
    return Client(address, int(port)) if address and port.isdecimal() else None
