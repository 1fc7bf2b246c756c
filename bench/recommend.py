"""Our models and our peers side by side: quality on the published splits, CPU seconds, memory, lists, requests."""

from __future__ import annotations

import statistics
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bench.cases import DEPTH, FILES, Problem, draw_large_case, judge_lists, lay_out_case, load_problem
from bench.envs import PEERS, NotInstalled
from bench.peers.job import Case, save_case
from bench.recommend_page import write_page
from bench.tasks import Task, forget_kept, pin_to_one_core, run_task
from bench.tune import Settings, read_chosen
from matinee.flows.tuning import learn_recipe
from matinee.measure.splits import split_inner

REPEATS = 3
LONG = 60.0
"""CPU seconds of a fit beyond which it is measured once."""


@dataclass
class Measured:
    """What one model gave.

    Attributes:
        peer: whose it is.
        model: its name there.
        settings: what it was fitted with.
        runs: times and memory of each repeat, as `bench.peers.job.serve` tells them.
        metrics: each metric of each test member; empty where no lists were wanted.
        coverage: share of the titles in anybody's first 20 places.
    """

    peer: str
    model: str
    settings: Settings
    runs: list[dict[str, float]] = field(default_factory=list)
    metrics: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    coverage: float = float("nan")

    @property
    def name(self) -> str:
        """Name it as the page does."""
        return f"{self.peer} {self.model}"

    def median(self, what: str) -> float:
        """Take the median over the repeats; NaN where it was not measured."""
        return statistics.median(run.get(what, float("nan")) for run in self.runs)


@dataclass(frozen=True)
class Trial:
    """A case on disk with the models to be measured on it; without a problem, there is nothing to be found."""

    file: Path
    entries: list[Measured]
    problem: Problem | None
    kept: NDArray[np.integer]


def main() -> None:
    """Measure everything, three times over in turn, and write the section and its chart."""
    pin_to_one_core()
    with tempfile.TemporaryDirectory() as scratch:
        trials = {**dict(_lay_out_trials(Path(scratch))), "large": _lay_out_large(Path(scratch))}
        missing: dict[str, str] = {}
        for repeat in range(REPEATS):
            for name, trial in trials.items():
                print(f"bench: round {repeat + 1} of {REPEATS}, {name}", file=sys.stderr, flush=True)
                for entry in trial.entries:
                    _measure(entry, trial, repeat, missing)
    tables = {name: [entry for entry in trial.entries if entry.runs] for name, trial in trials.items()}
    write_page(tables, missing, rounds=REPEATS)
    forget_kept()


def _lay_out_trials(folder: Path) -> Iterator[tuple[str, Trial]]:
    """Lay out each protocol with the models at their best settings; by time, also factors of one size."""
    chosen = read_chosen()
    for protocol in FILES:
        print(f"bench: learning our recipe, {protocol}", file=sys.stderr, flush=True)
        problem = load_problem(protocol)
        case, kept = lay_out_case(problem)
        ours = Measured("matinee", "live", learn_ours(problem))
        entries = [ours, *_list_entries(chosen[protocol])]
        yield protocol, Trial(_save(case, folder / f"{protocol}.npz"), entries, problem, kept)
        if protocol == "time":
            alike = _list_entries(_read_speed()["factors"])
            yield "factors", Trial(_save(case, folder / "factors.npz"), alike, problem, kept)


def _lay_out_large(folder: Path) -> Trial:
    entries = _list_entries(_read_speed()["large"])
    return Trial(_save(draw_large_case(folder), folder / "large.npz"), entries, None, np.empty(0, np.int64))


def _read_speed() -> dict[str, Any]:
    return tomllib.loads((PEERS / "speed.toml").read_text())


def _list_entries(peers: dict[str, dict[str, Settings]]) -> list[Measured]:
    return [Measured(peer, model, settings) for peer, models in peers.items() for model, settings in models.items()]


def _save(case: Case, file: Path) -> Path:
    save_case(case, file)
    return file


def learn_ours(problem: Problem) -> Settings:
    """Learn the recipe of the live model on the inner split, as `train` does."""
    rng = np.random.default_rng(0)
    inner = split_inner(problem.split, rng=rng)
    features: csr_array | None = problem.features if problem.features.nnz else None
    return asdict(learn_recipe(inner, problem.titles, features, rng=rng))


def _measure(entry: Measured, trial: Trial, repeat: int, missing: dict[str, str]) -> None:
    """Add a run to an entry; lists are made and judged the first time alone, for they come out the same."""
    is_long = bool(entry.runs) and entry.runs[0]["fit_cpu_s"] > LONG
    if entry.peer in missing or is_long:
        return
    depth = DEPTH if trial.problem and repeat == 0 else 0
    task = Task(entry.peer, entry.model, [entry.settings], depth=depth, speed=trial.problem is None)
    try:
        done = run_task(task, trial.file, repeat=repeat)
    except NotInstalled as reason:
        missing[entry.peer] = str(reason)
        return
    entry.runs.append(done.results[0])
    if trial.problem and done.lists:
        entry.metrics, entry.coverage = judge_lists(trial.problem, trial.kept, done.lists[0])
