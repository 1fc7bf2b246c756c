"""Measured runs: each prints its numbers beside its goals and writes its section of docs/benchmarks.md."""
