"""A check that takes its time, for tests that meddle while it runs."""

import time
from collections.abc import Iterable

from service.core.signals import Signal
from workers.checks import CHECKS, Check
from workers.material import Material
from workers.pipeline import Pipeline

SLOW = "slow"


def dawdle(material: Material) -> Iterable[Signal]:
    if SLOW in material.subject.draft.content:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            pass
    return []


def build_screener() -> Pipeline:
    return Pipeline(
        (*CHECKS, Check("dawdle", dawdle, ("SHOUTING",), "for tests")), budget_seconds=120
    )
