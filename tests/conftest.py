"""Fixtures of the whole suite; each room keeps its own under `tests/fixtures/`."""

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.media",
    "tests.fixtures.stations",
    "tests.fixtures.vaults",
]
