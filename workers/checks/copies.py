"""The same or almost the same text again.

`Subject.copies` counts other recent comments of the site. A short generic comment ("Thanks!") is
nobody's copy, so a copied text must have some length; that the *same* author sends the *same* text
to the *same* thread again is a repetition at any length. Where a moderator has approved a campaign,
only that counts.
"""

import unicodedata
from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material

LENGTH_MIN = 40
"""In columns: wide characters (Han, kana, Hangul) say about twice as much and count two."""

NEAR_STRENGTHS = {1: 0.7, 2: 1.0}
"""One near copy may be somebody who quotes what they answer; two are a campaign."""


def check_copies(material: Material) -> Iterable[Signal]:
    copies = material.subject.copies
    if copies.same_author_and_thread > 0:
        yield Signal("SAME_COMMENT_AGAIN", detail=_counted(copies.same_author_and_thread))
    ruled = material.subject.ruled
    if ruled is not None and ruled.spares_copies:
        return
    if copies.exact > 0 and is_long_enough(material):
        yield Signal("COPIED_TEXT", detail=_counted(copies.exact))
    if copies.near > 0:
        strength = NEAR_STRENGTHS[min(copies.near, max(NEAR_STRENGTHS))]
        yield Signal("NEAR_COPY", strength, _counted(copies.near))


def is_long_enough(material: Material) -> bool:
    """Whether the text is long enough to be somebody's own."""
    plain = material.text.folded.strip()
    if len(plain) >= LENGTH_MIN or plain.isascii():
        return len(plain) >= LENGTH_MIN
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in plain)
    return len(plain) + wide >= LENGTH_MIN


def _counted(number: int) -> str:
    return "1 other comment" if number == 1 else f"{number} other comments"
