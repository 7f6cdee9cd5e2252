"""Access: asked for, decided, granted, used, ended (Art. 17)."""

from registry.transitions.access.asking import amend_request, enter_request, submit_request, withdraw_request
from registry.transitions.access.common import terms_of
from registry.transitions.access.copying import (
    MadeCopy,
    check_copy,
    confirm_copy,
    declare_copy,
    hand_copy,
    note_fetched,
)
from registry.transitions.access.deciding import decide_step, send_back
from registry.transitions.access.ending import complete_request, end_requests, revoke_grant
from registry.transitions.access.following import follow, unfollowed
from registry.transitions.access.handing import hand_over, stand_aside
from registry.transitions.access.marking import lift_marking, mark_recording
from registry.transitions.access.reasking import ask_again
from registry.transitions.access.shapes import Answer, NewRequest
from registry.transitions.access.viewing import close_view, note_look, open_view

__all__ = [
    "Answer",
    "MadeCopy",
    "NewRequest",
    "amend_request",
    "ask_again",
    "check_copy",
    "close_view",
    "complete_request",
    "confirm_copy",
    "decide_step",
    "declare_copy",
    "end_requests",
    "enter_request",
    "follow",
    "hand_copy",
    "hand_over",
    "lift_marking",
    "mark_recording",
    "note_fetched",
    "note_look",
    "open_view",
    "revoke_grant",
    "send_back",
    "stand_aside",
    "submit_request",
    "terms_of",
    "unfollowed",
    "withdraw_request",
]
