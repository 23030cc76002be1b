"""What the commands ask of an installation before they touch it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from service.core.errors import SetupError
from service.settings import Settings, load

if TYPE_CHECKING:
    from service.wiring import Services


def settings_with_secret() -> Settings:
    """The settings. Raises `SetupError` where there is no secret: only `up` and `init` make one."""
    settings = load()
    settings.required_secret()
    return settings


def require_schema(settings: Settings) -> None:
    """Raise `SetupError` unless the database can be reached and has the newest schema."""
    from service.wiring import require_schema as require

    require(settings)


@contextmanager
def opened(settings: Settings) -> Iterator["Services"]:
    """The services, for work that needs the database only, whether or not a Redis is named."""
    from service.wiring import build

    # Nobody listens at port 1. Where no Redis is named, whoever delivers looks by itself soon.
    services = build(replace(settings, redis_url=settings.redis_url or "redis://127.0.0.1:1"))
    try:
        yield services
    finally:
        services.close()


def text_of(file: TextIO) -> str:
    """All of a file that was opened as UTF-8. Raises `SetupError` where it is something else."""
    try:
        return file.read()
    except UnicodeDecodeError:
        raise SetupError(f"{file.name} is not text in UTF-8.") from None
