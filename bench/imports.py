"""Importing 20 million views, CSV and Parquet, checks included: wall seconds and peak memory."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from bench.measured import matinee, run_measured
from bench.page import Row, write_section

VIEWS, MEMBERS, TITLES, DAYS = 20_000_000, 100_000, 10_000, 730
CHUNK = 1_000_000


def main() -> None:
    """Write the files, import each into a fresh service, and check the service."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        run_measured((sys.executable, "-m", "bench.imports", str(folder)))
        for kind in ("csv", "parquet"):
            service = folder / f"service-{kind}"
            matinee("init", service)
            run = matinee("import", "table", "views", folder / f"views.{kind}", "--service", service)
            rows += [
                Row(f"import, {kind}: wall s", "<= 90", f"{run.wall_s:.0f} ({run.cpu_s:.0f} CPU s)"),
                Row(f"import, {kind}: peak memory, GB", "<= 3", f"{run.peak_gb:.2f}"),
            ]
        again = matinee("import", "table", "views", folder / "views.parquet", "--service", service)
        checked = matinee("check", "--service", service)
        rows.append(Row("the same file again, changing nothing: wall s", "", f"{again.wall_s:.0f}"))
        rows.append(
            Row("`matinee check` of the whole service: wall s, GB", "", f"{checked.wall_s:.0f}, {checked.peak_gb:.2f}")
        )
    write_section("imports", f"{VIEWS:,} views of {MEMBERS:,} members and {TITLES:,} titles over {DAYS} days.", rows)


def make(folder: Path) -> None:
    """Write the same rows as CSV and as Parquet."""
    rng = np.random.default_rng(0)
    frames = [_draw(rng) for _ in range(VIEWS // CHUNK)]
    with (folder / "views.csv").open("wb") as file:
        for place, frame in enumerate(frames):
            frame.write_csv(file, include_header=place == 0, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    pl.concat(frames).write_parquet(folder / "views.parquet")


def _draw(rng: np.random.Generator) -> pl.DataFrame:
    title = (TITLES * rng.random(CHUNK) ** 2).astype(np.int64)
    at = 1_700_000_000 + rng.integers(0, DAYS * 86_400, CHUNK)
    return pl.DataFrame({
        "member_id": rng.integers(0, MEMBERS, CHUNK),
        "title_id": title,
        "started_at": at,
        "seconds": rng.integers(30, 9_000, CHUNK).astype(np.int32),
        "device": rng.integers(0, 3, CHUNK),
        "country": rng.integers(0, 3, CHUNK),
    }).select(
        pl.format("m{}", "member_id").alias("member_id"),
        pl.format("t{}", "title_id").alias("title_id"),
        pl.from_epoch("started_at").dt.replace_time_zone("UTC"),
        "seconds",
        pl.col("device").replace_strict({0: "tv", 1: "phone", 2: "web"}),
        pl.col("country").replace_strict({0: "FR", 1: "US", 2: "JP"}),
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]))
