"""The desk: where docks hand in what recorders hold, and where people read receipts. It works through the registry."""
