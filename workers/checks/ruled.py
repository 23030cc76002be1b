"""What a moderator has decided about the campaign that a text belongs to, until they end it.

A ruling to approve approves nothing: it stands for the very same text, whose copies are then not
held against it. One to refuse is carried out where the text is surely one of those that were seen;
what is only a little like them waits for a person, since texts can be written to lie between.
"""

from collections.abc import Iterable

from service.core.decisions import Action
from service.core.ruled import Likeness
from service.core.signals import Signal
from workers.material import Material

_SYMBOLS = {Action.SPAM: "CAMPAIGN_MARKED_SPAM", Action.REJECT: "CAMPAIGN_REJECTED"}


def check_ruled(material: Material) -> Iterable[Signal]:
    ruled = material.subject.ruled
    if ruled is None:
        return
    if ruled.disputed:
        symbol, detail = "CAMPAIGN_DISPUTED", "decisions about it differ"
    elif ruled.action is Action.APPROVE:
        symbol, detail = "CAMPAIGN_APPROVED", ""
    elif ruled.likeness is Likeness.SOME:
        symbol, detail = "CAMPAIGN_RESEMBLED", ""
    else:
        symbol, detail = _SYMBOLS[ruled.action], ""
    decided = f"by {ruled.by} on {ruled.at:%Y-%m-%d}"
    yield Signal(symbol, detail=detail or decided, rules=ruled.rules)
