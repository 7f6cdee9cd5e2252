"""What must be right before the first notice is sent: faults of channels and routes, named without an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from blocks.notice_channels import is_readable
from blocks.notice_routes import Route
from regulation.errors import ConfigurationError
from regulation.vocabulary import Role

ROLES = frozenset(role.value for role in Role)


def check_channels(channels: Mapping[str, Sequence[str]], per_minute: Mapping[str, int]) -> None:
    """Raises `ConfigurationError` naming the channel whose address cannot be used, or whose pace is none."""
    for name, urls in channels.items():
        if not urls:
            raise ConfigurationError("There is no address.", subject=f"channels.{name}")
        for place, url in enumerate(urls, start=1):
            if not is_readable(url):
                raise ConfigurationError(
                    f"Address {place} of {len(urls)} is none that Apprise can read.", subject=f"channels.{name}"
                )
    for name, pace in per_minute.items():
        if name not in channels:
            raise ConfigurationError("There is no channel of this name.", subject=f"per_minute.{name}")
        if pace < 1:
            raise ConfigurationError("At least one notice a minute must be allowed.", subject=f"per_minute.{name}")


def check_routes(routes: Sequence[Route], channels: Mapping[str, object]) -> None:
    """Raises `ConfigurationError` naming the route and the key that is wrong, or the lack of a default."""
    for place, route in enumerate(routes, start=1):
        for key, fault in _faults(route, channels):
            raise ConfigurationError(fault, subject=f"route {place}.{key}")
    seen: dict[object, int] = {}
    for place, route in enumerate(routes, start=1):
        if (first := seen.setdefault(route.conditions, place)) != place:
            raise ConfigurationError(f"Route {first} has the same conditions.", subject=f"route {place}")
    if not any(route.is_default for route in routes):
        raise ConfigurationError(
            "One route must have no condition, so that everybody can be told.", article="Art. 16", subject="routes"
        )


def _faults(route: Route, channels: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if route.role is not None and route.role not in ROLES:
        yield "role", f"There is no role {route.role!r}; there are {', '.join(sorted(ROLES))}."
    if not route.channels:
        yield "channels", "No channel is named."
    for name in route.channels:
        if name not in channels:
            yield "channels", f"There is no channel {name!r}."
