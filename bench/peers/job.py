"""What a peer's process is given, what it does with it, and what it hands back; nothing here knows a library.

A peer is three functions: `prepare` lays the case out as the library wants it (not timed), `fit` fits a model (timed),
`rank` makes lists for members (timed). It reads arrays and writes arrays; quality is measured by whoever asked. Needs
NumPy and SciPy alone.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

LONG_ENOUGH = 5.0
"""CPU seconds after which ranking and asking have been timed for long enough."""

BATCH = 500
"""Members ranked at once when everybody is ranked, by libraries that hold a score for each title of each of them."""


@dataclass(frozen=True)
class Case:
    """What to learn from and whom to rank for, as plain arrays.

    Attributes:
        train: float32 ones (members, titles).
        at: int64 (events,), unix seconds, in the order of `train.indices`.
        now: int64 (), unix seconds at which the forecast is made.
        asked: float32 ones (n, titles), what the members to rank for have watched.
        asked_rows: int64 (n,), their rows in `train`; -1 = training never saw them.
        candidates: int64, title rows that may be ranked, ascending.
        features: float32 (titles, features), metadata; without columns where none is given.
    """

    train: csr_matrix
    at: NDArray[np.int64]
    now: NDArray[np.int64]
    asked: csr_matrix
    asked_rows: NDArray[np.int64]
    candidates: NDArray[np.int64]
    features: csr_matrix

    @property
    def is_known(self) -> bool:
        """Whether training saw the members to rank for."""
        return bool((self.asked_rows >= 0).all())

    def take(self, rows: NDArray[np.integer] | slice) -> Case:
        """Ask for some of the members alone."""
        return replace(self, asked=self.asked[rows], asked_rows=self.asked_rows[rows])


Rank = Callable[[Any, Case, int], NDArray[np.integer]]
"""(model, case, k) -> int (n, k), title rows that were not watched, best first; -1 = none left."""


def save_case(case: Case, file: Path) -> None:
    """Write a case as one .npz; a matrix becomes its four arrays."""
    arrays: dict[str, Any] = {}
    for field in fields(case):
        value = getattr(case, field.name)
        if isinstance(value, csr_matrix):
            parts = {"data": value.data, "indices": value.indices, "indptr": value.indptr, "shape": value.shape}
            arrays |= {f"{field.name}.{part}": array for part, array in parts.items()}
        else:
            arrays[field.name] = value
    np.savez(file, **arrays)


def load_case(file: Path) -> Case:
    """Read what `save_case` wrote."""
    with np.load(file) as arrays:
        values = {}
        for field in fields(Case):
            if field.name in arrays:
                values[field.name] = arrays[field.name]
            else:
                data, indices, indptr, shape = (
                    arrays[f"{field.name}.{part}"] for part in ("data", "indices", "indptr", "shape")
                )
                values[field.name] = csr_matrix((data, indices, indptr), shape=tuple(shape))
    return Case(**values)


def best_rows(scores: NDArray[np.floating], asked: csr_matrix, k: int) -> NDArray[np.integer]:
    """Rank by scores (n, titles), for libraries that give scores but no lists; what was watched is left out."""
    scores = np.array(scores)
    scores[asked.nonzero()] = -np.inf
    best = np.argpartition(-scores, k, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def serve(
    prepare: Callable[[Case], Any],
    fit: Callable[[Any, str, dict[str, Any]], Any],
    rank: Rank,
    *,
    folds_in: bool = True,
    batch: int = BATCH,
) -> None:
    """Do the task named on the command line, CASE.npz FOLDER: read FOLDER/task.json, write results.json and lists.npz.

    Args:
        prepare: lays the case out as the library wants it.
        fit: (data, name of the model, settings) -> model.
        rank: makes the lists.
        folds_in: whether the library serves members whom training never saw.
        batch: members ranked at once when everybody is ranked.
    """
    case, folder = load_case(Path(sys.argv[1])), Path(sys.argv[2])
    task = json.loads((folder / "task.json").read_text())
    data = prepare(case)
    results, lists = [], {}
    for place, settings in enumerate(task["settings"]):
        started = time.process_time(), time.perf_counter()
        model = fit(data, task["model"], settings)
        spent = {"fit_cpu_s": time.process_time() - started[0], "fit_wall_s": time.perf_counter() - started[1]}
        spent["peak_gb"] = peak_gb()
        if task["depth"]:
            lists[str(place)] = rank(model, case, task["depth"])
        if task["speed"]:
            spent |= time_everybody(rank, model, case, batch) | time_requests(rank, model, case, folds_in=folds_in)
        results.append(spent)
    np.savez(folder / "lists.npz", **lists)  # type: ignore[arg-type]
    (folder / "results.json").write_text(json.dumps(results))


def peak_gb() -> float:
    """Measure the largest resident memory of this process so far, GB (1e9 bytes)."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, whose getrusage counts the process that started this one too
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())[0]) * 1024 / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def time_everybody(rank: Rank, model: Any, case: Case, batch: int) -> dict[str, float]:
    """Rank 100 titles for batch after batch of members, and count members per CPU second."""
    rank(model, case.take(slice(0, batch)), 100)  # memory that is touched for the first time is no part of ranking
    spent, done = 0.0, 0
    for start in range(0, case.asked.shape[0], batch):
        part = case.take(slice(start, start + batch))
        started = time.process_time()
        rank(model, part, 100)
        spent, done = spent + time.process_time() - started, done + part.asked.shape[0]
        if spent > LONG_ENOUGH:
            break
    return {"members_per_cpu_s": done / spent}


def time_requests(rank: Rank, model: Any, case: Case, *, folds_in: bool) -> dict[str, float]:
    """Rank 20 titles for one member after the other, told to the library as known and as new; wall ms."""
    told = {"known": case, "new": replace(case, asked_rows=np.full_like(case.asked_rows, -1))}
    if not folds_in:
        del told["new"]
    times: dict[str, float] = {}
    for name, asking in told.items():
        walls = _time_each(rank, model, asking)
        times |= {f"{name}_p50_ms": float(np.median(walls)), f"{name}_p99_ms": float(np.percentile(walls, 99))}
    return times


def _time_each(rank: Rank, model: Any, case: Case, length: int = 78) -> list[float]:
    """Time single requests of members with a history of `length`."""
    rows = np.flatnonzero(np.diff(case.asked.indptr) == length)
    asking = [case.take(slice(row, row + 1)) for row in rows]
    for one in asking[:2]:
        rank(model, one, 20)
    walls: list[float] = []
    for one in asking:
        started = time.perf_counter()
        rank(model, one, 20)
        walls.append(1e3 * (time.perf_counter() - started))
        if sum(walls) > 1e3 * LONG_ENOUGH:
            break
    return walls
