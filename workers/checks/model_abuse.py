"""What the linear model for abuse makes of the text: uncivil or not, and against a group."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.model.signals import model_signal

HATE_FROM = 1.0
"""Below this much evidence hate is not mentioned: the model for abuse says what is to be said."""

BESIDE_SECOND = 0.5
"""What counts of their evidence where the second reader was asked, who saw much of the same."""


def check_model_abuse(material: Material) -> Iterable[Signal]:
    share = 1.0 if material.second is None else BESIDE_SECOND
    yield model_signal("MODEL_ABUSE", material.scores, "abuse", share=share)
    if material.scores.evidence("hate") >= HATE_FROM:
        yield model_signal("MODEL_HATE", material.scores, "hate", share=share)
