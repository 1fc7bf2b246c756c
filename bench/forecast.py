"""Forecasts of audiences before release: the backtest on real reports and charts, and how long 200 candidates take."""

import json
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from bench.data import shared
from bench.measured import matinee, run_measured
from bench.page import Row, write_section
from matinee.flows.forecasting import forecast_candidates, learn
from matinee.store.service import open_service
from matinee.tables.schemas import TABLES

CANDIDATES = 200
TODAY = date(2025, 7, 1)
KEYS = ("rmse", "spearman", "p@10", "coverage", "width")


def main() -> None:
    """Import what Netflix published into a fresh service, backtest both sources, and time forecasts in a child."""
    with tempfile.TemporaryDirectory() as scratch:
        service = Path(scratch) / "service"
        matinee("init", service)
        for path in sorted((shared() / "data" / "netflix-engagement").glob("*.xlsx")):
            matinee("import", "netflix-report", path, "--service", service)
        chart = shared() / "data" / "netflix-top10" / "all-weeks-global.tsv"
        matinee("import", "netflix-top10", chart, "--service", service)
        runs = {name: matinee("backtest", "--source", name, "--service", service, "--json", threads=1)
                for name in ("report", "chart")}  # fmt: skip
        took = json.loads(run_measured((sys.executable, "-m", "bench.forecast", str(service)), threads=1).output)
    told = {name: json.loads(run.output) for name, run in runs.items()}
    rows = [*_of_reports(told["report"]), *_of_chart(told["chart"])]
    rows += [
        Row(f"{CANDIDATES} candidates after training: s", "<= 10", f"{took['wall']:.1f} ({took['cpu']:.1f} CPU s)"),
        Row("training: CPU s", "", f"{took['train_cpu']:.1f}"),
        Row("backtest of all reports, every model: CPU s", "", f"{runs['report'].cpu_s:.0f}"),
    ]
    about = (
        "Titles that came out within the period, log10 hours; learned from what had ended before it. "
        "`stack` is what `matinee forecast` serves; intervals are of 80%."
    )
    write_section("forecast", about, rows, "\n\n".join(_table(name, each) for name, each in told.items()))


def _live(told: Mapping[str, Any], listings: str) -> dict[str, dict[str, float]]:
    chosen = (each for each in told["origins"] if each["listings"] == listings)
    return {each["test"]: each["models"][told["live"]] for each in chosen}


def _of_reports(told: Mapping[str, Any]) -> list[Row]:
    without, everything = _live(told, "without-live"), _live(told, "all")
    tested = [without["2024H1"], without["2024H2"]]
    rmse, spearman = (sum(each[key] for each in tested) / len(tested) for key in ("rmse", "spearman"))
    covered = ", ".join(f"{name} {each['coverage']:.3f}" for name, each in everything.items())
    widest = max(each["width"] for each in everything.values())
    return [
        Row("reports, without live, mean of 2024H1 and 2024H2: RMSE", "<= .47 (baseline .507)", f"{rmse:.3f}"),
        Row("the same: Spearman", ">= .72 (baseline .671)", f"{spearman:.3f}"),
        Row("reports, live included: coverage", ".77 to .83", covered),
        Row("the same: widest mean width", "<= 1.35", f"{widest:.2f}"),
    ]


def _of_chart(told: Mapping[str, Any]) -> list[Row]:
    *_, last = _live(told, "without-live").values()
    return [
        Row("Top 10, 28 days, last year: RMSE", "<= .43 (baseline .460)", f"{last['rmse']:.3f}"),
        Row("the same: Spearman", ">= .66 (baseline .607)", f"{last['spearman']:.3f}"),
    ]


def _table(source: str, told: Mapping[str, Any]) -> str:
    lines = [f"| {source} | listings | n | model | {' | '.join(KEYS)} |", "|---|---|---|---|---|---|---|---|---|"]
    for each in told["origins"]:
        for model, scores in each["models"].items():
            cells = " | ".join("" if scores[key] is None else f"{scores[key]:.3f}" for key in KEYS)
            lines.append(f"| {each['test']} | {each['listings']} | {each['n']} | {model} | {cells} |")
    return "\n".join(lines)


def time_forecasts(folder: Path) -> dict[str, float]:
    """Train on a service, then forecast so many candidates: seconds."""
    started = time.process_time()
    learned = learn(open_service(folder), today=TODAY)
    trained = time.process_time()
    names = [f"The {word} of Number {place}" for place, word in enumerate(["House", "Return", "Night", "Last"] * 50)]
    kinds = ["film", "series"] * (CANDIDATES // 2)
    frame = pl.DataFrame({"candidate_id": names, "name": names, "kind": kinds, "runtime_minutes": [100.0] * CANDIDATES})
    candidates = pl.concat([TABLES["candidates"].create_empty(), frame], how="diagonal_relaxed")
    wall, cpu = time.perf_counter(), time.process_time()
    forecast_candidates(learned, candidates, today=TODAY)
    told = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return told | {"train_cpu": trained - started}


if __name__ == "__main__":
    print(json.dumps(time_forecasts(Path(sys.argv[1]))))
