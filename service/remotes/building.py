"""Builds whoever is asked, from settings; `wiring` loads this late, since only workers ask."""

from collections.abc import Sequence

from service.core.outside import MailDomains, Memory, Outbound, RemoteCheck
from service.core.ports import Clock, Vault
from service.remotes.akismet import Akismet
from service.remotes.breaker import WithBreaker
from service.remotes.external_check import ExternalCheck
from service.remotes.mail_domains import KnownMailDomains, system_resolver
from service.remotes.stop_forum_spam import StopForumSpam
from service.settings import Settings


def build_mail_domains(settings: Settings, vault: Vault, memory: Memory) -> MailDomains:
    return KnownMailDomains(
        memory,
        lambda domain: vault.keyed_hash("mail-domain", domain).hex(),
        resolver=system_resolver if settings.mail_lookups else None,
    )


def build_remotes(
    settings: Settings, outbound: Outbound, memory: Memory, clock: Clock
) -> Sequence[RemoteCheck]:
    """Those that the operator wants to be asked, each behind its breaker."""
    seconds = settings.remote_timeout_ms / 1000
    remotes: list[RemoteCheck] = []
    if settings.akismet_key is not None:
        remotes.append(
            Akismet(
                outbound, settings.akismet_key, url=settings.akismet_url, timeout_seconds=seconds
            )
        )
    if settings.stop_forum_spam:
        remotes.append(StopForumSpam(outbound, timeout_seconds=seconds))
    if settings.external_check_url is not None and settings.external_check_secret is not None:
        remotes.append(
            ExternalCheck(
                outbound,
                settings.external_check_url,
                settings.external_check_secret,
                timeout_seconds=seconds,
                clock=clock,
            )
        )
    return [WithBreaker(one, memory) for one in remotes]
