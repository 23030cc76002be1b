"""A real mail server for tests: keeps what it takes, and can ask for encryption and a password."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from running import free_port


@dataclass
class Arrived:
    sender: str
    to: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    def part(self, kind: str) -> str:
        """The plain or the HTML part, as its reader sees it."""
        body = self.message.get_body((kind,))
        return body.get_content() if body is not None else ""


@dataclass
class MailServer:
    """`refused` maps an address to the answer that a mail for it gets."""

    port: int
    arrived: list[Arrived] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    signed_in: list[bytes] = field(default_factory=list)
    password: bytes = b"apple-pear"

    async def handle_RCPT(  # noqa: N802 (names of aiosmtpd)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.arrived.append(Arrived(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 taken"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        self.signed_in.append(data.login)
        return AuthResult(success=data.password == self.password, handled=False)


@contextmanager
def receiving(*, tls: ssl.SSLContext | None = None, auth: bool = False) -> Iterator[MailServer]:
    """A mail server on a free port of this machine; with `tls` it wants STARTTLS."""
    server = MailServer(free_port())
    options: dict[str, Any] = {"require_starttls": tls is not None, "tls_context": tls}
    if auth:
        options |= {
            "authenticator": server.authenticate,
            "auth_required": True,
            "auth_require_tls": tls is not None,
        }
    controller = Controller(
        server, hostname="127.0.0.1", port=server.port, enable_SMTPUTF8=True, **options
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
