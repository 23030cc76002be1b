"""The client's address as trusted proxies tell it."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_WITH_PORT = re.compile(r"\[([^\[\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


def trust_proxies(application: Application, hops: int) -> Any:
    """The WSGI application behind `hops` proxies. With none the headers are ignored: anyone can
    send them.
    """
    if not hops:
        return application

    def without_port(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = address_alone(environ.get("REMOTE_ADDR", ""))
        return application(environ, start_response)

    return ProxyFix(without_port, x_for=hops, x_proto=hops, x_host=0)


def address_alone(told: str) -> str:
    """Without the port that some proxies add: `192.0.2.1:4711`, `[2001:db8::1]:443`."""
    match = _WITH_PORT.fullmatch(told.strip())
    return (match[1] or match[2]) if match else told
