"""Measure: the figures that operators watch, of this moment."""

from dataclasses import dataclass

from service.core.metrics import Figures
from service.core.ports import Clock, Queue, Store


@dataclass(frozen=True, slots=True)
class Measure:
    store: Store
    queue: Queue
    clock: Clock

    def __call__(self) -> Figures:
        """Raises `Unavailable` without the database; without Redis its figures are left out."""
        now = self.clock()
        with self.store.read() as tx:
            measured = tx.measured(now=now)
        return Figures(measured, self.queue.waiting(), self.queue.is_served(now))
