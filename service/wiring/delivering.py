"""What delivers events, put together."""

import random
import time
from dataclasses import dataclass

from service.core.events import Bell
from service.core.policy import packaged_policy
from service.usecases.deliver import Deliver
from service.usecases.digest import ChooseMails, SendDigests
from service.usecases.webhooks import Webhooks
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Delivering:
    deliver: Deliver
    webhooks: Webhooks
    bell: Bell
    digests: SendDigests
    mails: ChooseMails


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
    digests = SendDigests(
        parts.store,
        parts.mailer,
        parts.vault,
        parts.signer,
        packaged_policy,
        parts.clock,
        parts.settings.public_url,
    )
    mails = ChooseMails(parts.store, parts.signer)
    return Delivering(deliver, webhooks, parts.bell, digests, mails)
