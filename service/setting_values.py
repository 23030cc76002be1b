"""What a setting's text may be: one function a kind of value, from text to what it stands for.

Each raises ValueError with a text that completes "VESTIBULE_NAME ..." and repeats no value.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from service.core.errors import InvalidURL
from service.core.signing import key_of
from service.core.urls import origin_of

METRICS_TOKEN_MIN_CHARS = 16
SECRET_MIN_CHARS = 32

_HOST = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,251}[0-9A-Za-z])?")


def whole(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and minimum <= int(text) <= maximum):
            raise ValueError(f"must be a whole number from {minimum} to {maximum}")
        return int(text)

    return parse


def origin(text: str) -> str:
    try:
        return origin_of(text)
    except InvalidURL as error:
        raise ValueError(f"must be an address like https://comments.example: {error}") from None


def database(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if scheme == "sqlite" and separator:
        if not rest.startswith("/"):
            raise ValueError("must be sqlite:///relative/path or sqlite:////absolute/path")
        name = rest[1:].partition("?")[0]
        if not name or name.startswith((":memory:", "file:")):
            raise ValueError(
                "must name a file, as in sqlite:///vestibule.db: several processes share the "
                "database, and cannot share one that is in memory"
            )
        return text
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    raise ValueError("must start with sqlite:/// or postgresql://")


def redis(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    return text


def secret(text: str) -> str:
    if len(text) < SECRET_MIN_CHARS:
        raise ValueError(
            f"must have at least {SECRET_MIN_CHARS} characters; "
            "`vestibule init` makes one in the data directory"
        )
    return text


def metrics_token(text: str) -> str:
    if len(text) < METRICS_TOKEN_MIN_CHARS or not text.isascii() or not text.isprintable():
        raise ValueError(f"needs at least {METRICS_TOKEN_MIN_CHARS} characters of ASCII")
    return text


def secrets(text: str) -> tuple[str, ...]:
    return tuple(secret(line.strip()) for line in text.split(",") if line.strip())


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be networks like 10.1.0.0/16, separated by commas") from None


def ports(text: str) -> frozenset[int]:
    parse = whole(1, 65_535)
    ports = frozenset(parse(part.strip()) for part in text.split(",") if part.strip())
    if not ports:
        raise ValueError("must name at least one port")
    return ports


def switch(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("must be true or false")
    return text == "true"


def service_url(text: str) -> str:
    origin(text)
    return text.rstrip("/")


def signing_secret(text: str) -> str:
    key_of(text)
    return text


def log_level(text: str) -> str:
    if text not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return text


def host(text: str) -> str:
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        if _HOST.fullmatch(text):
            return text
    raise ValueError("must be a host's name or address, without port or path")


def is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def smtp_encryption(text: str) -> str:
    if text not in {"starttls", "tls", "none"}:
        raise ValueError("must be starttls, tls or none")
    return text


def mail_address(text: str) -> str:
    # Imported here since most installations' parts never need it.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 (see above)

    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueError("must be an e-mail address, such as comments@news.example") from None
