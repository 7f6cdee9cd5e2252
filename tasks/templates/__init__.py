"""Pages and pictures for people. Everything put into them is escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

_pages = Environment(
    loader=PackageLoader("tasks", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def render(template: str, **facts: object) -> str:
    """The template filled with `facts`."""
    return _pages.get_template(template).render(**facts)
