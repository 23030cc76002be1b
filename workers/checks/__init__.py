"""Every check, listed once. A check sees one comment and says what it saw; the policy weighs it.

A check is a pure function `check(material) -> Iterable[Signal]`: no clock, no network, no state,
and time linear in the text's length. It declares the symbols it can report; each has its points and
its sentence in `service/core/policy.toml` and its line in `docs/checks.md`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.core.signals import Signal
from workers.checks.author import check_author
from workers.checks.bidi import check_bidi
from workers.checks.campaigns import check_campaigns
from workers.checks.copies import check_copies
from workers.checks.disguises import check_disguises
from workers.checks.door import check_door
from workers.checks.email_addresses import check_email_addresses
from workers.checks.form_token import check_form_token
from workers.checks.gibberish import check_gibberish
from workers.checks.honeypot import check_honeypot
from workers.checks.identity import check_identity
from workers.checks.insults import check_insults
from workers.checks.invisible import check_invisible
from workers.checks.language import check_language
from workers.checks.link_hosts import check_link_hosts
from workers.checks.link_lies import check_link_lies
from workers.checks.links import check_links
from workers.checks.listed_hosts import check_listed_hosts
from workers.checks.listed_names import check_listed_names
from workers.checks.listed_senders import check_listed_senders
from workers.checks.model_abuse import check_model_abuse
from workers.checks.model_spam import check_model_spam
from workers.checks.name import check_name
from workers.checks.payment_cards import check_payment_cards
from workers.checks.phone_numbers import check_phone_numbers
from workers.checks.postal_addresses import check_postal_addresses
from workers.checks.profanity import check_profanity
from workers.checks.promotion import check_promotion
from workers.checks.rates import check_rates
from workers.checks.remote import check_remote
from workers.checks.repetition import check_repetition
from workers.checks.reported import check_reported
from workers.checks.ruled import check_ruled
from workers.checks.second_reader import check_second_reader
from workers.checks.self_harm import check_self_harm
from workers.checks.sender import check_sender
from workers.checks.sexual import check_sexual
from workers.checks.shouting import check_shouting
from workers.checks.shouting_at import check_shouting_at
from workers.checks.site_filter import check_site_filter
from workers.checks.site_rules import check_site_rules
from workers.checks.surge import check_surge
from workers.checks.threats import check_threats
from workers.checks.words import check_words
from workers.material import Material


@dataclass(frozen=True, slots=True)
class Check:
    """`name` stands in faults and logs, `reason` says why the check exists.

    One `of_the_moment` looks at what was around a comment when it came, such as rates or copies:
    when comments are checked anew, what it saw then is kept.
    """

    name: str
    function: Callable[[Material], Iterable[Signal]]
    symbols: tuple[str, ...]
    reason: str
    of_the_moment: bool = False


CHECKS = (
    Check(
        "site_rules", check_site_rules, ("SITE_HOLDS_ALL", "SITE_HOLDS_FIRST"),
        "What a site asked for comes before anything we think.",
        of_the_moment=True,
    ),
    Check(
        "words", check_words, ("HELD_WORD", "BLOCKED_WORD", "ALLOWED_WORD"),
        "Moderators know the words that mean trouble on their site.",
    ),
    Check(
        "honeypot", check_honeypot, ("HONEYPOT_FILLED",),
        "Programs fill in every field they find, also one that people never see.",
    ),
    Check(
        "form_token", check_form_token,
        ("TOKEN_ABSENT", "TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_TOO_YOUNG", "TYPED_TOO_FAST"),
        "Programs post without loading the form, or faster than anybody types.",
    ),
    Check(
        "door", check_door, ("ORIGIN_ABSENT", "RATE_UNCHECKED", "PROOF_UNCHECKED"),
        "A browser says which page it is on; and a moderator should know what was not looked at.",
    ),
    Check(
        "links", check_links, ("LINK", "LINK_MARKUP", "MANY_LINKS", "MOSTLY_LINKS"),
        "Most spam is there for its links.",
    ),
    Check(
        "link_hosts", check_link_hosts,
        ("LINK_SHORTENER", "LINK_YOUNG_LOOKING_HOST", "LINK_LOOKALIKE_HOST"),
        "Hosts that hide, imitate or are made to be thrown away seldom mean well.",
    ),
    Check(
        "link_lies", check_link_lies, ("LINK_TEXT_LIES", "LINK_DISGUISED"),
        "A link that shows another address than it leads to is there to deceive.",
    ),
    Check(
        "listed_hosts", check_listed_hosts,
        ("LINK_HELD_HOST", "LINK_BLOCKED_HOST", "LINK_ALLOWED_HOST"),
        "Moderators know the sites that they do not want to send readers to.",
    ),
    Check(
        "listed_names", check_listed_names, ("HELD_NAME", "BLOCKED_NAME"),
        "Some sign as somebody else, and come back under the name that they were refused.",
    ),
    Check(
        "listed_senders", check_listed_senders,
        (
            "HELD_NETWORK", "BLOCKED_NETWORK", "ALLOWED_NETWORK",
            "AUTHOR_MUTED", "AUTHOR_BANNED", "AUTHOR_TRUSTED",
        ),
        "Moderators know some authors, and have decided about them.",
        of_the_moment=True,
    ),
    Check(
        "promotion", check_promotion,
        ("PROMOTION_GAMBLING", "PROMOTION_PHARMACY", "PROMOTION_MONEY", "PROMOTION_CRYPTO",
         "PROMOTION_GOODS", "PROMOTION_ADULT", "PROMOTION_CHANNEL", "CONTACT_LURE", "STOCK_PRAISE"),
        "Advertisements say what they sell, and flatterers what they always say.",
    ),
    Check(
        "name", check_name, ("NAME_IS_LINK", "NAME_IS_KEYWORD", "AUTHOR_SITE_KEYWORD"),
        "Names and web sites are given to be found, not to be known by.",
    ),
    Check(
        "disguises", check_disguises, ("OBFUSCATED_WORDS", "MIXED_SCRIPT_WORD"),
        "Nobody hides a word from programs that could stand in the open.",
    ),
    Check(
        "language", check_language, ("LANGUAGE_UNEXPECTED",),
        "What a site's readers cannot read was not written for them.",
    ),
    Check(
        "gibberish", check_gibberish, ("GIBBERISH",),
        "Programs that try out a form type anything.",
    ),
    Check(
        "copies", check_copies, ("SAME_COMMENT_AGAIN", "COPIED_TEXT", "NEAR_COPY"),
        "Campaigns post one text many times, with small changes.",
        of_the_moment=True,
    ),
    Check(
        "campaigns", check_campaigns,
        ("NEAR_COPY_CAMPAIGN", "CAMPAIGN_ACCEPTED", "COPY_OF_REFUSED"),
        "Spun texts differ in every copy, and come from many hands to many pages.",
        of_the_moment=True,
    ),
    Check(
        "ruled", check_ruled,
        (
            "CAMPAIGN_MARKED_SPAM", "CAMPAIGN_REJECTED", "CAMPAIGN_APPROVED", "CAMPAIGN_RESEMBLED",
            "CAMPAIGN_DISPUTED",
        ),
        "Who has decided about thirty variants need not decide about the thirty-first.",
        of_the_moment=True,
    ),
    Check(
        "sender", check_sender, ("DISPOSABLE_ADDRESS", "UNDELIVERABLE_ADDRESS"),
        "Whoever will not be answered gives an address that nobody reads.",
        of_the_moment=True,
    ),
    Check(
        "remote", check_remote,
        (
            "REMOTE_SPAM_AKISMET", "REMOTE_LISTED_SENDER", "EXTERNAL_CHECK_SPAM",
            "EXTERNAL_CHECK_ABUSE", "REMOTE_UNAVAILABLE", "REMOTE_REQUIRED",
        ),
        "Others see more sites than one; an operator who asks them wants to know what they said.",
        of_the_moment=True,
    ),
    Check(
        "rates", check_rates, ("AUTHOR_BURST", "NETWORK_BURST"),
        "Floods come faster than conversations.",
        of_the_moment=True,
    ),
    Check(
        "surge", check_surge, ("SITE_SURGE",),
        "While a site is flooded, what else was seen has to weigh more.",
        of_the_moment=True,
    ),
    Check(
        "author", check_author, ("FIRST_TIME_AUTHOR", "AUTHOR_REJECTED_BEFORE"),
        "Whoever was refused before is worth a second look.",
        of_the_moment=True,
    ),
    Check(
        "site_filter", check_site_filter,
        ("SITE_FILTER_SPAM", "SITE_FILTER_OK", "SITE_FILTER_ABUSE"),
        "Every site has its own spam; its moderators know it, and twenty decisions tell much.",
        of_the_moment=True,
    ),
    Check(
        "shouting", check_shouting, ("SHOUTING",),
        "Text in capitals is hard to read and seldom kind.",
    ),
    Check(
        "repetition", check_repetition, ("REPEATED_CHARACTERS",),
        "Rows of one letter and piles of accents disturb the page.",
    ),
    Check(
        "invisible", check_invisible, ("INVISIBLE_CHARACTERS",),
        "Invisible characters hide words from lists, and messages from readers.",
    ),
    Check(
        "bidi", check_bidi, ("BIDI_OVERRIDE",),
        "Text that shows other letters than it has deceives readers and moderators.",
    ),
    Check(
        "profanity", check_profanity, ("PROFANITY", "PROFANITY_MENTIONED"),
        "Sites differ in what they print; and a word told is another thing than a word said.",
    ),
    Check(
        "insults", check_insults, ("INSULT", "INSULT_UNDIRECTED"),
        "An insult at somebody ends a conversation.",
    ),
    Check(
        "shouting_at", check_shouting_at, ("SHOUTING_AT_SOMEONE",),
        "Capitals at a person are meant to be felt.",
    ),
    Check(
        "threats", check_threats, ("THREAT",),
        "Nobody should have to read that they will be hurt.",
    ),
    Check(
        "identity", check_identity, ("IDENTITY_ATTACK",),
        "Hate drives out the people it is about, and they can be named without it.",
    ),
    Check(
        "sexual", check_sexual, ("SEXUAL_CONTENT",),
        "Sexual words and offers are out of place on nearly all pages.",
    ),
    Check(
        "self_harm", check_self_harm, ("SELF_HARM_RISK", "SELF_HARM_ENCOURAGED"),
        "Somebody may be in danger, or may be pushed into it.",
    ),
    Check(
        "reported", check_reported, ("ABUSE_REPORTED",),
        "Who tells of abuse repeats its words, and some only pretend to tell.",
    ),
    Check(
        "phone_numbers", check_phone_numbers, ("PERSONAL_PHONE",),
        "A published number cannot be taken back.",
    ),
    Check(
        "postal_addresses", check_postal_addresses, ("PERSONAL_ADDRESS",),
        "Publishing where somebody lives puts them in danger.",
    ),
    Check(
        "payment_cards", check_payment_cards, ("PAYMENT_CARD",),
        "A card's number is money.",
    ),
    Check(
        "email_addresses", check_email_addresses, ("EMAIL_IN_TEXT",),
        "Harvesters read comments, too.",
    ),
    Check(
        "model_spam", check_model_spam, ("MODEL_SPAM",),
        "What no list names, a model that has read much spam may still know.",
    ),
    Check(
        "model_abuse", check_model_abuse, ("MODEL_ABUSE", "MODEL_HATE"),
        "Abuse is more than words on a list: which of them stand together says more.",
    ),
    Check(
        "second_reader", check_second_reader, ("DEEP_ABUSE", "DEEP_HATE"),
        "The same words attack, quote and deny: where they leave doubt, the sentence decides.",
    ),
)  # fmt: skip
"""All of them run for every comment, in this order; what they find is reported in this order."""
