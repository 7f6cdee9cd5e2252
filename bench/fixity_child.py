"""An audit of a vault that was filled before, as a process of its own: ``python -m bench.fixity_child HOME ROUND``.

Each round is half a year after the one before, so that everything is due again. The bodies of the flow's first two
tasks, without a server.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

import tasks.progress
from bench.ours import measured
from blocks.archive import Archive
from blocks.directory_vault import DirectoryVault
from blocks.receipt_key import ReceiptKey
from blocks.registry_database import RegistryDatabase
from blocks.signing import new_private_key
from tasks.fixity.read import enrol_originals, read_originals
from tasks.fixity.work import audit_work

START = datetime(2027, 1, 1, tzinfo=UTC)
PERIOD = timedelta(days=200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("round", type=int)
    asked = parser.parse_args()
    tasks.progress.quietly = lambda tell, **told: None  # type: ignore[assignment]  # there is no server to tell
    archive = Archive(
        registry=RegistryDatabase(url=SecretStr(f"sqlite:///{asked.home}/registry.db")),
        vault=DirectoryVault(root=asked.home / "vault"),
        receipt_key=ReceiptKey(private_key=SecretStr(new_private_key())),
    )
    now = START + PERIOD * asked.round
    with measured() as told, audit_work(archive, lambda: now, 1 << 50) as work:
        assert work is not None
        enrol_originals.fn(work)
        read_originals.fn(work)
    if work.counts["wrong"]:
        raise SystemExit(f"{work.counts['wrong']} are not as they were verified")
    print(json.dumps(told | {"read": work.counts["read"], "bytes": work.counts["bytes"]}))


if __name__ == "__main__":
    main()
