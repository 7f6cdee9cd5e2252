"""Measurements against peers, interleaved and as whole processes: `make bench` writes docs/reference/benchmarks.md."""
