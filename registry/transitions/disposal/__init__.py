"""Disposal: what may go is listed, appraised, approved, witnessed, and only then destroyed (Art. 18)."""

from registry.transitions.disposal.appraising import appraise, submit
from registry.transitions.disposal.approving import approve, refuse, replace_witness, witness
from registry.transitions.disposal.certifying import certificate_number, certify
from registry.transitions.disposal.destroying import (
    Doomed,
    LetGo,
    begin_items,
    begin_list,
    finish_items,
    finish_list,
    retry_failed,
)
from registry.transitions.disposal.dropping import restore
from registry.transitions.disposal.following import follow
from registry.transitions.disposal.listing import Listed, due_together, list_due

__all__ = [
    "Doomed",
    "LetGo",
    "Listed",
    "appraise",
    "approve",
    "begin_items",
    "begin_list",
    "certificate_number",
    "certify",
    "due_together",
    "finish_items",
    "finish_list",
    "follow",
    "list_due",
    "refuse",
    "replace_witness",
    "restore",
    "retry_failed",
    "submit",
    "witness",
]
