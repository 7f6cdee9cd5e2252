"""Duties: settled from facts, decided about, climbed (Art. 6, 7, 15, 16, 20)."""

from registry.transitions.duties.climbing import Climbed, Climber, Told
from registry.transitions.duties.deciding import excuse_duty, pause_duty
from registry.transitions.duties.settling import Rules, Settled, settle
from registry.transitions.duties.touching import touch, touch_found, touched, untouch

__all__ = [
    "Climbed",
    "Climber",
    "Rules",
    "Settled",
    "Told",
    "excuse_duty",
    "pause_duty",
    "settle",
    "touch",
    "touch_found",
    "touched",
    "untouch",
]
