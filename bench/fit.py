"""Fitting the linear model at 100,000 members x 10,000 titles x 7.7 million events: CPU seconds and peak memory."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.measured import run_measured
from bench.page import Row, write_section

MEMBERS, TITLES, EVENTS = 100_000, 10_000, 7_700_000
REPEATS = 3


def main() -> None:
    """Make the events in one process, then fit in others, so that only the fit is measured."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "events.npz"
        run_measured((sys.executable, "-m", "bench.fit", "make", str(file)))
        runs = [run_measured((sys.executable, "-m", "bench.fit", "fit", str(file)), threads=1) for _ in range(REPEATS)]
    parts = [dict(pair.split("=") for pair in run.output.split()) for run in runs]
    medians = {name: statistics.median(float(part[name]) for part in parts) for name in parts[0]}
    split = f"Gram {medians['gram']:.1f} + solve {medians['fit'] - medians['gram']:.1f}"
    write_section(
        "fit",
        f"EASE at {MEMBERS:,} members x {TITLES:,} titles, {medians['events']:,.0f} events, one BLAS thread, "
        f"medians of {REPEATS}. Events: lengths log-normal, titles by a power law.",
        [
            Row("fit, CPU s", "<= 20", f"{medians['fit']:.1f} ({split})"),
            Row("peak memory of the process, GB", "<= 1.2", f"{max(run.peak_gb for run in runs):.2f}"),
        ],
    )


def make(file: Path) -> None:
    """Draw events and save them as the arrays of a CSR matrix."""
    rng = np.random.default_rng(0)
    lengths = rng.lognormal(3.9, 1.0, MEMBERS)
    lengths = np.clip(lengths * EVENTS * 1.16 / lengths.sum(), 2, 2_000).astype(np.int64)
    popularity = np.cumsum(1 / np.arange(1, TITLES + 1) ** 0.8)
    members = np.repeat(np.arange(MEMBERS), lengths)
    titles = np.searchsorted(popularity, rng.random(len(members)) * popularity[-1])
    keys = np.unique(members * TITLES + rng.permutation(TITLES)[titles])
    indptr = np.searchsorted(keys, np.arange(MEMBERS + 1) * TITLES)
    np.savez(file, indptr=indptr.astype(np.int32), indices=(keys % TITLES).astype(np.int32))


def fit(file: Path) -> None:
    """Fit once and print what it took."""
    from scipy.sparse import csr_array

    from matinee.recommend.gram import compute_gram
    from matinee.recommend.linear import LinearSettings, fit_linear

    with np.load(file) as arrays:
        indptr, indices = arrays["indptr"], arrays["indices"]
    X = csr_array((np.ones(len(indices), np.float32), indices, indptr), shape=(MEMBERS, TITLES))
    compute_gram(X[:10])  # compiles
    started = time.process_time()
    compute_gram(X)
    gram = time.process_time() - started
    started = time.process_time()
    fit_linear(X, LinearSettings(reg=300.0))
    print(f"events={X.nnz} gram={gram} fit={time.process_time() - started}")


if __name__ == "__main__":
    {"make": make, "fit": fit}[sys.argv[1]](Path(sys.argv[2]))
