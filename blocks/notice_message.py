"""A notice as it goes over the wire: one content in the forms that channels take."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told.

    `title` can be read on a locked screen: no name, no place, no case. `text` and `markdown` are paragraphs with an
    empty line between them, the first and the last of which are never left out; `short` is for channels that take a
    line or two. Only `number` and `title` are shown by `repr`, for the rest names people.
    """

    number: str
    title: str
    text: str = field(repr=False)
    markdown: str = field(repr=False)
    html: str = field(repr=False)
    short: str = field(repr=False)
