"""Everything that can be checked of the anchors, on the machine that has them (Art. 7)."""

from __future__ import annotations

from dataclasses import dataclass

from blocks.archive import Archive
from registry.database import Registry
from registry.ledger.anchors import verify_anchors
from registry.ledger.reports import AnchorProblem, AnchorReport, Progress
from registry.queries.anchors import anchors
from tasks.anchoring.copies import Copies, all_copies


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it: what the ledger and the rows say, what the copies say."""

    report: AnchorReport
    copies: Copies

    @property
    def problems(self) -> list[AnchorProblem]:
        """Everything that is wrong, by anchor."""
        return sorted([*self.copies.problems, *self.report.problems], key=lambda one: one.number)

    def remarks(self) -> list[str]:
        """What is not wrong and should be known."""
        told = {
            "without a timestamp": self.copies.unstamped,
            "with a timestamp whose signature could not be followed to an authority: no certificates are set": (
                self.copies.unproved
            ),
            "without a copy in the vault yet": self.copies.unkept,
            "whose copy the vault does not lock": self.copies.unlocked,
        }
        return [f"{len(found)} anchors {what}: {_some(found)}" for what, found in told.items() if found]


def check_anchors(archive: Archive, registry: Registry, public_key: str, progress: Progress | None = None) -> Checked:
    """Check rows, ledger, signatures, timestamps and the vault's copies against each other.

    `public_key` is the installation's, base64. Raises `Unavailable` when registry or vault do not answer.
    """
    with registry.reading() as reading:
        rows = anchors(reading)
    copies = all_copies(Copies(archive.vault, public_key, archive.timestamps), rows)
    return Checked(verify_anchors(registry, progress, kept=copies.kept), copies)


def _some(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return shown if len(numbers) <= 5 else f"{shown} …"
