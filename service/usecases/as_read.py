"""As read: which language a text is in, and where its evidence reads otherwise than it is written.

Both are kept with the verdict, since the desk has no checks to ask, and its moderators want to see
what the checks saw.
"""

from dataclasses import replace

from service.core.comment import Draft, squeezed
from service.core.decisions import Screening
from service.core.ports import Screener

LOOKED_AT_MAX = 200
STRETCHES_MAX = 40
STRETCH_MAX_CHARS = 200
"""Longer evidence is a sentence, not a word in disguise."""


def as_read(screening: Screening, draft: Draft, screener: Screener) -> Screening:
    found = []
    spans = {span for part in screening.verdict.contributions for span in part.signal.spans}
    for start, end in sorted(spans)[:LOOKED_AT_MAX]:
        written = draft.content[start:end]
        if not 0 < len(written) <= STRETCH_MAX_CHARS:
            continue
        read = screener.read(written)
        if read and read != squeezed(written):
            found.append((start, end, read))
        if len(found) >= STRETCHES_MAX:
            break
    return replace(screening, language=screener.language(draft.content), read_as=tuple(found))
