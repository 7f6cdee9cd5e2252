"""The `custody` command line, a module a group of commands. Prefect is imported only after the home is entered."""
