"""Writes answers.csv beside it: 120 made-up questions, three models, a router's score. The figures mean nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

draw = Random(7)  # noqa: S311
MODELS = {"small": (0.0003, 0.95), "middle": (0.0014, 0.6), "large": (0.006, 0.25)}

with Path(__file__).with_name("answers.csv").open("w", newline="", encoding="utf-8") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["id", *MODELS, *(f"{name}_usd" for name in MODELS), "router"])
    for number in range(1, 121):
        hard = draw.random()
        right = [int(draw.random() > hard * fails) for _, fails in MODELS.values()]
        usd = [f"{base * (0.6 + 0.8 * hard):.6f}" for base, _ in MODELS.values()]
        rows.writerow([number, *right, *usd, f"{min(1, max(0, draw.gauss(hard, 0.15))):.3f}"])
