"""Insults: at the one who is spoken to, which is what hurts; or about others, which counts less."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_insults(material: Material) -> Iterable[Signal]:
    wording = material.wording
    directed = wording.meant("insult")
    if directed:
        strength = max(one.strength for one in directed)
        yield Signal("INSULT", strength, spans=wording.spans(directed))
    elif undirected := wording.meant("undirected"):
        strength = max(one.strength for one in undirected)
        yield Signal("INSULT_UNDIRECTED", strength, spans=wording.spans(undirected))
