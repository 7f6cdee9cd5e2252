"""The schema's history, one file a version, run by `Registry.migrate` on SQLite and PostgreSQL alike."""
