"""The domain of the author's address: made for throwing away, or without a mail server.

The address itself is not seen here: the domain was looked up before the checks ran. Anybody can
type any address, and somebody may mistype their own: neither symbol holds a comment by itself.
"""

from collections.abc import Iterable

from service.core.lookups import MailDomain
from service.core.signals import Signal
from workers.material import Material


def check_sender(material: Material) -> Iterable[Signal]:
    match material.subject.lookups.mail_domain:
        case MailDomain.DISPOSABLE:
            yield Signal("DISPOSABLE_ADDRESS")
        case MailDomain.UNDELIVERABLE:
            yield Signal("UNDELIVERABLE_ADDRESS")
