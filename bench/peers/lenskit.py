"""LensKit: implicit matrix factorisation, EASE and item neighbours, in its standard top-N pipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from lenskit import recommend, topn_pipeline
from lenskit.als import ImplicitMFScorer
from lenskit.data import Dataset, ItemList, RecQuery, from_interactions_df
from lenskit.knn import EASEScorer, ItemKNNScorer
from numpy.typing import NDArray

from bench.peers.job import Case, serve

SCORERS = {"als": ImplicitMFScorer, "ease": EASEScorer, "knn": ItemKNNScorer}


def prepare(case: Case) -> Dataset:
    rows, columns = case.train.nonzero()
    return from_interactions_df(pd.DataFrame({"user_id": rows, "item_id": columns}))


def fit(data: Dataset, name: str, settings: dict[str, Any]) -> Any:
    pipeline = topn_pipeline(SCORERS[name](**settings))
    pipeline.train(data)
    return pipeline


def rank(pipeline: Any, case: Case, k: int) -> NDArray[np.integer]:
    """Rank one member after the other, which is what its batch runner does too."""
    top = np.full((case.asked.shape[0], k), -1, dtype=np.int64)
    for place, row in enumerate(case.asked_rows.tolist()):
        history = None if row >= 0 else ItemList(item_ids=case.asked[place].indices)
        ids = recommend(pipeline, RecQuery(user_id=row if row >= 0 else None, history_items=history), k).ids()
        top[place, : len(ids)] = ids
    return top


if __name__ == "__main__":
    serve(prepare, fit, rank)
