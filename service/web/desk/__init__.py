"""The moderators' desk: server-rendered pages that work without JavaScript."""

# Each of these adds its pages to the blueprint.
from service.web.desk import (
    account,
    arrivals,
    audit,
    authors,
    bulk,
    deciding,
    flags,
    last_step,
    list_entries,
    list_files,
    lists,
    mails,
    people,
    queue,
    record,
    signing_in,
    themes,
    totp,
    webhooks,
)
from service.web.desk.pages import blueprint

__all__ = [
    "account",
    "arrivals",
    "audit",
    "authors",
    "blueprint",
    "bulk",
    "deciding",
    "flags",
    "last_step",
    "list_entries",
    "list_files",
    "lists",
    "mails",
    "people",
    "queue",
    "record",
    "signing_in",
    "themes",
    "totp",
    "webhooks",
]
