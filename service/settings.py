"""Every setting of an installation, declared once. The only reader of the environment.

`TABLE` is what the documentation and its test are made from; `load()` turns the environment into a
frozen `Settings`, or says in one `SetupError` everything that is wrong with it.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from service import setting_values as kinds
from service.core.errors import SetupError


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable. `parse` raises ValueError with a text that completes "NAME ..."."""

    variable: str
    field: str
    default: str | None
    parse: Callable[[str], Any]
    help: str
    secret: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """A complete, checked configuration. Its repr is empty, since it holds secrets."""

    data_dir: Path
    host: str
    port: int
    database_url: str
    redis_url: str | None
    public_url: str
    trusted_proxies: int
    secret_key: str | None
    retired_secret_keys: tuple[str, ...]
    workers: int
    web_threads: int
    rate_network_per_minute: int
    rate_site_per_minute: int
    backlog_max: int
    disk_free_min_mib: int
    outbound_networks: tuple[IPv4Network | IPv6Network, ...]
    outbound_ports: frozenset[int]
    mail_lookups: bool
    akismet_key: str | None
    akismet_url: str
    stop_forum_spam: bool
    external_check_url: str | None
    external_check_secret: str | None
    remote_timeout_ms: int
    remote_required: bool
    smtp_host: str | None
    smtp_port: int
    smtp_encryption: str
    smtp_user: str | None
    smtp_password: str | None
    smtp_from: str | None
    metrics_token: str | None
    log_level: str

    def required_secret(self) -> str:
        """The secret. Raises `SetupError` where there is none: only `up` and `init` make one."""
        if self.secret_key is None:
            raise SetupError(
                "There is no secret. Run `vestibule init` to make one in the data directory, or set "
                "VESTIBULE_SECRET_KEY or VESTIBULE_SECRET_KEY_FILE to the one this installation uses."
            )
        return self.secret_key

    @property
    def secret_file(self) -> Path:
        """Where `up` and `init` keep the secret they generate."""
        return self.data_dir / "secret.key"


def sqlite_path(database_url: str) -> Path | None:
    """The file of an SQLite database, absolute; None for another kind of database.

    As SQLAlchemy has it: three slashes and a path relative to the working directory, four slashes
    and an absolute one; what follows a question mark is for the driver.
    """
    scheme, _, rest = database_url.partition(":///")
    return Path(rest.partition("?")[0]).absolute() if scheme == "sqlite" else None


