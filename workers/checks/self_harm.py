"""Self-harm: somebody who may be in danger, or somebody who is told to harm themselves.

The first always goes to a person, whatever else is in the comment, and is never abuse.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material


def check_self_harm(material: Material) -> Iterable[Signal]:
    wording = material.wording
    risk = wording.meant("risk")
    if risk:
        yield Signal("SELF_HARM_RISK", spans=wording.spans(risk))
    encouraged = wording.meant("encouraged")
    if encouraged:
        yield Signal("SELF_HARM_ENCOURAGED", spans=wording.spans(encouraged))
