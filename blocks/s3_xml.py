"""What S3 says in XML, read without minding its namespaces."""

from __future__ import annotations

from xml.etree import ElementTree

from blocks.s3_connection import Answer
from regulation.errors import Unavailable


def parsed(answer: Answer, subject: str) -> ElementTree.Element:
    """The answer's document. Raises `Unavailable` where it is none, as when it was cut."""
    try:
        return ElementTree.fromstring(answer.body)  # noqa: S314 - of the unit's own server; expat limits expansion
    except ElementTree.ParseError as broken:
        raise Unavailable("The S3 server's answer cannot be read.", subject=subject) from broken


def name_of(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def text_of(element: ElementTree.Element, name: str) -> str:
    """The text of the first child of this name; empty where there is none."""
    return next((child.text or "" for child in element if name_of(child) == name), "")
