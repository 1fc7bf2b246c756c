"""Fitting and saving the live model at 1,000,000 members x 20,000 titles x 50 million events: peak memory."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from bench.measured import run_measured
from bench.page import Row, write_section

MEMBERS, TITLES, EVENTS = 1_000_000, 20_000, 50_000_000
COLD = 0.05
"""Share of titles without events, whose weights are filled from metadata."""
NOW = 1_700_000_000


def main() -> None:
    """Make the events in one process, then fit in another, so that only the fit is measured."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "events.parquet"
        sizes = (str(MEMBERS), str(TITLES), str(EVENTS))
        run_measured((sys.executable, "-m", "bench.memory", "make", str(file), *sizes))
        run = run_measured((sys.executable, "-m", "bench.memory", "fit", str(file), *sizes), threads=2)
    write_section(
        "memory",
        f"Events in memory, weights of members by recency, cold titles ({COLD:.0%}) from metadata, popularity, saving: "
        f"{MEMBERS:,} members x {TITLES:,} titles, {int(run.output):,} events, two BLAS threads.",
        [
            Row("peak memory of the process, GB", "<= 6", f"{run.peak_gb:.2f}"),
            Row("fit and save, CPU s; wall s", "", f"{run.cpu_s:.0f}; {run.wall_s:.0f}"),
        ],
    )


def make(file: Path, members: int, titles: int, events: int) -> None:
    """Draw events, lengths log-normal and titles by a power law, and save them in order of time."""
    rng = np.random.default_rng(0)
    lengths = rng.lognormal(0.0, 1.0, members)
    lengths = np.clip(lengths * events * 1.14 / lengths.sum(), 2, 2_000).astype(np.int64)
    known = rng.permutation(titles)[: int(titles * (1 - COLD))]
    popularity = np.cumsum(1 / np.arange(1, len(known) + 1) ** 0.8)
    rows = np.searchsorted(popularity, rng.random(lengths.sum()) * popularity[-1])
    keys = np.unique(np.repeat(np.arange(members), lengths) * titles + known[rows])
    frame = pl.DataFrame({
        "member_row": (keys // titles).astype(np.uint32),
        "title_row": (keys % titles).astype(np.uint32),
        "at": rng.integers(NOW - 100_000_000, NOW, len(keys)),
        "weight": np.ones(len(keys), np.float32),
    })
    frame.sort("at").write_parquet(file)


def fit(file: Path, members: int, titles: int) -> None:
    """Fit and save once, and print how many events there were."""
    from matinee.recommend.linear import LinearSettings
    from matinee.recommend.live import Evidence, fit_live
    from matinee.recommend.model import dump_arrays
    from matinee.recommend.recipe import Recipe
    from matinee.store.models import save_model
    from matinee.store.service import create_service

    service = create_service(file.parent / "service")
    features = csr_array((np.random.default_rng(1).random((titles, 40)) < 0.1).astype(np.float32))
    recipe = Recipe(LinearSettings(reg=300.0, half_life=90.0), taste=0.5)
    events = pl.read_parquet(file)
    nowhere = np.full(members, -1)
    live = fit_live(Evidence(events, titles, features, nowhere, countries=0), recipe)
    save_model(service.path, dump_arrays(live.blend), {}, now=datetime.now(UTC))
    print(events.height)


if __name__ == "__main__":
    verb, path, sizes = sys.argv[1], Path(sys.argv[2]), [int(size) for size in sys.argv[3:]]
    if verb == "make":
        make(path, *sizes)
    else:
        fit(path, *sizes[:2])
