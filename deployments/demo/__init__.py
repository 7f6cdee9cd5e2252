"""The demo: a small invented city, one recorder's day, taken in before your eyes (`make demo`)."""
