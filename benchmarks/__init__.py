"""Ratios against named peers, measured side by side in one run on one machine: `python -m benchmarks [ROW...]`."""
