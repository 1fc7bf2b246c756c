"""Splits of MovieLens 1M, and a drawn log at 10,000 titles, as cases for peers; and lists back as metrics."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

from bench import fit
from bench.data import shared
from bench.peers.job import Case
from matinee.flows.imports import import_movielens
from matinee.flows.logs import load_log
from matinee.measure.ranking import coverage_at, member_metrics
from matinee.measure.split_files import split_from_cold, split_from_parts
from matinee.measure.splits import Split
from matinee.recommend.histories import build_histories
from matinee.store.service import create_service
from matinee.store.split_files import read_split_file

DEPTH = 100
FILES = {"time": "time.parquet", "members": "members.parquet", "cold": "cold_titles.csv"}
NO_FEATURES = csr_array(np.zeros((0, 0), dtype=np.float32))


@dataclass(frozen=True)
class Problem:
    """A split and the metadata of its titles: rows of `features` are titles; without rows, nothing is known."""

    split: Split
    titles: int
    features: csr_array


def load_problem(protocol: str) -> Problem:
    """Load a published split. Every event counts alike, as the peers' recipes have it."""
    source = shared() / "data" / "movielens-1m"
    given = read_split_file(source / "splits" / FILES[protocol])
    assert isinstance(given, pl.DataFrame)
    if protocol != "cold":
        file = split_from_parts(given)
        return Problem(file.split, len(file.title_ids), NO_FEATURES)
    with tempfile.TemporaryDirectory() as scratch:
        service = create_service(Path(scratch) / "service")
        import_movielens(service, source)
        loaded = load_log(service, min_rating=4)
    log = replace(loaded.log, events=loaded.log.events.with_columns(weight=pl.lit(1.0, pl.Float32)))
    return Problem(split_from_cold(log, given), len(log.title_ids), loaded.features)


def lay_out_case(problem: Problem) -> tuple[Case, NDArray[np.integer]]:
    """Turn a split into arrays whose columns are the titles that a peer may know; also which titles these are."""
    split = problem.split
    kept = np.union1d(split.train["title_row"].unique().to_numpy(), split.title_rows)
    train = split.train.sort("member_row", "title_row")
    rows = np.unique(train["member_row"].to_numpy())
    places = np.searchsorted(rows, split.member_rows)
    known = rows[np.minimum(places, len(rows) - 1)] == split.member_rows
    case = Case(
        train=_matrix(train, rows, problem.titles, kept),
        at=train["at"].to_numpy(),
        now=np.array(split.now),
        asked=_matrix(split.history, split.member_rows, problem.titles, kept),
        asked_rows=np.where(known, places, -1).astype(np.int64),
        candidates=np.searchsorted(kept, split.title_rows),
        features=csr_matrix(problem.features[kept] if problem.features.shape[0] else csr_matrix((len(kept), 0))),
    )
    return case, kept


def _matrix(events: pl.DataFrame, rows: NDArray[np.integer], titles: int, kept: NDArray[np.integer]) -> csr_matrix:
    return csr_matrix(build_histories(events, rows, titles)[:, kept])


def judge_lists(
    problem: Problem, kept: NDArray[np.integer], top: NDArray[np.integer]
) -> tuple[dict[str, NDArray[np.float64]], float]:
    """Measure lists of a case, int (n, 100): each metric of each member, and coverage in the first 20 places."""
    titles = np.where(top >= 0, kept[top], -1)
    return member_metrics(titles, problem.split.relevant(problem.titles)), coverage_at(
        20, titles, problem.split.title_rows
    )


def draw_large_case(folder: Path, asked: int = 10_000) -> Case:
    """Draw the log of `bench fit`, all of whose members training knows."""
    file = folder / "drawn.npz"
    fit.make(file)
    with np.load(file) as arrays:
        indptr, indices = arrays["indptr"], arrays["indices"]
    train = csr_matrix((np.ones(len(indices), np.float32), indices, indptr), shape=(fit.MEMBERS, fit.TITLES))
    train.sort_indices()
    return Case(
        train=train,
        at=np.zeros(len(indices), dtype=np.int64),
        now=np.array(0),
        asked=train[:asked],
        asked_rows=np.arange(asked),
        candidates=np.arange(fit.TITLES),
        features=csr_matrix((fit.TITLES, 0)),
    )
