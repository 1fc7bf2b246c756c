"""Serving: the best 100 for everybody and one request at 10,000 titles, dense and truncated; what truncating loses."""

import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from bench.data import shared
from bench.fit import MEMBERS, TITLES, make
from bench.measured import run_measured
from bench.page import Row, write_section
from matinee.flows.tuning import learn_recipe
from matinee.measure.compare import compare_paired
from matinee.measure.ranking import ndcg_at
from matinee.measure.split_files import split_from_parts
from matinee.measure.splits import split_inner
from matinee.recommend.blend import DenseBlend
from matinee.recommend.exam import lay_out
from matinee.recommend.linear import LinearSettings, fit_linear
from matinee.recommend.recipe import fit_recipe
from matinee.recommend.topk import rank_histories
from matinee.recommend.truncate import KEEP, Truncated, truncate_blend

WATCHED, REQUESTS, REPEATS = 78, 2_000, 3
KEEPS = (200, KEEP, 500)


def main() -> None:
    """Make events and a model in one process, serve in another, then measure the loss on MovieLens 1M."""
    with tempfile.TemporaryDirectory() as scratch:
        run_measured((sys.executable, "-m", "bench.serve", "make", scratch), threads=2)
        serving = json.loads(run_measured((sys.executable, "-m", "bench.serve", "serve", scratch), threads=1).output)
    losses = [_measure_loss(name) for name in ("members", "time")]
    write_section(
        "serve",
        f"{TITLES:,} titles, the {MEMBERS:,} members of the bench fit, who watched {serving['watched']:.0f} titles on "
        f"the average (median {serving['median']:.0f}); item weights fitted to them; one thread, medians of {REPEATS}. "
        f"Requests: {REQUESTS:,} histories of {WATCHED} titles, the model in memory. Loss: the live model of "
        "MovieLens 1M, test parts of the published splits, settings from inner splits.",
        [row for form in ("dense", *map(_name, KEEPS)) for row in _rows(form, serving[form])],
        "\n\n".join(losses),
    )


def _name(keep: int) -> str:
    return f"truncated to {keep}"


def _rows(form: str, facts: dict[str, Any]) -> list[Row]:
    goal = ">= 10,000" if form == "dense" else ">= 25,000"
    return [
        Row(f"{form}: top 100, members per CPU s", goal, f"{facts['members']:,.0f}"),
        Row(
            f"{form}: one request to top 20, ms",
            "p50 <= .15, p99 <= 2",
            f"p50 {facts['p50']:.3f}, p99 {facts['p99']:.3f}",
        ),
    ]


def make_model(folder: Path) -> None:
    """Save events and the weights fitted to them."""
    make(folder / "events.npz")
    np.save(folder / "weights.npy", fit_linear(_read_histories(folder), LinearSettings(reg=300.0)).weights)


def serve(folder: Path) -> None:
    """Rank for everybody and for single requests, and print what it took."""
    X, rng = _read_histories(folder), np.random.default_rng(1)
    weights, known = np.load(folder / "weights.npy"), np.ones(TITLES, np.bool_)
    shelf = (0.3 * rng.standard_normal(TITLES)).astype(np.float32)
    dense = DenseBlend(weights, weights.mean(axis=1), known, shelf, 0.8)
    requests = _draw_requests(X, rng)
    lengths = np.diff(X.indptr)
    facts: dict[str, Any] = {"watched": float(lengths.mean()), "median": float(np.median(lengths))}
    forms = {"dense": dense} | {_name(keep): truncate_blend(dense, keep) for keep in KEEPS}
    facts |= {name: _time_form(model, X, requests) for name, model in forms.items()}
    print(json.dumps(facts))


def _read_histories(folder: Path) -> csr_array:
    with np.load(folder / "events.npz") as arrays:
        indptr, indices = arrays["indptr"], arrays["indices"]
    return csr_array((np.ones(len(indices), np.float32), indices, indptr), shape=(MEMBERS, TITLES))


def _draw_requests(X: csr_array, rng: np.random.Generator) -> list[csr_array]:
    """Draw members with at least `WATCHED` titles, and as many of their titles."""
    members = rng.choice(np.flatnonzero(np.diff(X.indptr) >= WATCHED), REQUESTS)
    rows = [np.sort(rng.choice(X.indices[X.indptr[u] : X.indptr[u + 1]], WATCHED, replace=False)) for u in members]
    ones = np.ones(WATCHED, np.float32)
    return [csr_array((ones, row, np.array([0, WATCHED])), shape=(1, TITLES)) for row in rows]


def _time_form(model: DenseBlend | Truncated, X: csr_array, requests: list[csr_array]) -> dict[str, float]:
    rank_histories(model, X[:2_000], 100, seen=X[:2_000])  # compiles
    spent = [_time(time.process_time, lambda: rank_histories(model, X, 100, seen=X)) for _ in range(REPEATS)]
    for request in requests[:50]:
        rank_histories(model, request, 20, seen=request)
    gc.collect()
    wall = []
    for request in requests:
        started = time.perf_counter()
        rank_histories(model, request, 20, seen=request)
        wall.append(1e3 * (time.perf_counter() - started))
    p50, p99 = np.percentile(wall, [50, 99]).tolist()
    return {"members": X.shape[0] / statistics.median(spent), "p50": p50, "p99": p99}


def _time(clock: Callable[[], float], work: Callable[[], object]) -> float:
    started = clock()
    work()
    return clock() - started


def _measure_loss(name: str) -> str:
    """Compare NDCG@100 of the truncated model with the dense one's on a published split."""
    rng, file = np.random.default_rng(0), shared() / "data" / "movielens-1m" / "splits" / f"{name}.parquet"
    given = split_from_parts(pl.read_parquet(file), where=str(file))
    split, titles = given.split, len(given.title_ids)
    recipe = learn_recipe(split_inner(split, rng=rng), titles, None, rng=rng)
    blend, exam = fit_recipe(split.train, titles, recipe, now=split.now), lay_out(split, titles)
    histories = exam.histories(weighted=recipe.is_weighted)

    if not isinstance(blend, DenseBlend):
        raise TypeError(f"{name} has too many titles for dense item weights")

    def judge(model: DenseBlend | Truncated) -> np.ndarray[Any, np.dtype[np.float64]]:
        top = rank_histories(model, histories, 100, seen=exam.seen, allowed=exam.allowed).titles
        return ndcg_at(100, top, exam.relevant)

    whole = judge(blend)
    lines = [f"| {name}, {titles:,} titles: NDCG@100 | minus dense | 95% interval |", "|---|---|---|"]
    lines.append(f"| dense {whole.mean():.4f} | | |")
    for keep in KEEPS:
        part = judge(truncate_blend(blend, keep))
        versus = compare_paired(part, whole, rng=rng)
        interval = f"[{versus.low:+.4f}, {versus.high:+.4f}]"
        lines.append(f"| {_name(keep)} {part.mean():.4f} | {versus.difference:+.4f} | {interval} |")
    return "\n".join(lines)


if __name__ == "__main__":
    {"make": make_model, "serve": serve}[sys.argv[1]](Path(sys.argv[2]))
