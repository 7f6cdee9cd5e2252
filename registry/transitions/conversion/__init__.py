"""Evidence conversion: asked under a grant, extracted, checked by a second person, signed, issued (Art. 19)."""

from registry.transitions.conversion.asking import (
    amend_conversion,
    enter_conversion,
    submit_conversion,
    withdraw_conversion,
)
from registry.transitions.conversion.deciding import check, check_open_to, extract, give_up, send_back, sign
from registry.transitions.conversion.following import follow
from registry.transitions.conversion.issuing import clear, enter_reading, issue, recall, reissue
from registry.transitions.conversion.looking import open_made
from registry.transitions.conversion.making import confirm_transcript, enter_outputs, enter_transcript
from registry.transitions.conversion.shapes import Disc, NewConversion, Output, Stated

__all__ = [
    "Disc",
    "NewConversion",
    "Output",
    "Stated",
    "amend_conversion",
    "check",
    "check_open_to",
    "clear",
    "confirm_transcript",
    "enter_conversion",
    "enter_outputs",
    "enter_reading",
    "enter_transcript",
    "extract",
    "follow",
    "give_up",
    "issue",
    "open_made",
    "recall",
    "reissue",
    "send_back",
    "sign",
    "submit_conversion",
    "withdraw_conversion",
]
