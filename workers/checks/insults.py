"""Insults: at the one who is spoken to, which is what hurts; or about others, which counts less."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.wording import said


def check_insults(material: Material) -> Iterable[Signal]:
    directed = said("insult", material.wording, material.name_wording)
    if directed is not None:
        yield Signal("INSULT", directed.strength, directed.detail, directed.spans)
        return
    undirected = said("undirected", material.wording, material.name_wording)
    if undirected is not None:
        yield Signal("INSULT_UNDIRECTED", undirected.strength, undirected.detail, undirected.spans)
