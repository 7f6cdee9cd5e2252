"""The custody ledger: every event, chained by SHA-256, appended and never changed (Art. 7)."""

from registry.ledger.chain import GENESIS, Head, canonical_json, head_of, time_text
from registry.ledger.events import Event

__all__ = ["GENESIS", "Event", "Head", "canonical_json", "head_of", "time_text"]
