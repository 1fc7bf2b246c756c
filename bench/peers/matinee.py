"""Our own models under the rules of the others: the live blend, EASE and factors."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bench.peers.job import BATCH, Case, serve
from matinee.recommend.blend import DenseBlend
from matinee.recommend.factors import FactorsSettings, fit_factors
from matinee.recommend.linear import Linear, LinearSettings, fit_events
from matinee.recommend.model import Model
from matinee.recommend.rank import rank_titles
from matinee.recommend.recipe import Recipe, fit_recipe
from matinee.recommend.topk import MANY, rank_histories
from matinee.tables.log import EVENTS

EVERYBODY = 25_000
"""Members ranked at once: the more there are, the less it matters that weights are laid out for them anew."""


def prepare(case: Case) -> tuple[pl.DataFrame, Case]:
    """Lay out the log; compile what is compiled once for all on a machine, which is no part of a fit."""
    columns = {
        "member_row": np.repeat(np.arange(case.train.shape[0]), np.diff(case.train.indptr)),
        "title_row": case.train.indices,
        "at": case.at,
        "weight": case.train.data,
    }
    events = pl.DataFrame(columns).cast(EVENTS)
    fit_events(events[:10], case.train.shape[1], LinearSettings(), now=0)
    fit_factors(events[:10], case.train.shape[1], FactorsSettings(), rng=np.random.default_rng(0))
    for n in (1, MANY):
        rank_histories(_serve(Linear(np.eye(2, dtype=np.float32))), csr_array(np.ones((n, 2), np.float32)), 1)
    return events, case


def _serve(model: Linear) -> DenseBlend:
    """Bring an item model into the form that serves, with nothing beside it."""
    W = model.weights
    return DenseBlend(W, W.mean(axis=1), np.ones(len(W), np.bool_), np.zeros(len(W), np.float32), 1.0)


def fit(data: tuple[pl.DataFrame, Case], name: str, settings: dict[str, Any]) -> Model:
    events, case = data
    titles, now = case.train.shape[1], int(case.now)
    match name:
        case "ease":
            return _serve(fit_events(events, titles, LinearSettings(**settings), now=now))
        case "factors":
            return fit_factors(events, titles, FactorsSettings(**settings), rng=np.random.default_rng(0))
    recipe = Recipe(**settings | {"linear": LinearSettings(**settings["linear"])})
    features = csr_array(data[1].features) if data[1].features.nnz else None
    return fit_recipe(events, titles, recipe, now=now, features=features)


def rank(model: Model, case: Case, k: int) -> NDArray[np.integer]:
    """Score and rank: the one place where lists of ours are made."""
    asked = csr_array(case.asked)
    allowed = None
    if len(case.candidates) < asked.shape[1]:
        allowed = np.zeros(asked.shape[1], dtype=np.bool_)
        allowed[case.candidates] = True
    if isinstance(model, DenseBlend):
        return rank_histories(model, asked, k, seen=asked, allowed=allowed).titles
    parts = [asked[start : start + BATCH] for start in range(0, asked.shape[0], BATCH)]
    return np.concatenate([rank_titles(model.score(part), k, seen=part, allowed=allowed) for part in parts])


if __name__ == "__main__":
    serve(prepare, fit, rank, batch=EVERYBODY)
