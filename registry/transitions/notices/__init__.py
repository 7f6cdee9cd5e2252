"""The outbox: who is told what is recorded once; sending may be tried again (Art. 16, 20)."""

from registry.transitions.notices.delivering import (
    Attempt,
    claim_notices,
    let_go,
    record_attempts,
    record_reading,
    revive_notice,
)
from registry.transitions.notices.gathering import Gathering
from registry.transitions.notices.queueing import queue_gathered, queue_notices
from registry.transitions.notices.sweeps import beat, begin_sweep, finish_sweep

__all__ = [
    "Attempt",
    "Gathering",
    "beat",
    "begin_sweep",
    "claim_notices",
    "finish_sweep",
    "let_go",
    "queue_gathered",
    "queue_notices",
    "record_attempts",
    "record_reading",
    "revive_notice",
]
