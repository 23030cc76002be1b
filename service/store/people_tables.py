"""Tables of the people at the desk: accounts, memberships, sessions, invitations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

# Of somebody who was removed only the name is left, for the record of what they did.
moderators = Table(
    "moderators",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email_index", LargeBinary, nullable=False),
    Column("email_sealed", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("totp_sealed", LargeBinary),
    # The latest time-step of which a code was used: none of it, or of one before, counts again.
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    UniqueConstraint("email_index", name="uq_moderators_email_index"),
)

# A site of only zeros stands for all sites and the installation.
memberships = Table(
    "memberships",
    metadata,
    Column("moderator_id", Id, primary_key=True),
    Column("site_id", Id, primary_key=True),
    Column("role", String(16), nullable=False),
    Index(None, "site_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("moderator_id", Id, nullable=False),
    # Stays the same while the secret, and with it the id, is changed.
    Column("family", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("device", String(100), nullable=False),
    Column("network_sealed", LargeBinary, nullable=False),
    Column("must_renew", Boolean, nullable=False, server_default=false()),
    Column("former_id", LargeBinary),
    Column("renewed_at", UtcDateTime),
    Index(None, "moderator_id"),
    Index(None, "former_id"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("moderator_id", Id, primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
)

# From where somebody has signed in before, by keyed hash: there nobody else's guesses count.
known_networks = Table(
    "known_networks",
    metadata,
    Column("moderator_id", Id, primary_key=True),
    Column("network_hash", LargeBinary, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "seen_at"),
)

# Links that are still open; one that is used or withdrawn is gone.
invitations = Table(
    "invitations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("site_id", Id, nullable=False),
    Column("role", String(16), nullable=False),
    Column("email_index", LargeBinary, nullable=False),
    Column("email_sealed", LargeBinary, nullable=False),
    Column("invited_by", Id),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
)

# The sites that want codes of everybody who signs in to work for them.
totp_rules = Table(
    "totp_rules",
    metadata,
    Column("site_id", Id, primary_key=True),
)
