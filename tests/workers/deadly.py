"""The packaged checks and one that kills the process that runs it. A worker is started with it."""

import os
from collections.abc import Iterable

from service.core.signals import Signal
from workers.checks import CHECKS, Check
from workers.material import Material
from workers.pipeline import Pipeline

DEADLY = "deadly nightshade"


def die(material: Material) -> Iterable[Signal]:
    if DEADLY in material.subject.draft.content:
        os._exit(9)
    return []


def build_screener() -> Pipeline:
    return Pipeline((*CHECKS, Check("die", die, ("SHOUTING",), "for tests")))
