"""cornac: EASE, as in its examples.

It has no call for members whom training never saw: for them, histories are multiplied by its matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from cornac.data import Dataset
from cornac.models import EASE
from numpy.typing import NDArray

from bench.peers.job import Case, best_rows, serve


def prepare(case: Case) -> Dataset:
    rows, columns = case.train.nonzero()
    members, titles = ({row: row for row in range(n)} for n in case.train.shape)
    triples = zip(rows.tolist(), columns.tolist(), np.ones(len(rows)).tolist(), strict=True)
    return Dataset.build(triples, global_uid_map=members, global_iid_map=titles)


def fit(data: Dataset, _name: str, settings: dict[str, Any]) -> Any:
    return EASE(**settings, verbose=False).fit(data), data


def rank(fitted: Any, case: Case, k: int) -> NDArray[np.integer]:
    model, data = fitted
    if not case.is_known:
        return best_rows(case.asked @ model.B, case.asked, k)
    lists = [model.recommend(row, k=k, remove_seen=True, train_set=data) for row in case.asked_rows.tolist()]
    return np.array(lists)


if __name__ == "__main__":
    serve(prepare, fit, rank, folds_in=False)
