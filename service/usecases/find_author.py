"""Find an author by their address, which is looked for by its blind index and stands nowhere."""

from collections.abc import Collection
from dataclasses import dataclass

from service.core.ports import Store, Vault


@dataclass(frozen=True, slots=True)
class FindAuthor:
    """Returns the author's ids, one at each of these sites where they have written."""

    store: Store
    vault: Vault

    def __call__(self, email: str, site_ids: Collection[str]) -> Collection[str]:
        """`email` is a valid, normalised address."""
        indexes = {
            (site_id, index)
            for site_id in site_ids
            for index in self.vault.email_indexes(email, scope=site_id)
        }
        with self.store.read() as tx:
            return tx.contacts_of(indexes) if indexes else ()
