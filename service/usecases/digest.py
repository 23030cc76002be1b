"""Digests: mail those who decide that comments wait, when many do or one has waited for long.

A digest is noted before it is sent, so that two couriers never send the same one. If the sender
dies in between, that one is lost, and the next tells the same: what it tells is what waits.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from service.core.accounts import Person
from service.core.digests import (
    RETRY_AFTER,
    DigestMark,
    Letter,
    Waiting,
    digest_mail,
    is_due,
)
from service.core.errors import MailFailed, SealBroken
from service.core.mail import Mailer
from service.core.people import Permission
from service.core.ports import Clock, Signer, Store, Vault
from service.core.rules import Policy
from service.core.site import Site

PURPOSE = "no digests"
_NOBODYS = (".example", ".invalid", ".test", ".localhost")
"""Ends of addresses that reach nobody (RFC 2606), such as the first account's."""

log = logging.getLogger("vestibule.digests")


@dataclass(frozen=True, slots=True)
class SendDigests:
    """How many mails were sent. Does nothing without a mail server."""

    store: Store
    mailer: Mailer
    vault: Vault
    signer: Signer
    policy: Callable[[], Policy]
    clock: Clock
    public_url: str

    def __call__(self) -> int:
        if not self.mailer.is_set_up:
            return 0
        with self.store.read() as tx:
            sites = tx.sites()
        return sum(self._about(site) for site in sites)

    def _about(self, site: Site) -> int:
        now = self.clock()
        with self.store.read() as tx:
            waiting = tx.waiting(site.id)
            if waiting is None or not is_due(site, waiting, None, now=now):
                return 0
            marks, unwilling = tx.digest_marks(site.id), tx.without_digests()
            people = [
                one
                for one in tx.people_at([site.id])
                if one.moderator.may(Permission.DECIDE, site.id)
                and one.moderator.id not in unwilling
            ]
        return sum(
            self._send(site, waiting, one, marks.get(one.moderator.id))
            for one in people
            if is_due(site, waiting, marks.get(one.moderator.id), now=now)
        )

    def _send(self, site: Site, waiting: Waiting, to: Person, before: DigestMark | None) -> bool:
        now, moderator_id = self.clock(), to.moderator.id
        mark = DigestMark(now, waiting.newest)
        with self.store.write() as tx:
            if not tx.mark_digest(site.id, moderator_id, mark, before=before):
                return False
        try:
            address = self.vault.open(to.email_sealed, bound_to=f"{moderator_id}/email")
            if address.endswith(_NOBODYS):
                return False
            letter = Letter(
                address, to.moderator.name, f"{self.public_url}/desk/", self.off_url(moderator_id)
            )
            policy = self.policy()
            sentences = {
                one.symbol: policy.rule(one.symbol).sentence
                for one in waiting.oldest
                if one.symbol is not None and policy.knows(one.symbol)
            }
            self.mailer.send(digest_mail(letter, site, waiting, sentences, now=now))
        except (MailFailed, SealBroken) as error:
            log.warning("no digest for moderator %s: %s", moderator_id, error)
            if not (isinstance(error, MailFailed) and not error.permanent):
                return False
            # As if it had been sent so long ago that the next one is due soon.
            pause = timedelta(minutes=site.settings.digest_pause_minutes)
            newest = before.newest if before is not None else site.id
            again = DigestMark(now - max(pause - RETRY_AFTER, timedelta(0)), newest)
            with self.store.write() as tx:
                tx.mark_digest(site.id, moderator_id, again, before=mark)
            return False
        return True

    def off_url(self, moderator_id: str) -> str:
        token = self.signer.comment_token(PURPOSE, moderator_id, moderator_id)
        return f"{self.public_url}/desk/mails/off/{moderator_id}/{token}"


@dataclass(frozen=True, slots=True)
class ChooseMails:
    """Whether somebody wants digests; by themselves, or by the link in one of their mails."""

    store: Store
    signer: Signer

    def wants(self, moderator_id: str) -> bool:
        with self.store.read() as tx:
            return moderator_id not in tx.without_digests()

    def choose(self, moderator_id: str, *, wanted: bool) -> None:
        with self.store.write() as tx:
            tx.want_digests(moderator_id, wanted=wanted)

    def is_link(self, moderator_id: str, token: str) -> bool:
        """Whether this is the link that stands in mails to them."""
        return self.signer.check_comment_token(PURPOSE, token, moderator_id, moderator_id)
