"""The domains of authors' addresses: those made to be thrown away, and those that take no mail.

The first are on a list that comes with a package. For the second the domain's mail server is looked
up by email-validator; what it found is kept in Redis under a keyed hash of the domain. A name
server that does not answer is no answer: nothing is said of the domain then.
"""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor, wait

import dns.exception
import dns.resolver
from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, EmailUndeliverableError, validate_email

from service.core.lookups import MailDomain
from service.core.outside import Memory
from service.remotes.breaker import Breaker

REMEMBERED_SECONDS = {
    MailDomain.DELIVERABLE: 7 * 24 * 3600,
    # Somebody may be setting it up just now.
    MailDomain.UNDELIVERABLE: 6 * 3600,
}
ASKED_AT_ONCE = 8
BUDGET_SECONDS = 1.0
"""For all domains of a batch together."""

# RFC 2606 and 6761: nobody has mail there, and a test's or an example's author is no spammer.
_RESERVED = ("example", "test", "invalid", "localhost", "local")
_RESERVED_NAMES = ("example.com", "example.net", "example.org")


class KnownMailDomains:
    """Implements `core.outside.MailDomains`. `key_of` makes a keyed hash of a domain."""

    def __init__(
        self,
        memory: Memory,
        key_of: Callable[[str], str],
        *,
        resolver: Callable[[], dns.resolver.Resolver] | None,
    ) -> None:
        self._memory = memory
        self._key_of = key_of
        self._make_resolver = resolver
        self._breaker = Breaker("the name server", memory)

    def classify(self, domains: Collection[str]) -> Mapping[str, MailDomain]:
        """What is known of each; nothing of those that are left out."""
        found = {one: MailDomain.DISPOSABLE for one in domains if is_disposable(one)}
        asked = [one for one in domains if one not in found and not _is_reserved(one)]
        if self._make_resolver is None or not asked:
            return found
        remembered = self._memory.recall([self._key(one) for one in asked])
        for domain, text in zip(asked, remembered, strict=True):
            if text in set(MailDomain):
                found[domain] = MailDomain(text)
        unknown = [one for one in asked if one not in found]
        if unknown and self._breaker.admits():
            found |= self._looked_up(unknown)
        return found

    def _looked_up(self, domains: Collection[str]) -> Mapping[str, MailDomain]:
        try:
            resolver = self._make_resolver() if self._make_resolver else None
        except dns.resolver.NoResolverConfiguration:
            return {}
        if resolver is None:
            return {}
        resolver.lifetime = BUDGET_SECONDS
        asking = ThreadPoolExecutor(ASKED_AT_ONCE, thread_name_prefix="mail-domains")
        try:
            futures = {asking.submit(look_up, domain, resolver): domain for domain in domains}
            done, _ = wait(futures, timeout=BUDGET_SECONDS)
        finally:
            # Those under way end by the resolver's own time limit, without anybody waiting.
            asking.shutdown(wait=False, cancel_futures=True)
        answers = {futures[one]: one.result() for one in done if not one.cancelled()}
        found = {name: one for name, one in answers.items() if one is not MailDomain.UNKNOWN}
        if found:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
        for domain, answer in found.items():
            self._memory.remember(self._key(domain), answer, seconds=REMEMBERED_SECONDS[answer])
        return found

    def _key(self, domain: str) -> str:
        return f"mail-domain:{self._key_of(domain)}"


def system_resolver() -> dns.resolver.Resolver:
    """As /etc/resolv.conf has it. Raises `NoResolverConfiguration` where there is none."""
    return dns.resolver.Resolver()


def look_up(domain: str, resolver: dns.resolver.Resolver) -> MailDomain:
    """Whether the domain takes mail. Never raises; `UNKNOWN` where nobody says so."""
    try:
        found = validate_email(
            f"postmaster@{domain}", check_deliverability=True, dns_resolver=resolver
        )
    except EmailUndeliverableError as error:
        # It also wraps whatever else went wrong, which says nothing of the domain.
        no = (type(None), dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)
        return MailDomain.UNDELIVERABLE if isinstance(error.__cause__, no) else MailDomain.UNKNOWN
    except (EmailNotValidError, dns.exception.DNSException, OSError):
        return MailDomain.UNKNOWN
    return MailDomain.DELIVERABLE if getattr(found, "mx", None) else MailDomain.UNKNOWN


def is_disposable(domain: str) -> bool:
    """Whether the domain, or one above it, is known for addresses that last for minutes."""
    labels = domain.lower().split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))


def _is_reserved(domain: str) -> bool:
    return domain.rpartition(".")[2] in _RESERVED or any(
        domain == name or domain.endswith(f".{name}") for name in _RESERVED_NAMES
    )
