"""Tuning for a verb: small solves on one BLAS thread, large ones on all.

Many small solves are slowed down by threads where other work shares the cores. What is learned again for a proof is
always learned on one, so that it comes out the same however many there are.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.measure.splits import Split
from matinee.recommend.next_title import NextTitle, fit_next
from matinee.recommend.ranker.learn import RankerTrial, choose_ranker
from matinee.recommend.recipe import Recipe
from matinee.recommend.thin import MOST_TITLES
from matinee.recommend.tune import tune_blend, tune_items
from matinee.recommend.tune_next import NextTrial, choose_next


def learn_recipe(inner: Split, titles: int, features: csr_array | None, *, rng: np.random.Generator) -> Recipe:
    """Tune on an inner split; arguments and result as `matinee.recommend.tune.tune`."""
    with threadpool_limits(limits=1, user_api="blas"):
        recipe = tune_items(inner, titles, rng=rng)
    with threadpool_limits(limits=1 if titles <= MOST_TITLES else None, user_api="blas"):
        return tune_blend(inner, titles, recipe, features, rng=rng)


def try_ranker(train: pl.DataFrame, titles: int, recipe: Recipe, *, seed: int) -> RankerTrial | None:
    """Try rankers; arguments and result as `choose_ranker`, which draws by the seed."""
    with threadpool_limits(limits=1, user_api="blas"):
        return choose_ranker(train, titles, recipe, rng=np.random.default_rng([seed, 2]))


def try_next(
    train: pl.DataFrame, titles: int, recipe: Recipe, features: csr_array | None, *, seed: int
) -> NextTrial | None:
    """Try the next title; arguments and result as `choose_next`, which draws by the seed."""
    with threadpool_limits(limits=1, user_api="blas"):
        return choose_next(train, titles, recipe, features, rng=np.random.default_rng([seed, 1]))


def fit_following(train: pl.DataFrame, titles: int, weights: tuple[float, ...]) -> NextTitle:
    """Fit the next title; arguments and result as `fit_next`."""
    with threadpool_limits(limits=1, user_api="blas"):
        return fit_next(train, titles, weights=weights)
