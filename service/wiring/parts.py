"""The real parts that use cases are built from."""

from dataclasses import dataclass

from service.core.events import Bell
from service.core.mail import Mailer
from service.core.outside import Outbound
from service.core.ports import (
    Clock,
    NewId,
    Passwords,
    Queue,
    RateLimiter,
    Room,
    Signer,
    Store,
    Vault,
)
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """What `build` puts together first, for each area's use cases."""

    settings: Settings
    store: Store
    queue: Queue
    limiter: RateLimiter
    room: Room
    outbound: Outbound
    mailer: Mailer
    bell: Bell
    vault: Vault
    signer: Signer
    passwords: Passwords
    clock: Clock
    new_id: NewId
