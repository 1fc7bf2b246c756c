"""RecTools: EASE, as in its README.

It has no call for members whom training never saw: for them, a data set of their own is made over the same titles.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rectools import Columns
from rectools.dataset import Dataset, IdMap, Interactions
from rectools.models import EASEModel
from scipy.sparse import csr_matrix, vstack

from bench.peers.job import Case, serve


def prepare(case: Case) -> Dataset:
    return make_dataset(case.train)


def make_dataset(matrix: csr_matrix) -> Dataset:
    """Make a data set whose row numbers are ours."""
    rows, columns = matrix.nonzero()
    frame = pd.DataFrame({
        Columns.User: rows,
        Columns.Item: columns,
        Columns.Weight: 1.0,
        Columns.Datetime: "2026-01-01",
    })
    members, titles = (IdMap.from_values(np.arange(n)) for n in matrix.shape)
    return Dataset(members, titles, Interactions.from_raw(frame, members, titles))


def fit(data: Dataset, _name: str, settings: dict[str, Any]) -> Any:
    return EASEModel(**settings, recommend_n_threads=1).fit(data), data


def rank(fitted: Any, case: Case, k: int) -> NDArray[np.integer]:
    model, data = fitted
    rows = case.asked_rows
    if not case.is_known:
        everything = csr_matrix(
            np.ones((1, case.asked.shape[1]), np.float32)
        )  # a data set is as wide as its last title
        data, rows = make_dataset(csr_matrix(vstack([case.asked, everything]))), np.arange(case.asked.shape[0])
    lists = model.recommend(users=rows, dataset=data, k=k, filter_viewed=True)
    top = np.full((len(rows), k), -1, dtype=np.int64)
    place = pd.Series(np.arange(len(rows)), index=rows)[lists[Columns.User]].to_numpy()
    top[place, lists[Columns.Rank].to_numpy() - 1] = lists[Columns.Item].to_numpy()
    return top


if __name__ == "__main__":
    serve(prepare, fit, rank, folds_in=False)
