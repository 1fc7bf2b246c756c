"""Quality on MovieLens 1M under the published splits, through the command line as a user would."""

import json
import tempfile
from pathlib import Path
from typing import Any

from bench.data import shared
from bench.measured import matinee
from bench.page import Row, write_section

GOALS = {
    "time": {"ndcg@100": 0.24, "recall@20": 0.207},
    "members": {"ndcg@100": 0.428, "recall@20": 0.359, "recall@50": 0.485},
    "cold": {"recall@20": 0.276, "ndcg@100": 0.363},
    "next, validation": {"ndcg@10": 0.175},
    "next": {"ndcg@10": 0.175},
}
CHECKS = {"popular": {"recall@20": 0.1725, "ndcg@10": 0.1775, "ndcg@100": 0.2019},
          "ease-1000": {"recall@20": 0.1898, "ndcg@10": 0.1853, "ndcg@100": 0.2268}}  # fmt: skip
SPLITS = {
    "time": ("time.parquet",),
    "members": ("members.parquet",),
    "cold": ("cold_titles.csv",),
    "next, validation": ("next-title", "--part", "validation"),
    "next": ("next-title",),
}


def main() -> None:
    """Import MovieLens 1M, evaluate under each published split, and write the sections."""
    source = shared() / "data" / "movielens-1m"
    with tempfile.TemporaryDirectory() as scratch:
        service = Path(scratch) / "service"
        matinee("init", service)
        matinee("import", "movielens", source, "--service", service)
        rows, extra = [], []
        for protocol, (file, *part) in SPLITS.items():
            split: list[str | Path] = ["--protocol", source / "splits" / file, *part]
            run = matinee("evaluate", *split, "--min-rating", "4", "--json", "--service", service)
            result = json.loads(run.output)
            rows += _rows(protocol, result)
            extra.append(_table(protocol, result, run.cpu_s))
    write_section(
        "quality", "MovieLens 1M, published splits; settings learned on inner splits.", rows, "\n\n".join(extra)
    )


def _rows(protocol: str, result: dict[str, Any]) -> list[Row]:
    models, live = result["models"], result["live"]
    rows = []
    if protocol == "time":
        for name, checks in CHECKS.items():
            got = ", ".join(f"{metric} {models[name][metric]:.4f}" for metric in checks)
            rows.append(Row(f"time, check: {name}", ", ".join(f"{v:.4f}" for v in checks.values()) + " ± .001", got))
    for metric, goal in GOALS.get(protocol, {}).items():
        value = f"{models[live][metric]:.4f} (se {models[live]['se'][metric]:.4f})"
        rows.append(Row(f"{protocol}, live ({live}): {metric}", f">= {goal:.3f}", value))
    if protocol == "next, validation":
        rows.append(
            Row(f"{protocol}, live ({live}): CPU s of its weights and fit", "<= 30", f"{models[live]['fit_cpu_s']:.1f}")
        )
    return rows


def _table(protocol: str, result: dict[str, Any], cpu_s: float) -> str:
    metrics = ("recall@20", "recall@50", "ndcg@10", "ndcg@100", "coverage@20", "fit_cpu_s")
    lines = [
        f"| {name} | "
        + " | ".join(f"{facts[metric]:.4f}" for metric in metrics[:-1])
        + f" | {facts['fit_cpu_s']:.1f} |"
        for name, facts in result["models"].items()
    ]
    head = f"| {protocol} | " + " | ".join(metrics) + " |\n|" + "---|" * (len(metrics) + 1)
    return "\n".join([head, *lines, "", f"Whole evaluation, tuning included: {cpu_s:.0f} CPU s."])
