"""The steps of a fixity audit and of a reconciliation (Art. 7)."""
