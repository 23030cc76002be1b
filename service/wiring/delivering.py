"""What delivers events, put together."""

import random
import time
from dataclasses import dataclass

from service.core.events import Bell
from service.usecases.deliver import Deliver
from service.usecases.webhooks import Webhooks
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Delivering:
    deliver: Deliver
    webhooks: Webhooks
    bell: Bell


def build_delivering(parts: Parts) -> Delivering:
    deliver = Deliver(
        parts.store,
        parts.outbound,
        parts.vault,
        parts.clock,
        time.monotonic,
        random.random,
    )
    webhooks = Webhooks(parts.store, parts.vault, deliver, parts.bell, parts.clock, parts.new_id)
    return Delivering(deliver, webhooks, parts.bell)
