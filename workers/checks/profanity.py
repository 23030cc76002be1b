"""Coarse words: whole ones only, and apart from those that are told, not said.

"He called me a ..." and "the word ..." mention a word, and in "this old ... needs a foot bath"
somebody says it of themselves. A lexicon knows the words, and which are strong and which mild.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_profanity(material: Material) -> Iterable[Signal]:
    wording = material.wording
    meant = wording.meant("profanity")
    if meant:
        strength = max(one.strength for one in meant)
        detail = "1 word" if len(meant) == 1 else f"{len(meant)} words"
        yield Signal("PROFANITY", strength, detail, wording.spans(meant))
    elif told := wording.told("profanity"):
        strength = max(one.strength for one in told)
        yield Signal("PROFANITY_MENTIONED", strength, told[0].circumstance, wording.spans(told))
