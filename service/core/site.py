"""A site: whose pages these are, and what it asks of a comment."""

from dataclasses import dataclass, field, fields

CONTENT_MAX_CHARS_LIMIT = 65_000


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What a site may choose; every field's `metadata["help"]` documents it."""

    require_name: bool = field(default=True, metadata={"help": "A name must be given."})
    require_email: bool = field(default=True, metadata={"help": "An e-mail address must be given."})
    content_max_chars: int = field(
        default=10_000, metadata={"help": "Longest comment in characters, 1 to 65,000."}
    )
    closed: bool = field(
        default=False, metadata={"help": "No new comments on any page of the site."}
    )
    hold_all: bool = field(default=False, metadata={"help": "Every comment waits for a moderator."})
    hold_first: bool = field(
        default=False, metadata={"help": "An author's first comment waits for a moderator."}
    )
    edit_window_minutes: int = field(
        default=15,
        metadata={"help": "Minutes in which authors may edit or delete their comment, 0 to 1,440."},
    )
    hold_at_reports: int = field(
        default=0,
        metadata={
            "help": "Reports from so many networks hold a shown comment again until a moderator "
            "has looked, 2 to 1,000; 0: reports hold nothing."
        },
    )
    proof_of_work: str = field(
        default="off",
        metadata={
            "help": "When a comment must come with a proof of work, which costs the sender's "
            "computer some time: off, surge (while the site is flooded) or always."
        },
    )
    proof_max_number: int = field(
        default=200_000,
        metadata={
            "help": "How much work that is: so many hashes at most, half of it on average, "
            "1,000 to 10,000,000."
        },
    )
    digest_waiting: int = field(
        default=20,
        metadata={
            "help": "With so many comments waiting, those who decide get a mail, up to 1,000; "
            "0: not for their number."
        },
    )
    digest_after_minutes: int = field(
        default=240,
        metadata={
            "help": "When a comment has waited for so many minutes, those who decide get a mail, "
            "up to 10,080; 0: not for its age."
        },
    )
    digest_pause_minutes: int = field(
        default=240,
        metadata={"help": "Minutes between two such mails to one person, 15 to 10,080."},
    )
    languages: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "ISO 639-1 codes of the languages that the site's readers write; none: all."
        },
    )
    reserved_names: tuple[str, ...] = field(
        default=(),
        metadata={"help": "Names that visitors may not use, beside those reserved everywhere."},
    )
    staff_label: str = field(
        default="",
        metadata={
            "help": "What stands beside names of the site's staff, up to 40 characters; empty: "
            "the reader's word for it."
        },
    )


SITE_SETTING_NAMES = tuple(one.name for one in fields(SiteSettings))


@dataclass(frozen=True, slots=True)
class Site:
    """`origins` are RFC 6454 serialisations (`https://news.example`); `version` counts changes."""

    id: str
    slug: str
    name: str
    origins: tuple[str, ...]
    settings: SiteSettings
    version: int
