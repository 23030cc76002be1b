"""The desk's main navigation: each page with a place in it adds its own line, beside its route."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.core.people import Moderator, Permission


@dataclass(frozen=True, slots=True)
class Place:
    """One line. `endpoint` is what it leads to, `within` are endpoints of pages that belong to it.

    Places stand by `order`. One that `needs` a permission is shown to who has it somewhere, which
    guards nothing: the route itself says who may come.
    """

    label: str
    endpoint: str
    order: int
    within: frozenset[str] = frozenset()
    needs: Permission | None = None

    def holds(self, endpoint: str | None) -> bool:
        return endpoint == self.endpoint or endpoint in self.within


_PLACES: dict[str, Place] = {}


def add_place(place: Place) -> None:
    """Called where the page's module is loaded; a second place of one endpoint is a mistake."""
    if place.endpoint in _PLACES:
        raise ValueError(f"{place.endpoint} has a place already")
    _PLACES[place.endpoint] = place


def places_for(moderator: Moderator) -> Sequence[Place]:
    return sorted(
        (
            place
            for place in _PLACES.values()
            if place.needs is None or moderator.may_somewhere(place.needs)
        ),
        key=lambda one: (one.order, one.label),
    )
