"""Where an evidence package lies, and where a court asks about it (Art. 19).

No Prefect here: the desk, which hands packages out, uses this module as well.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID


def package_folder(packages: Path, number: str, edition: int) -> Path:
    """What was packed for this edition of the conversion `number`: bags, images, labels."""
    return packages / number / f"package-{edition}"


def made_folder(packages: Path, number: str, edition: int) -> Path:
    """What was made of its recordings."""
    return packages / number / f"made-{edition}"


def made_stem(position: int, kind: str, ordinal: int) -> str:
    """What the file of a derivative is called, without its extension: of which recording of the statement, what it is,
    the how-manieth."""
    return f"{position:03d}-{kind}-{ordinal}"


def evidence_link(pages_url: str, conversion_id: UUID) -> str:
    """The page that says to anybody whether a package is in force; empty where no pages are served."""
    return f"{pages_url.rstrip('/')}/evidence/{conversion_id.hex}" if pages_url else ""
