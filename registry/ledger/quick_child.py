"""One process of the quick look: a line of JSON asks for a stretch, a line answers with the hash of its last entry."""

from __future__ import annotations

import json
import sys

from registry.database import Registry
from registry.ledger.quick import head_if_well
from regulation.errors import CustodyError


def main() -> None:
    """The first line is the database's URL, which holds a password and is not for a command line."""
    registry = Registry(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        first, last, link = json.loads(line)
        try:
            with registry.streaming() as connection:
                head = head_if_well(connection, first, last, link)
        except CustodyError:
            head = None  # looked at closely, it will be told what is wrong
        sys.stdout.write(json.dumps(head) + "\n")
        sys.stdout.flush()
    registry.dispose()


if __name__ == "__main__":
    main()
