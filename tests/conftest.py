"""Fixtures of the whole suite; each room keeps its own under `tests/fixtures/`."""

import os

# Prefect reads its settings when it is imported, which the plugins below do.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")

pytest_plugins = [
    "tests.fixtures.custody",
    "tests.fixtures.databases",
    "tests.fixtures.desks",
    "tests.fixtures.duties",
    "tests.fixtures.access",
    "tests.fixtures.counter",
    "tests.fixtures.disposal",
    "tests.fixtures.mail",
    "tests.fixtures.media",
    "tests.fixtures.properties",
    "tests.fixtures.s3",
    "tests.fixtures.stations",
    "tests.fixtures.typed",
    "tests.fixtures.vaults",
    "tests.fixtures.walking",
    "tests.fixtures.watches",
]
