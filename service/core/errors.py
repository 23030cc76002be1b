"""What can go wrong, in the domain's words. `web/errors.py` alone knows HTTP statuses.

An error's texts are shown to visitors: they never repeat what the visitor sent.
"""

from dataclasses import dataclass
from typing import ClassVar


class VestibuleError(Exception):
    """Base of every error this service raises on purpose. `code` is stable and documented."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"


class NotFound(VestibuleError):
    """There is nothing at this address, or nothing that whoever asks may know of."""

    code = "not_found"
    title = "There is nothing here"


class Forbidden(VestibuleError):
    """Refused for a reason that the caller may know; the message is that reason."""

    code = "forbidden"
    title = "This is not allowed"


class OriginRefused(Forbidden):
    code = "origin_refused"
    title = "This page may not use this site's comments"


class ThreadClosed(Forbidden):
    code = "thread_closed"
    title = "Comments are closed here"


class ProofRequired(Forbidden):
    """The site asks for a proof of work at the moment; `/form` has a new task."""

    code = "proof_required"
    title = "A proof of work is missing"


class EditWindowClosed(Forbidden):
    """An author can change a comment for some minutes only; the site says how many."""

    code = "edit_window_closed"
    title = "This comment can no longer be changed"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A fault in one field. `pointer` is an RFC 6901 JSON pointer into the submission."""

    pointer: str
    code: str
    message: str


class InvalidSubmission(VestibuleError):
    """One or more fields cannot be taken as they are; all of them are named."""

    code = "invalid_fields"
    title = "Some fields need another look"

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__(f"{len(problems)} field(s) refused")
        self.problems = problems


class Conflict(VestibuleError):
    """What was sent was true once, but something else happened first."""

    code = "conflict"
    title = "Somebody else was faster"


class StaleVersion(Conflict):
    code = "stale_version"
    title = "This comment has changed since you loaded it"


class SiteChanged(Conflict):
    """The site's settings have changed since the request was checked against them."""


class AppealRefused(Conflict):
    """There is no decision to appeal against, or it has been appealed before."""

    code = "appeal_refused"
    title = "This comment cannot be appealed"


class TransitionRefused(Conflict):
    code = "transition_refused"
    title = "This comment cannot take that state"


class KeyReused(VestibuleError):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"


class TooManyRequests(VestibuleError):
    code = "too_many_requests"
    title = "Too many comments in a short time"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Please try again in {retry_after_seconds} s.")
        self.retry_after_seconds = retry_after_seconds


class Overloaded(VestibuleError):
    """The service cannot take more right now without endangering what it has."""

    code = "overloaded"
    title = "Comments cannot be taken right now"
    retry_after_seconds = 60


class Unavailable(Overloaded):
    """The database cannot be reached, or stays busy, for now. Nothing was changed."""

    code = "unavailable"
    title = "The service cannot reach its database right now"
    retry_after_seconds = 10


class InvalidPolicy(VestibuleError):
    code = "invalid_policy"
    title = "The policy cannot be used"


class InvalidURL(VestibuleError):
    code = "invalid_url"
    title = "That is not a web address"


class SealBroken(VestibuleError):
    """A sealed value does not open: another row's, an unknown key's, or damaged."""

    code = "seal_broken"
    title = "Something stored cannot be read"


class OutboundRefused(VestibuleError):
    """A request would go where none may go. The text says what is wrong, without the address."""

    code = "outbound_refused"
    title = "That address is not one to send requests to"


class OutboundFailed(VestibuleError):
    """Another server cannot be reached, or gave no whole answer within its limits."""

    code = "outbound_failed"
    title = "Another server gave no answer"


class MailFailed(VestibuleError):
    """A mail could not be handed over. The text says why, without any address.

    `permanent`: trying again would end the same way.
    """

    code = "mail_failed"
    title = "The mail could not be sent"

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


class SetupError(VestibuleError):
    """The installation is not usable as it is; the message says what to do."""

    code = "setup"
    title = "Vestibule is not set up"


class BadFile(SetupError):
    """A file cannot be read as a whole. The text says where and why, without what stands there."""

    code = "bad_file"
    title = "This file cannot be read"


class InvalidAccount(SetupError):
    """A name or a password that no account may have; the message says why."""

    code = "invalid_account"
    title = "That does not do for an account"
