"""Measurements: `python -m tests.benchmarks [NAME…]`. What each figure means is in docs/benchmarks.md."""
