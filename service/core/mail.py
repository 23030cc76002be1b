"""Mails to people who work at the desk, and the port by which they are sent."""

from dataclasses import dataclass, field
from typing import Protocol

SUBJECT_MAX_CHARS = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person. `to` is a valid, normalised address and stands in no repr.

    `html` is a whole page that says what `text` says. `off_url` leads to a page that asks whether
    such mails shall end; it also takes a POST that ends them (RFC 8058). Raises ValueError for a
    subject or an address that could make another header.
    """

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    off_url: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for value in (self.to, self.subject, self.off_url or ""):
            if any(not one.isprintable() for one in value):
                raise ValueError("a header of a mail is one line of printable characters")
        if len(self.subject) > SUBJECT_MAX_CHARS:
            raise ValueError(f"a subject has at most {SUBJECT_MAX_CHARS} characters")


def one_line(text: str) -> str:
    """A name as it may stand in a header."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


class Mailer(Protocol):
    """Hands mails to a mail server. It waits for the server: at most some ten seconds each."""

    @property
    def is_set_up(self) -> bool:
        """Whether the installation can send mails at all."""
        ...

    def send(self, mail: Mail) -> None:
        """Raises `MailFailed` unless the server has taken the mail."""
        ...
