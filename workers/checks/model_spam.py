"""What the linear model for spam makes of the text, for or against."""

from collections.abc import Iterable

from service.core.signals import Signal
from workers.material import Material
from workers.model.signals import model_signal


def check_model_spam(material: Material) -> Iterable[Signal]:
    yield model_signal("MODEL_SPAM", material.scores, "spam")
