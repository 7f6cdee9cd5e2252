"""Anchors: the ledger's newest stretch checked, put under a root, signed, kept and stamped (Art. 7)."""
