"""Look up: what others know of a batch of comments, asked before the checks and within a budget.

Nobody is told an author's address: of a sealed one only the domain leaves this module. Everything
that is asked is asked at the same time, by threads that live for the batch; whoever has not
answered when the budget is spent is reported as silent.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from service.core.comment import Draft
from service.core.errors import OutboundFailed, OutboundRefused, SealBroken
from service.core.lookups import Lookups, MailDomain, Opinion, Question, Remote
from service.core.outside import MailDomains, RemoteCheck
from service.core.ports import Reads, Vault
from service.core.site import Site

ASKED_AT_ONCE = 8
BUDGET_SECONDS = 1.5
BUDGET_SECONDS_PER_COMMENT = 0.02
_BEAT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class LookUp:
    """`required` says that a comment waits for a person where a remote check was silent."""

    vault: Vault
    mail_domains: MailDomains
    monotonic: Callable[[], float]
    remotes: Sequence[RemoteCheck] = ()
    required: bool = False

    def __call__(
        self, tx: Reads, site: Site, drafts: Sequence[Draft]
    ) -> Callable[[Callable[[], None]], Mapping[str, Lookups]]:
        """Reads what is needed, and gives back what asks: no transaction is open meanwhile.

        That is called with a `beat`, which it calls now and then, and has an answer for each draft.
        """
        domains = self._domains(tx, site, drafts)
        questions = self._questions(tx, site, drafts) if self.remotes else []

        def ask(beat: Callable[[], None]) -> Mapping[str, Lookups]:
            known = self.mail_domains.classify(set(domains.values()))
            beat()
            opinions, silent = self._asked(questions, beat)
            return {
                draft.id: Lookups(
                    mail_domain=known.get(domains.get(draft.id, ""), MailDomain.UNKNOWN),
                    opinions=opinions[draft.id],
                    silent=tuple(silent[draft.id]),
                    required=self.required,
                )
                for draft in drafts
            }

        return ask

    def _domains(self, tx: Reads, site: Site, drafts: Sequence[Draft]) -> Mapping[str, str]:
        """By draft id the domain of the author's address."""
        contacts = {draft.contact_id for draft in drafts if draft.contact_id}
        found = {}
        for contact_id, sealed in tx.sealed_emails(site.id, contacts).items():
            try:
                address = self.vault.open(sealed, bound_to=f"{site.id}/{contact_id}/email")
            except SealBroken:
                continue
            found[contact_id] = address.rpartition("@")[2].lower()
        return {draft.id: found[draft.contact_id] for draft in drafts if draft.contact_id in found}

    def _questions(self, tx: Reads, site: Site, drafts: Sequence[Draft]) -> list[Question]:
        urls = tx.thread_urls(site.id, {draft.thread_id for draft in drafts})
        sealed = tx.sealed_ips(site.id, {draft.id for draft in drafts if not draft.revision})
        return [
            Question(
                comment_id=draft.id,
                site=site.slug,
                site_origin=site.origins[0] if site.origins else "",
                thread_url=urls.get(draft.thread_id, ""),
                author_name=draft.author_name,
                author_url=draft.author_url,
                content=draft.content,
                created_at=draft.created_at,
                ip=self._ip(draft.id, sealed.get(draft.id)),
            )
            for draft in drafts
        ]

    def _ip(self, comment_id: str, sealed: bytes | None) -> str | None:
        if sealed is None:
            return None
        try:
            return self.vault.open(sealed, bound_to=f"{comment_id}/ip")
        except SealBroken:
            return None

    def _asked(
        self, questions: Sequence[Question], beat: Callable[[], None]
    ) -> tuple[Mapping[str, dict[Remote, Opinion]], Mapping[str, list[Remote]]]:
        opinions: dict[str, dict[Remote, Opinion]] = defaultdict(dict)
        silent: dict[str, list[Remote]] = defaultdict(list)
        if not questions:
            return opinions, silent
        # Each remote has threads of its own: one that is slow takes nobody else's turn.
        pools = [ThreadPoolExecutor(ASKED_AT_ONCE) for _ in self.remotes]
        asked: dict[Future[Opinion | None], tuple[RemoteCheck, str]] = {}
        try:
            for pool, remote in zip(pools, self.remotes, strict=True):
                for question in questions:
                    asked[pool.submit(remote.ask, question)] = (remote, question.comment_id)
            self._wait(asked, BUDGET_SECONDS + BUDGET_SECONDS_PER_COMMENT * len(questions), beat)
        finally:
            # What is under way ends by its own time limit, without anybody waiting.
            for pool in pools:
                pool.shutdown(wait=False, cancel_futures=True)
        for future, (remote, comment_id) in asked.items():
            if not future.done() or future.cancelled():
                silent[comment_id].append(remote.name)
                continue
            try:
                opinion = future.result()
            except (OutboundFailed, OutboundRefused):
                silent[comment_id].append(remote.name)
            else:
                if opinion is not None:
                    opinions[comment_id][remote.name] = opinion
        return opinions, silent

    def _wait(
        self, futures: Collection[Future[Opinion | None]], seconds: float, beat: Callable[[], None]
    ) -> None:
        ends = self.monotonic() + seconds
        waiting = set(futures)
        while waiting and (left := ends - self.monotonic()) > 0:
            _, waiting = wait(waiting, timeout=min(left, _BEAT_SECONDS))
            beat()
