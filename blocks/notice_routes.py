"""Which channels a person is told by: the most specific route that fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from regulation.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told. `number` is the certificate number; `role` as which they hear of it, none for who owes a duty;
    `units` the codes of the unit chain, their own first and the city last."""

    number: str = field(repr=False)
    role: Role | None = None
    units: tuple[str, ...] = ()


class Route(BaseModel):
    """Channels for those who fit all conditions given; a route without any is the default."""

    model_config = ConfigDict(extra="forbid")

    person: str | None = Field(default=None, repr=False, description="Enforcement certificate number.")
    role: str | None = Field(default=None, description="Role as which somebody hears of a duty.")
    unit: str | None = Field(default=None, description="Code of a unit; it holds for all below it.")
    channels: list[str] = Field(description="Names of channels; the next is tried where one does not take the notice.")

    @property
    def conditions(self) -> tuple[str | None, str | None, str | None]:
        """Person, role, unit."""
        return self.person, self.role, self.unit

    @property
    def is_default(self) -> bool:
        """Whether it fits everybody."""
        return self.conditions == (None, None, None)

    def fits(self, addressee: Addressee) -> bool:
        """Whether every condition given holds for the addressee."""
        return (
            self.person in (None, addressee.number)
            and self.role in (None, addressee.role)
            and (self.unit is None or self.unit in addressee.units)
        )


def channels_for(addressee: Addressee, routes: Sequence[Route]) -> tuple[str, ...]:
    """The channels of the most specific route that fits: a person's, then role and unit, unit, role, default; the
    nearest unit first, of equals the one named first. Empty where none fits."""
    fitting = [route for route in routes if route.fits(addressee)]
    if not fitting:
        return ()
    return tuple(min(fitting, key=lambda route: _distance(route, addressee)).channels)


def _distance(route: Route, addressee: Addressee) -> tuple[bool, bool, bool, int]:
    """How far a route that fits is from the addressee: compared from the left, the least is the most specific."""
    nearness = addressee.units.index(route.unit) if route.unit is not None else 0
    return route.person is None, route.unit is None, route.role is None, nearness
