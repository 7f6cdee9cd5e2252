"""Who types a command: an account of this machine, in the ledger by its number, for a name would be personal data."""

from __future__ import annotations

import os


def operator() -> str:
    """The actor of what is done at the command line, such as ``operator:1000``."""
    return f"operator:{os.getuid()}"
