"""SMTP: the one way for mails out of the house (RFC 5321, RFC 3207, RFC 8314).

The server is the operator's own choice, so that it may be anywhere; its certificate is checked.
Each mail has a connection of its own: there are few of them. An error says what went wrong by its
class and the server's code; the server's own words may repeat an address.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.core.errors import MailFailed
from service.core.mail import Mail
from service.core.ports import Clock
from service.settings import Settings

if TYPE_CHECKING:
    import smtplib
    from email.message import EmailMessage

TIMEOUT_SECONDS = 10
SENDER_NAME = "Vestibule"
_PERMANENT = 500
"""Codes from here on say that the same again would be refused again (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails go, and who they come from."""

    host: str
    port: int
    encryption: str
    sender: str = field(repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "MailServer | None":
        if settings.smtp_host is None or settings.smtp_from is None:
            return None
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            encryption=settings.smtp_encryption,
            sender=settings.smtp_from,
            user=settings.smtp_user,
            password=settings.smtp_password,
        )


class SmtpMailer:
    """Implements `core.mail.Mailer`. Holds no connection, so it may be shared by threads."""

    def __init__(
        self, server: MailServer | None, clock: Clock, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._clock = clock
        self._tls = tls

    @property
    def is_set_up(self) -> bool:
        return self._server is not None

    def send(self, mail: Mail) -> None:
        import smtplib  # noqa: PLC0415 (3 MB that most processes never need)

        if self._server is None:
            raise MailFailed("No mail server is set up: VESTIBULE_SMTP_HOST names one.")
        message = self._message(self._server, mail)
        try:
            with self._connected(self._server) as smtp:
                smtp.send_message(message, from_addr=self._server.sender, to_addrs=[mail.to])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _failed("takes no mail for this address", max(codes, default=0)) from None
        except smtplib.SMTPAuthenticationError as error:
            raise _failed("does not let this user in", error.smtp_code) from None
        except smtplib.SMTPResponseException as error:
            raise _failed("refused the mail", error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise MailFailed(
                "The mail server cannot do what the mail needs: encryption, a password, or an "
                "address that is not in ASCII.",
                permanent=True,
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(
                f"The mail server cannot be reached, or broke off ({type(error).__name__})."
            ) from None

    @contextmanager
    def _connected(self, server: MailServer) -> Iterator["smtplib.SMTP"]:
        import smtplib  # noqa: PLC0415 (as above)

        tls = None if server.encryption == "none" else self._tls or ssl.create_default_context()
        # The name that is said for a greeting: the system's own may need a look-up that hangs.
        name = server.sender.rpartition("@")[2].encode("idna").decode("ascii")
        smtp: smtplib.SMTP
        if server.encryption == "tls":
            smtp = smtplib.SMTP_SSL(
                server.host,
                server.port,
                local_hostname=name,
                timeout=TIMEOUT_SECONDS,
                context=tls,
            )
        else:
            smtp = smtplib.SMTP(
                server.host, server.port, local_hostname=name, timeout=TIMEOUT_SECONDS
            )
        with smtp:
            if server.encryption == "starttls":
                # Raises where the server offers none: a mail is never sent in the open instead.
                smtp.starttls(context=tls)
            if server.user is not None and server.password is not None:
                smtp.login(server.user, server.password)
            yield smtp

    def _message(self, server: MailServer, mail: Mail) -> "EmailMessage":
        from email.headerregistry import Address  # noqa: PLC0415 (as above)
        from email.message import EmailMessage  # noqa: PLC0415
        from email.utils import format_datetime, make_msgid  # noqa: PLC0415

        message = EmailMessage()
        message["From"] = Address(SENDER_NAME, addr_spec=server.sender)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
        # So that no out-of-office note comes back (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        if mail.off_url is not None:
            message["List-Unsubscribe"] = f"<{mail.off_url}>"
            if mail.off_url.startswith("https://"):
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.text)
        if mail.html is not None:
            message.add_alternative(mail.html, subtype="html")
        return message


def _failed(what: str, code: int) -> MailFailed:
    return MailFailed(f"The mail server {what} ({code}).", permanent=code >= _PERMANENT)
