"""Recognise: which texts of a batch came before, word for word, nearly, or as a campaign."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from service.core.campaigns import (
    CHAINED_AT_LEAST,
    MEMBERS_MAX,
    NEAR_AT_LEAST,
    OWN_MAX,
    Chains,
    Member,
    by_campaign,
    campaign_of,
)
from service.core.comment import Draft
from service.core.copies import ALONE, NO_COPIES, Campaign, Copies, Fingerprint, resemblance
from service.core.ports import Reads, Store
from service.core.records import CopyKind, CopyMark, KnownCopy
from service.core.states import State

COPIES_WINDOW = timedelta(days=7)
_REFUSED = frozenset({State.SPAM, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Recognised:
    """What came before one comment; `members` are all of its campaign."""

    copies: Copies = NO_COPIES
    campaign: Campaign = ALONE
    members: Sequence[Member] = ()


def recognise(
    store: Store, drafts: Sequence[Draft], prints: Mapping[str, Fingerprint], *, now: datetime
) -> Mapping[str, Recognised]:
    """By draft id, for drafts of one site, in a fixed number of statements."""
    site_id = drafts[0].site_id
    marks = {draft.id: _marks(draft, prints[draft.id]) for draft in drafts}
    with store.write() as tx:
        # The batch's own marks are written first: copies within it are found like others.
        tx.add_copy_marks(
            site_id,
            [one for some in marks.values() for one in some],
            {draft.id: prints[draft.id].sketch for draft in drafts if prints[draft.id].sketch},
            now=now,
        )
    chains = Chains()
    found: dict[str, Copies] = {}
    with store.read() as tx:
        keys = {(one.kind, one.key) for some in marks.values() for one in some}
        seen = _by_key(tx.copies(site_id, keys, since=now - COPIES_WINDOW))
        for draft in sorted(drafts, key=lambda one: one.id):
            found[draft.id] = _copies(draft, prints[draft.id], marks[draft.id], seen, chains)
        campaigns = _campaigns(tx, site_id, chains)
    _remember(store, site_id, chains, campaigns)
    recognised = {}
    for draft in drafts:
        members = campaigns.get(chains.name_of(draft.id), ())
        recognised[draft.id] = Recognised(found[draft.id], campaign_of(draft, members), members)
    return recognised


def _campaigns(tx: Reads, site_id: str, chains: Chains) -> Mapping[str, Sequence[Member]]:
    joined = chains.joined
    if not joined:
        return {}
    return by_campaign(tx.members(site_id, joined), joined)


def _remember(
    store: Store, site_id: str, chains: Chains, campaigns: Mapping[str, Sequence[Member]]
) -> None:
    moved = {former: latter for former, latter in chains.joined.items() if former != latter}
    over = [one.comment_id for some in campaigns.values() for one in some[MEMBERS_MAX:]]
    if moved or over:
        with store.write() as tx:
            tx.join_campaigns(site_id, moved, uncounted=over)


def _marks(draft: Draft, fingerprint: Fingerprint) -> list[CopyMark]:
    marks = [CopyMark(CopyKind.TEXT, fingerprint.digest, draft.id)]
    marks += [CopyMark(CopyKind.SHINGLE, key, draft.id) for key in fingerprint.keys]
    if draft.contact_id is not None:
        # Without an address nobody knows whether it is the same author.
        text = f"{draft.contact_id} {draft.thread_id} {fingerprint.digest}"
        key = int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1
        marks.append(CopyMark(CopyKind.TEXT_BY_AUTHOR_IN_THREAD, key, draft.id))
    return marks


_Seen = Mapping[tuple[CopyKind, int], Sequence[KnownCopy]]


def _by_key(known: Iterable[KnownCopy]) -> _Seen:
    found: dict[tuple[CopyKind, int], list[KnownCopy]] = defaultdict(list)
    for one in known:
        found[one.mark.kind, one.mark.key].append(one)
    return found


def _copies(
    draft: Draft,
    fingerprint: Fingerprint,
    own: Iterable[CopyMark],
    seen: _Seen,
    chains: Chains,
) -> Copies:
    """Earlier comments only (ids sort by time): the first of several copies is no copy.

    What belongs together is joined in `chains`, whichever came first.
    """
    by_kind: dict[CopyKind, dict[str, KnownCopy]] = {kind: {} for kind in CopyKind}
    campaign_id = draft.id
    for mark in own:
        for other in seen.get((mark.kind, mark.key), ()):
            if other.mark.comment_id == draft.id:
                # It was screened before, and has long been a part of something.
                campaign_id = other.campaign_id
            else:
                by_kind[mark.kind][other.mark.comment_id] = other
    exact = _of_others(_earlier(by_kind[CopyKind.TEXT], draft), draft)
    near: dict[str, KnownCopy] = {}
    for other in by_kind[CopyKind.SHINGLE].values():
        index = resemblance(fingerprint.sketch, other.sketch, at_least=CHAINED_AT_LEAST)
        if index:
            chains.join(campaign_id, other.campaign_id)
            chains.join(campaign_id, draft.id)
        if index >= NEAR_AT_LEAST:
            near[other.mark.comment_id] = other
    texts = by_kind[CopyKind.TEXT]
    near = {name: one for name, one in _earlier(near, draft).items() if name not in texts}
    near = dict(_of_others(near, draft))
    refused = [one for one in (*exact.values(), *near.values()) if one.state in _REFUSED]
    return Copies(
        same_author_and_thread=len(_earlier(by_kind[CopyKind.TEXT_BY_AUTHOR_IN_THREAD], draft)),
        exact=len(exact),
        near=len(near),
        refused=len(refused),
        refused_by_people=sum(one.by_person for one in refused),
    )


def _earlier(found: Mapping[str, KnownCopy], draft: Draft) -> Mapping[str, KnownCopy]:
    return {name: one for name, one in found.items() if name < draft.id}


def _of_others(found: Mapping[str, KnownCopy], draft: Draft) -> Mapping[str, KnownCopy]:
    """Without what the author has shown before: some may say a thing in two threads."""
    own = {
        name
        for name, one in found.items()
        if one.contact_id is not None
        and one.contact_id == draft.contact_id
        and one.state is State.APPROVED
    }
    return {name: one for name, one in found.items() if len(own) > OWN_MAX or name not in own}
