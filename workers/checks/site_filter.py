"""What the site's own moderators have taught: does this resemble what they refused, or approved?

The filter says no more than it has proved (see `workers.site_filter.proving`), in log-odds, and the
policy's points for full strength are `FULL_LOG_ODDS`, so that what is proved is what counts. What
resembles approved comments takes a little off, less than what is proved: style can be imitated.
"""

from collections.abc import Iterable

from service.core.lessons import Label, Opinion, SiteFilter
from service.core.signals import Signal
from workers.material import Material
from workers.site_filter.features import Features
from workers.text import SPANS_MAX

FULL_LOG_ODDS = 5.0
LEAST_LOG_ODDS = 0.5
"""Less is said about every other comment, and helps nobody."""

SPEAKING_SHARE = 1.0
"""A word is shown as evidence if it alone makes the label about three times as likely."""

SYMBOLS = {
    Label.SPAM: "SITE_FILTER_SPAM",
    Label.ABUSE: "SITE_FILTER_ABUSE",
    Label.OK: "SITE_FILTER_OK",
}


def check_site_filter(material: Material) -> Iterable[Signal]:
    site_filter = material.subject.site_filter
    if site_filter is None or not site_filter.speaks:
        return
    url = material.subject.draft.author_url
    features = Features(material.text, material.name.read, url, site_filter.key)
    learned = sum(site_filter.counts().values())
    for opinion in site_filter.opinions(features.packed):
        if opinion.log_odds < LEAST_LOG_ODDS:
            continue
        yield Signal(
            SYMBOLS[opinion.label],
            min(1.0, opinion.log_odds / FULL_LOG_ODDS),
            _detail(opinion, learned),
            _spans(material, features, site_filter, opinion.label),
        )


def _detail(opinion: Opinion, learned: int) -> str:
    return (
        f"{opinion.hits} of {opinion.claims} comments as much like it were decided so; "
        f"learned from {learned} decisions"
    )


def _spans(
    material: Material, features: Features, site_filter: SiteFilter, label: Label
) -> tuple[tuple[int, int], ...]:
    """The words that speak for a refusal most; nothing has to be shown of what is innocent."""
    if label is Label.OK:
        return ()
    shares = site_filter.shares(label, features.packed)
    speaking = {
        number: share
        for number, share in zip(features.numbers.tolist(), shares, strict=True)
        if share >= SPEAKING_SHARE
    }
    found = features.words_with(frozenset(speaking))
    strongest = sorted(found, key=lambda one: (-speaking[one[2]], one[0]))[:SPANS_MAX]
    return tuple(material.text.read_span(start, end) for start, end, _ in sorted(strongest))
