"""Forgetting one member: CPU seconds against a fit without them, and the largest difference between the two models."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bench.data import shared
from bench.measured import run_measured
from bench.page import Row, write_section
from matinee.recommend.changes import NumberedLog, find_change
from matinee.recommend.linear import LinearSettings
from matinee.recommend.live import Evidence, Live, compare_live, fit_live
from matinee.recommend.recipe import Recipe
from matinee.recommend.update import WHOLE_EVERY, find_difference, find_drift, fold_in, sample_drift
from matinee.tables.log import EVENTS

T = TypeVar("T")
Rows = NDArray[np.integer]

MEMBERS, TITLES, LENGTH = 100_000, 10_000, 77
REPEATS = 5


@dataclass
class Timed:
    """CPU seconds of the last call, by name."""

    seconds: dict[str, float]

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        started = time.process_time()
        result = work()
        self.seconds[name] = time.process_time() - started
        return result


def main() -> None:
    """Measure at both sizes, each in a process of its own with one BLAS thread."""
    with tempfile.TemporaryDirectory() as scratch:
        large = Path(scratch) / "events.npz"
        run_measured((sys.executable, "-m", "bench.fit", "make", str(large)))
        said = [_run("large", large), _run("ml-1m", shared() / "data" / "movielens-1m" / "ratings.parquet")]
    rows = [row for facts in said for row in _rows(facts)]
    write_section(
        "forget",
        f"Forgetting one member of about {LENGTH} titles, in process, one BLAS thread: medians of {REPEATS} members, "
        "forgotten one after the other. Settings: reg 300, dropout .5, members by the root of their length, audiences "
        "to the power .2; nine half-lives. A fit is a Gram and a solve in float64, popularity and the blend, on the "
        "log without them. All of `forget`'s work on the item model is to compare the logs, find the members, fold in "
        "and look for drift in a sample; to read the log, and the proof, which is such a fit, are not in it.",
        rows,
    )


def _run(name: str, file: Path) -> dict[str, float]:
    run = run_measured((sys.executable, "-m", "bench.forget", name, str(file)), threads=1)
    return {key: float(value) for key, value in (pair.split("=") for pair in run.output.split())}


def _rows(facts: dict[str, float]) -> list[Row]:
    size = f"{facts['members']:,.0f} members x {facts['titles']:,.0f} titles, {facts['events']:,.0f} events"
    parts = f"find the members {facts['difference']:.3f} + fold in {facts['fold']:.3f}"
    return [
        Row(f"{size}: a fit, CPU s", "", f"{facts['fit']:.2f}"),
        Row(f"{size}: an update, CPU s", "", f"{facts['update']:.3f} ({parts})"),
        Row(
            f"{size}: a fit / an update",
            ">= 50" if facts["titles"] == TITLES else "",
            f"{facts['fit'] / facts['update']:.0f}",
        ),
        Row(f"{size}: largest difference after {REPEATS}", "<= 1e-6", f"{facts['worst']:.1e}"),
        Row(f"{size}: beside it, once a run: compare the logs, CPU s", "", f"{facts['compare']:.2f}"),
        Row(f"{size}: beside it, once a run: look for drift in a sample, CPU s", "", f"{facts['sample']:.2f}"),
        Row(f"{size}: every {WHOLE_EVERY} updates instead: in whole columns, CPU s", "", f"{facts['drift']:.2f}"),
        Row(
            f"{size}: the whole of `forget`'s work on the item model: a fit / all of it",
            "",
            f"{facts['fit'] / facts['all']:.0f} ({facts['all']:.2f} CPU s)",
        ),
    ]


def measure(events: pl.DataFrame, members: int, titles: int) -> None:
    """Fit, forget some members one by one, fit again, compare; print what it took."""
    recipe = Recipe(linear=LinearSettings(reg=300.0, dropout=0.5, length_power=0.5, audience_power=0.2), taste=1.0)
    member_ids, title_ids = (pl.Series([f"{row:07d}" for row in range(n)]) for n in (members, titles))
    countries = pl.Series(["FR"] * members)

    def evidence(log: pl.DataFrame) -> Evidence:
        return Evidence(log, titles, csr_array(np.zeros((titles, 1), np.float32)), np.zeros(members, dtype=np.int64), 1)

    def forget(live: Live, log: pl.DataFrame, member: int, timed: Timed) -> tuple[Live, pl.DataFrame]:
        left = log.filter(pl.col("member_row") != member)
        logs = [NumberedLog(each, member_ids, title_ids, countries) for each in (log, left)]
        change = timed("compare", lambda: find_change(*logs))
        difference = timed("difference", lambda: find_difference(change, titles, recipe.linear, reference=now))
        live = timed(
            "fold",
            lambda: fold_in(
                live, change, difference, evidence(left), recipe,
                country_places=np.array([0]), has_same_features=True,
            ),
        )  # fmt: skip
        timed("sample", lambda: sample_drift(live, evidence(left), recipe.linear, rng=np.random.default_rng(0)))
        timed("drift", lambda: find_drift(live, evidence(left), recipe.linear, rng=np.random.default_rng(0)))
        return live, left

    warm = events.filter(pl.col("member_row") < 50)
    now = int(events["at"].to_numpy().max())
    forget(fit_live(evidence(warm), recipe), warm, 1, Timed({}))  # compiles
    lengths = events.group_by("member_row").len().sort("member_row")
    near = lengths.filter(pl.col("len").is_between(LENGTH - 2, LENGTH + 2))["member_row"]
    chosen = np.random.default_rng(1).choice(near.to_numpy(), REPEATS, replace=False)
    live, log, taken = fit_live(evidence(events), recipe), events, []
    for member in chosen.tolist():
        timed = Timed({})
        live, log = forget(live, log, member, timed)
        update = timed.seconds["difference"] + timed.seconds["fold"]
        everything = timed.seconds["compare"] + update + timed.seconds["sample"]
        taken.append(timed.seconds | {"update": update, "all": everything})
    timed = Timed({})
    refit = timed("fit", lambda: fit_live(evidence(log), recipe, reference=now))
    facts = {name: statistics.median(seconds[name] for seconds in taken) for name in taken[0]} | timed.seconds
    facts |= {"members": members, "titles": titles, "events": events.height}
    facts["worst"] = max(compare_live(live, refit).values())
    print(*(f"{name}={value}" for name, value in facts.items()))


def read_large(file: Path) -> pl.DataFrame:
    """Give the events of `bench.fit` times over two years."""
    with np.load(file) as arrays:
        indptr, title_rows = arrays["indptr"], arrays["indices"]
    at = 1_700_000_000 + np.random.default_rng(2).integers(0, 2 * 365 * 86_400, len(title_rows))
    return _as_events(np.repeat(np.arange(MEMBERS), np.diff(indptr)), title_rows, at)


def read_movielens(file: Path) -> pl.DataFrame:
    """Read the positives of MovieLens 1M."""
    ratings = pl.read_parquet(file).filter(pl.col("rating") >= 4)
    members, titles = (ratings[name].rank("dense").to_numpy() - 1 for name in ("user_id", "movie_id"))
    return _as_events(members, titles, ratings["timestamp"].to_numpy())


def _as_events(member_rows: Rows, title_rows: Rows, at: Rows) -> pl.DataFrame:
    frame = pl.DataFrame({"member_row": member_rows, "title_row": title_rows, "at": at, "weight": 1.0})
    return frame.cast(EVENTS).sort("at", "member_row", "title_row")


if __name__ == "__main__":
    log = (read_large if sys.argv[1] == "large" else read_movielens)(Path(sys.argv[2]))
    sizes = (MEMBERS, TITLES) if sys.argv[1] == "large" else (log["member_row"].n_unique(), log["title_row"].n_unique())
    measure(log, *sizes)
