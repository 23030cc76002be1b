"""What was asked of others before the checks ran, and what they said. No address is in here.

`Question` is all that a remote check may be told of a comment; it has no place for an e-mail
address, on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MailDomain(StrEnum):
    """What is known of the domain of the author's address."""

    UNKNOWN = "unknown"
    DELIVERABLE = "deliverable"
    UNDELIVERABLE = "undeliverable"
    DISPOSABLE = "disposable"


class Remote(StrEnum):
    """Others who may be asked, if the operator wants it."""

    AKISMET = "Akismet"
    STOP_FORUM_SPAM = "StopForumSpam"
    EXTERNAL_CHECK = "the external check"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a remote check said: probabilities, and a short plain reason. Nothing said is 0."""

    spam: float = 0.0
    abuse: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A comment as it is put to a remote check. `ip` is known for new comments, not for edits."""

    comment_id: str
    site: str
    site_origin: str
    thread_url: str
    author_name: str
    author_url: str | None
    content: str
    created_at: datetime
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class Lookups:
    """`silent` are those that gave no answer in time; `required` says that such a comment waits."""

    mail_domain: MailDomain = MailDomain.UNKNOWN
    opinions: Mapping[Remote, Opinion] = field(default_factory=dict)
    silent: tuple[Remote, ...] = ()
    required: bool = False


NO_LOOKUPS = Lookups()