# ruff: noqa: E501 (a table whose rows are read, one setting each)
TABLE = (
    Setting(
        "VESTIBULE_DATA_DIR", "data_dir", "vestibule-data", lambda text: Path(text).absolute(),
        "Directory for the embedded database and the generated secret.",
    ),
    Setting("VESTIBULE_HOST", "host", "127.0.0.1", str, "Address the web server listens on."),
    Setting("VESTIBULE_PORT", "port", "8080", kinds.whole(1, 65_535), "Port the web server listens on."),
    Setting(
        "VESTIBULE_DATABASE_URL", "database_url", None, kinds.database,
        "`sqlite:////absolute/path` or `postgresql://user:password@host/name`; without it, SQLite in the data directory.",
        secret=True,
    ),
    Setting(
        "VESTIBULE_REDIS_URL", "redis_url", None, kinds.redis,
        "`redis://`, `rediss://` or `unix://` address; without it `up` runs an embedded Redis.",
        secret=True,
    ),
    Setting(
        "VESTIBULE_PUBLIC_URL", "public_url", None, kinds.origin,
        "Origin under which browsers reach this server, for links; without it, host and port.",
    ),
    Setting(
        "VESTIBULE_TRUSTED_PROXIES", "trusted_proxies", "0", kinds.whole(0, 10),
        "How many proxies in front of the server set `X-Forwarded-For`; 0 ignores that header.",
    ),
    Setting(
        "VESTIBULE_SECRET_KEY", "secret_key", None, kinds.secret,
        "The secret all others derive from, at least 32 characters; without it, `secret.key` in the data directory.",
        secret=True,
    ),
    Setting(
        "VESTIBULE_RETIRED_SECRET_KEYS", "retired_secret_keys", "", kinds.secrets,
        "Former secrets, separated by commas: what they sealed stays readable after a rotation.",
        secret=True,
    ),
    Setting("VESTIBULE_WORKERS", "workers", "1", kinds.whole(1, 64), "Screening worker processes that `up` runs."),
    Setting("VESTIBULE_WEB_THREADS", "web_threads", "8", kinds.whole(1, 256), "Threads that answer requests."),
    Setting(
        "VESTIBULE_RATE_NETWORK_PER_MINUTE", "rate_network_per_minute", "20", kinds.whole(1, 10_000_000),
        "Comments a minute that one network (IPv4 /24, IPv6 /64) may send to a site; load tests raise it.",
    ),
    Setting(
        "VESTIBULE_RATE_SITE_PER_MINUTE", "rate_site_per_minute", "1200", kinds.whole(1, 10_000_000),
        "Comments a minute that one site takes; load tests raise it.",
    ),
    Setting(
        "VESTIBULE_BACKLOG_MAX", "backlog_max", "100000", kinds.whole(1, 100_000_000),
        "With this many comments waiting for checks, new ones get 503.",
    ),
    Setting(
        "VESTIBULE_DISK_FREE_MIN_MIB", "disk_free_min_mib", "200", kinds.whole(0, 1_000_000),
        "With less free disk for the embedded database than this, new comments get 503.",
    ),
    Setting(
        "VESTIBULE_OUTBOUND_NETWORKS", "outbound_networks", "", kinds.networks,
        "Networks beside the public internet that outgoing requests may reach, as `10.1.0.0/16`, separated by commas.",
    ),
    Setting(
        "VESTIBULE_OUTBOUND_PORTS", "outbound_ports", "80,443", kinds.ports,
        "Ports that outgoing requests may use, separated by commas.",
    ),
    Setting(
        "VESTIBULE_MAIL_LOOKUPS", "mail_lookups", "true", kinds.switch,
        "Whether workers ask the name server if the domain of an author's address takes mail: true or false.",
    ),
    Setting(
        "VESTIBULE_AKISMET_KEY", "akismet_key", None, str,
        "A key of Akismet: comments are put to it, without the address.", secret=True,
    ),
    Setting(
        "VESTIBULE_AKISMET_URL", "akismet_url", "https://rest.akismet.com", kinds.service_url,
        "Where Akismet, or a service of the same kind, is asked.",
    ),
    Setting(
        "VESTIBULE_STOP_FORUM_SPAM", "stop_forum_spam", "false", kinds.switch,
        "Whether StopForumSpam is asked about visitors' IP addresses: true or false.",
    ),
    Setting(
        "VESTIBULE_EXTERNAL_CHECK_URL", "external_check_url", None, kinds.service_url,
        "A check of yours that comments are put to, without the address; needs the secret, too.",
    ),
    Setting(
        "VESTIBULE_EXTERNAL_CHECK_SECRET", "external_check_secret", None, kinds.signing_secret,
        "What requests to the external check are signed with: `whsec_` and 24 to 64 bytes in base64.", secret=True,
    ),
    Setting(
        "VESTIBULE_REMOTE_TIMEOUT_MS", "remote_timeout_ms", "1200", kinds.whole(50, 10_000),
        "How long a remote check may take for one comment, in milliseconds.",
    ),
    Setting(
        "VESTIBULE_REMOTE_REQUIRED", "remote_required", "false", kinds.switch,
        "Whether a comment waits for a moderator where a remote check was silent: true or false.",
    ),
    Setting(
        "VESTIBULE_SMTP_HOST", "smtp_host", None, kinds.host,
        "The mail server that mails are handed to; without it no mail is sent. Needs the sender's address, too.",
    ),
    Setting("VESTIBULE_SMTP_PORT", "smtp_port", "587", kinds.whole(1, 65_535), "The mail server's port."),
    Setting(
        "VESTIBULE_SMTP_ENCRYPTION", "smtp_encryption", "starttls", kinds.smtp_encryption,
        "`starttls` (port 587), `tls` (from the first byte, port 465), or `none`, for a server on the same machine or network.",
    ),
    Setting("VESTIBULE_SMTP_USER", "smtp_user", None, str, "Who signs in at the mail server; needs the password, too."),
    Setting(
        "VESTIBULE_SMTP_PASSWORD", "smtp_password", None, lambda text: text or None,
        "The password at the mail server; never sent without encryption, except to this machine.", secret=True,
    ),
    Setting("VESTIBULE_SMTP_FROM", "smtp_from", None, kinds.mail_address, "The address that mails come from."),
    Setting(
        "VESTIBULE_METRICS_TOKEN", "metrics_token", None, kinds.metrics_token,
        "What Prometheus gives as a bearer token at `/metrics`, at least 16 characters; without it there is no such page.",
        secret=True,
    ),
    Setting("VESTIBULE_LOG_LEVEL", "log_level", "info", kinds.log_level, "debug, info, warning or error."),
)  # fmt: skip


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment. Raises `SetupError` naming every bad variable; values are not repeated."""
    environ = os.environ if environ is None else environ
    faults: list[str] = []
    values: dict[str, Any] = {}
    for setting in TABLE:
        try:
            text = _raw(setting, environ)
            values[setting.field] = None if text is None else setting.parse(text)
        except ValueError as error:
            faults.append(f"{setting.variable} {error}")
    if not faults:
        faults += _at_odds(values)
    known = {one.variable for one in TABLE} | {
        f"{one.variable}_FILE" for one in TABLE if one.secret
    }
    faults += [
        f"{name} is not a setting of Vestibule"
        for name in sorted(environ)
        if name.startswith("VESTIBULE_") and name not in known
    ]
    if faults:
        raise SetupError("; ".join(faults) + ".")
    if values["database_url"] is None:
        values["database_url"] = f"sqlite:///{values['data_dir'] / 'vestibule.db'}"
    if values["public_url"] is None:
        host = "127.0.0.1" if values["host"] in {"0.0.0.0", "::", ""} else values["host"]  # noqa: S104 (compared, not bound)
        values["public_url"] = f"http://{f'[{host}]' if ':' in host else host}:{values['port']}"
    if values["secret_key"] is None:
        values["secret_key"] = _secret_from_file(values["data_dir"] / "secret.key")
    return Settings(**values)


def _at_odds(values: Mapping[str, Any]) -> list[str]:
    """What is right by itself and makes no sense together."""
    faults = [
        f"VESTIBULE_{one.upper()} and VESTIBULE_{other.upper()} belong together"
        for one, other in (
            ("external_check_url", "external_check_secret"),
            ("smtp_host", "smtp_from"),
            ("smtp_user", "smtp_password"),
        )
        if (values[one] is None) != (values[other] is None)
    ]
    if (
        values["smtp_user"] is not None
        and values["smtp_encryption"] == "none"
        and not kinds.is_this_machine(values["smtp_host"] or "")
    ):
        faults.append("VESTIBULE_SMTP_PASSWORD must not be sent without encryption to another host")
    return faults


def _raw(setting: Setting, environ: Mapping[str, str]) -> str | None:
    """A variable's text; an empty one counts as absent. Each secret may come as a file's path."""
    text = environ.get(setting.variable) or None
    path = environ.get(f"{setting.variable}_FILE") if setting.secret else None
    if path:
        if text is not None:
            raise ValueError(f"and {setting.variable}_FILE must not both be set")
        try:
            return Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"cannot be read from the file named by {setting.variable}_FILE ({type(error).__name__})"
            ) from None
    return setting.default if text is None else text


def _secret_from_file(path: Path) -> str | None:
    try:
        text = path.read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"The secret in {path} cannot be read ({type(error).__name__}).") from None
    if len(text) < kinds.SECRET_MIN_CHARS:
        raise SetupError(f"The secret in {path} is damaged: it is too short.")
    return text
