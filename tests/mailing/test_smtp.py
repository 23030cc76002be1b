"""Mails reach a real mail server: encrypted, signed in, whole, and as one mail only."""

import socket
import ssl
from datetime import UTC, datetime

import pytest
import trustme
from mail_server import receiving
from running import run_vestibule

from service.core.errors import MailFailed
from service.core.mail import Mail
from service.mailing import MailServer, SmtpMailer

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MAIL = Mail(to="ann@news.example", subject="12 comments wait", text="Look at them.\n")


def mailer(server, *, encryption="none", user=None, password=None, tls=None, port=None):
    given = MailServer(
        "127.0.0.1", port or server.port, encryption, "comments@news.example", user, password
    )
    return SmtpMailer(given, lambda: NOW, tls=tls)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def server_tls(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def client_tls(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_a_mail_arrives_as_it_was_written():
    """Both parts, the sender, the way to end such mails, and no answer wanted from a machine."""
    with receiving() as server:
        mailer(server).send(
            Mail(
                to="ann@news.example",
                subject="Zwölf Kommentare warten — сейчас",
                text="Grüße 🌍\n.\nA line with a dot alone ends nothing.\n",
                html="<p>Grüße 🌍</p>",
                off_url="https://comments.example/mail/off/1",
            )
        )
    (one,) = server.arrived
    assert (one.sender, one.to) == ("comments@news.example", ["ann@news.example"])
    message = one.message
    assert message["Subject"] == "Zwölf Kommentare warten — сейчас"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message["List-Unsubscribe"] == "<https://comments.example/mail/off/1>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Grüße 🌍\r\n.\r\nA line" in one.part("plain").replace("\n", "\r\n").replace(
        "\r\r", "\r"
    )
    assert "<p>Grüße 🌍</p>" in one.part("html")


def test_an_encrypted_connection_comes_before_the_password(server_tls, client_tls):
    """By STARTTLS to a server whose certificate is known; then the user signs in."""
    with receiving(tls=server_tls, auth=True) as server:
        mailer(
            server, encryption="starttls", user="ann", password="apple-pear", tls=client_tls
        ).send(MAIL)
        assert server.signed_in == [b"ann"]
        assert len(server.arrived) == 1


def test_a_wrong_password_is_told_for_what_it_is(server_tls, client_tls):
    """It is no use trying again, and neither user nor password stand in the text."""
    with receiving(tls=server_tls, auth=True) as server:
        with pytest.raises(MailFailed, match=r"does not let this user in \(535\)") as caught:
            mailer(server, encryption="starttls", user="ann", password="plum", tls=client_tls).send(
                MAIL
            )
        assert caught.value.permanent
        assert not server.arrived


def test_a_server_that_nobody_vouches_for_gets_no_mail(server_tls):
    """An unknown certificate ends the exchange; the mail stays here."""
    with receiving(tls=server_tls) as server:
        with pytest.raises(MailFailed, match="SSLCertVerificationError"):
            mailer(server, encryption="starttls").send(MAIL)
        assert not server.arrived


def test_a_mail_is_never_sent_in_the_open_instead(client_tls):
    """A server, or somebody in between, that offers no encryption gets nothing."""
    with receiving() as server:
        with pytest.raises(MailFailed, match="cannot do what the mail needs"):
            mailer(server, encryption="starttls", tls=client_tls).send(MAIL)
        assert not server.arrived


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("550 5.1.1 ann@news.example unknown", True), ("451 ann@news.example is busy", False)],
)
def test_an_address_that_is_refused_stands_in_no_error(answer, permanent):
    """The server's own words are left out; whether to try again is kept."""
    with receiving() as server:
        server.refused["ann@news.example"] = answer
        with pytest.raises(MailFailed, match="takes no mail for this address") as caught:
            mailer(server).send(MAIL)
    assert caught.value.permanent is permanent
    assert "ann" not in str(caught.value)


def test_a_server_that_is_away_is_no_permanent_failure():
    """Whoever sends may try again later."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(MailFailed, match="ConnectionRefusedError") as caught:
            mailer(None, port=taken.getsockname()[1]).send(MAIL)
    assert not caught.value.permanent


def test_without_a_mail_server_nothing_is_pretended():
    """`is_set_up` tells, and sending says which setting is missing."""
    nobody = SmtpMailer(None, lambda: NOW)
    assert not nobody.is_set_up
    with pytest.raises(MailFailed, match="VESTIBULE_SMTP_HOST"):
        nobody.send(MAIL)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\0"])
def test_no_header_can_be_added_from_inside_another(end):
    """A subject, an address or a link with any kind of line end makes no mail at all."""
    for changes in (
        {"subject": f"Hello{end}Bcc: eve@evil.example"},
        {"to": f"ann@news.example{end}Bcc: eve@evil.example"},
        {"off_url": f"https://comments.example/{end}Bcc: eve@evil.example"},
    ):
        with pytest.raises(ValueError, match="one line"):
            Mail(**({"to": "ann@news.example", "subject": "Hello", "text": ""} | changes))


def test_a_mail_shows_no_address():
    """Its repr may stand in a traceback."""
    assert "ann" not in repr(MAIL)
    assert "ann" not in repr(MailServer("h", 1, "none", "ann@x.example", "ann", "ann-secret"))


def test_the_command_says_whether_the_mail_was_taken(tmp_path):
    """`vestibule mail test` sends one mail, and its failure is one line and status 2."""
    with receiving() as server:
        settings = {
            "VESTIBULE_DATA_DIR": tmp_path / "data",
            "VESTIBULE_SMTP_HOST": "127.0.0.1",
            "VESTIBULE_SMTP_PORT": server.port,
            "VESTIBULE_SMTP_ENCRYPTION": "none",
            "VESTIBULE_SMTP_FROM": "comments@news.example",
        }
        assert run_vestibule("init", **settings).returncode == 0
        told = run_vestibule("mail", "test", "ann@news.example", **settings)
        assert (told.returncode, told.stdout) == (0, "The mail server took the mail.\n")
        assert server.arrived[0].to == ["ann@news.example"]
        server.refused["ann@news.example"] = "550 no"
        told = run_vestibule("mail", "test", "ann@news.example", **settings)
        assert told.returncode == 2
        assert "takes no mail for this address (550)" in told.stderr
        assert run_vestibule("mail", "test", "ann", **settings).returncode == 2
