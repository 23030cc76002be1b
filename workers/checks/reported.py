"""Words of abuse that the writer tells, and does not say: quoted, reported, denied or answered.

Nearly no points: whoever reports hate is not to be silenced. But form alone is easily copied, so a
moderator who looks at the comment for another reason should see it.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material

_FINDINGS = ("insult", "threat", "identity", "encouraged")


def check_reported(material: Material) -> Iterable[Signal]:
    wording = material.wording
    told = [one for name in _FINDINGS for one in wording.told(name) if one.circumstance != "own"]
    if told:
        how = sorted({one.circumstance for one in told})
        yield Signal("ABUSE_REPORTED", detail=", ".join(how), spans=wording.spans(told))
