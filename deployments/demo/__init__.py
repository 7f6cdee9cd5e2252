"""The demonstration: a small invented city and what its recorders hold."""
