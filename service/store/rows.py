"""Between rows and the core's dataclasses."""

import hashlib
import json
import struct
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from service.core.comment import DoorFacts, Draft, Thread, TokenFact, TokenState
from service.core.proofs import ProofState
from service.core.site import Site, SiteSettings

KEY_BYTES = 16


def page_key_hash(page_key: str) -> bytes:
    return hashlib.blake2b(b"u:" + page_key.encode(), digest_size=KEY_BYTES).digest()


def external_key_hash(external_id: str) -> bytes:
    return hashlib.blake2b(b"i:" + external_id.encode(), digest_size=KEY_BYTES).digest()


def path_of(comment_id: str, parent_path: bytes = b"") -> bytes:
    return parent_path + uuid.UUID(comment_id).bytes


def path_ids(path: bytes) -> list[str]:
    return [str(uuid.UUID(bytes=path[at : at + 16])) for at in range(0, len(path), 16)]


def values_of(record: Any) -> dict[str, Any]:
    """A record whose fields are a table's columns, as they stand (`asdict` would copy each)."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def settings_to_json(settings: SiteSettings) -> dict[str, Any]:
    return asdict(settings)


def settings_from_json(data: Mapping[str, Any]) -> SiteSettings:
    """Settings as stored; names of an older version that are no longer known are left out."""
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data.items()
        if name in SiteSettings.__dataclass_fields__
    }
    return SiteSettings(**known)


def site_from(row: Row[Any]) -> Site:
    return Site(
        id=row.id,
        slug=row.slug,
        name=row.name,
        origins=tuple(row.origins),
        settings=settings_from_json(row.settings),
        version=row.version,
    )


@lru_cache(maxsize=1024)
def site_from_texts(texts: tuple[Any, ...]) -> Site:
    """A site whose JSON columns come as text: what all requests ask for is parsed once."""
    site_id, slug, name, origins, settings, version = texts
    return Site(
        id=site_id,
        slug=slug,
        name=name,
        origins=tuple(json.loads(origins)),
        settings=settings_from_json(json.loads(settings)),
        version=version,
    )


def thread_from(row: Row[Any]) -> Thread:
    return Thread(
        id=row.id,
        site_id=row.site_id,
        url=row.url,
        title=row.title,
        closed=row.closed,
        version=row.version,
        approved_count=row.approved_count,
        off=row.off,
    )


def facts_to_json(facts: DoorFacts) -> dict[str, Any]:
    return {
        "token": facts.token.state.value,
        "token_age": facts.token.age_seconds,
        "honeypot": facts.honeypot_filled,
        "origin": facts.origin_given,
        "rate": facts.rate_counted,
        # Hardly any comment has one, and there are many comments.
        **({} if facts.proof is ProofState.NOT_ASKED else {"proof": facts.proof.value}),
    }


def facts_from_json(data: Mapping[str, Any]) -> DoorFacts:
    return DoorFacts(
        token=TokenFact(TokenState(data["token"]), data["token_age"]),
        honeypot_filled=data["honeypot"],
        origin_given=data["origin"],
        rate_counted=data["rate"],
        proof=ProofState(data.get("proof", ProofState.NOT_ASKED)),
    )


def draft_from(row: Any, *, revision: int = 0) -> Draft:
    return Draft(
        id=row.id,
        site_id=row.site_id,
        thread_id=row.thread_id,
        contact_id=row.contact_id,
        network_hash=row.network_hash,
        author_name=row.author_name,
        author_url=row.author_url,
        content=row.content,
        facts=facts_from_json(row.facts),
        created_at=row.created_at,
        attempt=row.attempt,
        revision=revision,
    )


def sketch_to_bytes(sketch: tuple[int, ...]) -> bytes:
    return struct.pack(f">{len(sketch)}I", *sketch)


def sketch_from_bytes(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(data) // 4}I", data)


def by_site(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Comment ids grouped by the id of their site."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for site_id, comment_id in pairs:
        grouped[site_id].append(comment_id)
    return grouped
