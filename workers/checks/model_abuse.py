"""What the linear model for abuse makes of the text: uncivil or not, and against a group."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.model.signals import model_signal

HATE_FROM = 1.0
"""Below this much evidence hate is not mentioned: the model for abuse says what is to be said."""


def check_model_abuse(material: Material) -> Iterable[Signal]:
    yield model_signal("MODEL_ABUSE", material.scores, "abuse")
    if material.scores.evidence("hate") >= HATE_FROM:
        yield model_signal("MODEL_HATE", material.scores, "hate")
