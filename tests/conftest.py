"""Fixtures of the whole suite; each room keeps its own under `tests/fixtures/`."""

import os
import tempfile

import pytest

# Prefect reads its settings when it is imported, which the plugins below do.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")

# The command line's tables are as wide as the terminal, and beside one another the tests have none.
os.environ["COLUMNS"] = "250"

# Where blocks are kept and secrets are: the flows of every test look there, in whatever process they run.
os.environ["CUSTODY_HOME"] = tempfile.mkdtemp(prefix="custody-tests-")

# Tests of every room keep what these promise, and whoever comes first imports them.
pytest.register_assert_rewrite("tests.faults.disposals", "tests.faults.promises")

pytest_plugins = [
    "tests.fixtures.custody",
    "tests.fixtures.databases",
    "tests.fixtures.desks",
    "tests.fixtures.duties",
    "tests.fixtures.access",
    "tests.fixtures.conversion",
    "tests.fixtures.counter",
    "tests.fixtures.disposal",
    "tests.fixtures.fixity",
    "tests.fixtures.mail",
    "tests.fixtures.media",
    "tests.fixtures.properties",
    "tests.fixtures.s3",
    "tests.fixtures.stations",
    "tests.fixtures.typed",
    "tests.fixtures.unrecorded",
    "tests.fixtures.vaults",
    "tests.fixtures.walking",
    "tests.fixtures.watches",
    "tests.fixtures.anchors",
    "tests.fixtures.archives",  # after those whose fixtures it uses
    "tests.fixtures.conversion_desk",
    "tests.fixtures.packages",
]
