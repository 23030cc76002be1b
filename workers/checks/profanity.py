"""Coarse words: whole ones only, and apart from those that are told, not said.

"He called me a ..." and "the word ..." mention a word, and in "this old ... needs a foot bath"
somebody says it of themselves. A lexicon knows the words, and which are strong and which mild.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.wording import said


def check_profanity(material: Material) -> Iterable[Signal]:
    coarse = said("profanity", material.wording, material.name_wording)
    if coarse is not None:
        yield Signal("PROFANITY", coarse.strength, coarse.detail, coarse.spans)
    elif told := material.wording.told("profanity"):
        strength = max(one.strength for one in told)
        spans = material.wording.spans(told)
        yield Signal("PROFANITY_MENTIONED", strength, told[0].circumstance, spans)
