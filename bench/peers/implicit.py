"""implicit: alternating least squares, and item neighbours by BM25, as in its README and tutorial."""

from __future__ import annotations

from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bench.peers.job import Case, serve


def prepare(case: Case) -> csr_matrix:
    return case.train


def fit(train: csr_matrix, name: str, settings: dict[str, Any]) -> Any:
    made = {
        "als": lambda: AlternatingLeastSquares(**settings, num_threads=1, random_state=0),
        "bm25": lambda: BM25Recommender(**settings, num_threads=1),
    }
    model = made[name]()
    model.fit(train, show_progress=False)
    return model


def rank(model: Any, case: Case, k: int) -> NDArray[np.integer]:
    rows = case.asked_rows if case.is_known else np.arange(case.asked.shape[0])
    ids, _ = model.recommend(rows, case.asked, N=k, recalculate_user=not case.is_known)
    return np.asarray(ids)


if __name__ == "__main__":
    serve(prepare, fit, rank)
