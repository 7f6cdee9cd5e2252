"""Terms and case files: how long each original is kept (Art. 18)."""

from registry.transitions.retention.cases import CaseEntry, enter_case, use_in_case
from registry.transitions.retention.extending import end_extension
from registry.transitions.retention.locking import ToldVault, note_vault
from registry.transitions.retention.relaxing import decide_change
from registry.transitions.retention.terms import SettledTerms, settle_terms, touch_other_policies
from registry.transitions.retention.touching import touch_activities, touch_terms, touched_terms, untouch_terms

__all__ = [
    "CaseEntry",
    "SettledTerms",
    "ToldVault",
    "decide_change",
    "end_extension",
    "enter_case",
    "note_vault",
    "settle_terms",
    "touch_activities",
    "touch_other_policies",
    "touch_terms",
    "touched_terms",
    "untouch_terms",
    "use_in_case",
]
